package org.tokenfilter.codec;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The file that keys are kept in: a JWK Set (RFC 7517, 5), UTF-8, at most 64 KiB.
 *
 * <pre>{@code
 * {"keys":[
 * {"kty":"oct","kid":"k2","use":"enc","alg":"A128CBC-HS256","state":"active","iat":1795348800,"k":"..."},
 * {"kty":"oct","kid":"k1","use":"enc","alg":"A128CBC-HS256","state":"accept","k":"..."}
 * ]}
 * }</pre>
 *
 * <p>{@code alg} names the content encryption that the key is for (RFC 7518, 5.1), {@code state} is
 * {@code staged}, {@code active} (exactly one key), {@code accept} or {@code retired}, {@code k} is
 * the key in base64url without padding. Each key has these six members. It may have {@code iat},
 * when it was made in whole seconds since 1970 (OpenID Federation 1.0 registers it for keys; RFC
 * 7519, 2): without it the key's age is not known. No key has any other member.
 *
 * <p>Whatever is not as it must be is an {@link IllegalArgumentException} with a message of one
 * line for the operator, which names the file and the key or member and never holds key text; what
 * the file system refuses is an {@link IOException}. Thread-safe: nothing is kept.
 */
public final class JwkSetFile {

  private static final int MAX_BYTES = 64 * 1024;

  private JwkSetFile() {}

  /**
   * Reads the file.
   *
   * @param file a regular file or a symbolic link to one; on a POSIX file system writable by its
   *     owner alone, and readable by no more than its owner and its group
   * @throws IllegalArgumentException if it is another kind of file, too large, open to others, or
   *     its content is not a set of keys as above
   * @throws java.nio.file.NoSuchFileException if there is none
   * @throws IOException if it cannot be read
   */
  public static KeyRing read(Path file) throws IOException {
    try {
      return JwkSet.parse(SecretFile.read(file, MAX_BYTES));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("key file " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads the file, which is made first if it is missing: with one active key, {@code k1}. Where
   * folders on the way to it are missing, they are made too. On a POSIX file system nobody but the
   * owner may read, write or enter what was made; elsewhere the folder's own rules hold.
   *
   * <p>Of any number of threads and nodes that do so at once one makes the file, and all get its
   * key. The file is there whole or not at all. A process that is killed meanwhile may leave a
   * draft beside it, whose name ends in {@code .tmp}: delete it, it may hold the key.
   *
   * @param encryption what the key is for, if it has to be made
   * @param random where the key comes from, if it has to be made
   * @param now when it is made then
   * @throws IllegalArgumentException as {@link #read} does; a file that is there is never replaced
   * @throws IOException if the file can neither be read nor made, as on a file system without hard
   *     links: make it elsewhere then, and copy it
   */
  public static KeyRing create(
      Path file, ContentEncryption encryption, SecureRandom random, Instant now)
      throws IOException {
    // A link to nothing is somebody's mistake, and not ours to follow.
    if (Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
      ContentKey key =
          ContentKey.random("k1", encryption, ContentKey.State.ACTIVE, random).madeAt(now);
      SecretFile.make(file, JwkSet.write(KeyRing.of(List.of(key))));
    }
    return read(file);
  }

  /**
   * Makes the file with these keys, as {@link #create} does, but never takes another one for it.
   *
   * @throws FileAlreadyExistsException if something is there by this name; it stays as it is
   * @throws IOException if the file cannot be made
   */
  public static void make(Path file, KeyRing ring) throws IOException {
    if (!SecretFile.make(file, written(ring))) {
      throw new FileAlreadyExistsException(file.toString());
    }
  }

  /**
   * Changes the file: all of it at once, or not at all. Its owner, its group and who may read it
   * stay as they are, and a symbolic link to it stays one. Of two changes at once, in this process
   * or another, one is refused, and so is one that finds the file changed under its hands.
   *
   * <p>While a change is under way its draft stands beside the file, whose name ends in {@code
   * .new}; a process that is killed meanwhile leaves it, and until it is deleted the file cannot be
   * changed.
   *
   * @param change makes the next ring of the one in the file; with that one itself nothing is
   *     written, and what it throws is thrown on
   * @return what the file says now
   * @throws IllegalArgumentException as {@link #read} does, or if there would be more keys than can
   *     be read; the file stays as it is
   * @throws java.nio.file.NoSuchFileException if there is no file
   * @throws IOException if somebody else changes the file too, or it cannot be written; it stays as
   *     it is
   */
  public static KeyRing change(Path file, UnaryOperator<KeyRing> change) throws IOException {
    Path real = file.toRealPath();
    // Before anything stands beside it: a file that cannot be used is not changed.
    read(file);
    try (SecretDraft draft = SecretDraft.of(real)) {
      byte[] before = SecretFile.read(real, MAX_BYTES);
      KeyRing ring = JwkSet.parse(before);
      KeyRing next = change.apply(ring);
      if (next != ring) {
        draft.replace(before, written(next));
      }
      return next;
    }
  }

  private static byte[] written(KeyRing ring) {
    byte[] content = JwkSet.write(ring);
    if (content.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "a key file has at most %d bytes, and these are %d keys"
              .formatted(MAX_BYTES, ring.keys().size()));
    }
    return content;
  }
}
