package org.tokenfilter.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.keys.JwkSetFile;
import org.tokenfilter.keys.KeyRing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that create key files and rotate keys. They print no key material. */
@Command(
    name = "keys",
    description = "Creates a key file, rotates its keys, retires one, or lists them.",
    mixinStandardHelpOptions = true)
final class KeysCommand {

  private static final int THUMBPRINT_LENGTH = 8;

  private final Clock clock;
  private final SecureRandom random;
  private final PrintWriter out;

  KeysCommand(Clock clock, SecureRandom random, PrintWriter out) {
    this.clock = clock;
    this.random = random;
    this.out = out;
  }

  @Command(
      description = "Creates a key file with one active key. An existing file is never replaced.",
      mixinStandardHelpOptions = true)
  int create(
      @Parameters(paramLabel = "FILE", description = "The key file to create.") Path file,
      @Option(
              names = "--enc",
              paramLabel = "ENC",
              defaultValue = "A128CBC-HS256",
              description = "A128CBC-HS256 (default), A256CBC-HS512 or A256GCM.")
          ContentEncryption encryption,
      @Option(
              names = "--kid",
              paramLabel = "KID",
              defaultValue = "k1",
              description = "The key's name; k1 by default.")
          String kid)
      throws IOException {
    ContentKey key =
        ContentKey.random(kid, encryption, ContentKey.State.ACTIVE, random)
            .createdAt(clock.instant());
    JwkSetFile.createNew(file, KeyRing.of(List.of(key)));
    println("Created " + file + ".");
    show(key);
    println("Next: copy this file to every node, and keep it apart from backups of the store.");
    return 0;
  }

  @Command(
      description = {
        "Replaces the active key in two steps.",
        "First without --activate: a new key is staged, which decrypts tokens but encrypts none"
            + " yet. Once every node has read the file, with --activate: the staged key encrypts"
            + " all new tokens, and the former key still decrypts its own."
      },
      mixinStandardHelpOptions = true)
  int rotate(
      @Parameters(paramLabel = "FILE", description = "The key file.") Path file,
      @Option(names = "--activate", description = "The second step.") boolean activate,
      @Option(
              names = "--enc",
              paramLabel = "ENC",
              description = "The encryption of the new key; by default that of the active key.")
          @Nullable ContentEncryption encryption,
      @Option(
              names = "--kid",
              paramLabel = "KID",
              description =
                  "The name of the new key, or with --activate that of one of several staged keys;"
                      + " by default the next number.")
          @Nullable String kid)
      throws IOException {
    if (!activate) {
      return stage(file, encryption, kid);
    }
    if (encryption != null) {
      throw new IllegalArgumentException(
          "--enc is only allowed in the first step; a staged key has its own encryption");
    }
    KeyRing ring = JwkSetFile.update(file, before -> KeyRotation.activate(before, kid));
    show(ring);
    println(
        "Next: copy the file to every node. New tokens use '"
            + KeyRotation.active(ring).kid()
            + "'");
    println(
        "there within four seconds; those of the former key are still accepted. Retire that key");
    println("(keys retire FILE KID) when its last token has expired, token.max-lifetime or");
    println(
        "token.open.max-lifetime from now, or at once if it may be known to others: tokens of a");
    println("retired key are refused.");
    return 0;
  }

  private int stage(Path file, @Nullable ContentEncryption encryption, @Nullable String kid)
      throws IOException {
    KeyRing ring =
        JwkSetFile.update(
            file, before -> KeyRotation.stage(before, encryption, kid, random, clock.instant()));
    show(ring);
    println(
        "Next: copy the file to every node, and wait until each has read it, which takes up to");
    println("four seconds. Then: keys rotate --activate FILE");
    return 0;
  }

  @Command(
      description = "Retires a key, so that its tokens are refused. It must not be the active key.",
      mixinStandardHelpOptions = true)
  int retire(
      @Parameters(paramLabel = "FILE", description = "The key file.") Path file,
      @Parameters(paramLabel = "KID", description = "The key's name.") String kid)
      throws IOException {
    KeyRing ring = JwkSetFile.update(file, before -> KeyRotation.retire(before, kid));
    show(ring);
    println(
        "Next: copy the file to every node, which refuses all tokens of '" + kid + "' within four");
    println(
        "seconds. The key stays in the file, so that neither its name nor its bytes are reused.");
    return 0;
  }

  @Command(
      description = "Lists the keys: name, encryption, state and thumbprint.",
      mixinStandardHelpOptions = true)
  int list(@Parameters(paramLabel = "FILE", description = "The key file.") Path file)
      throws IOException {
    show(JwkSetFile.read(file));
    return 0;
  }

  private void show(KeyRing ring) {
    ring.keys().forEach(this::show);
  }

  private void show(ContentKey key) {
    println(
        "%s %s %s %s"
            .formatted(
                key.kid(),
                key.encryption(),
                key.state(),
                key.thumbprint().substring(0, THUMBPRINT_LENGTH)));
  }

  private void println(String line) {
    out.println(line);
  }
}
