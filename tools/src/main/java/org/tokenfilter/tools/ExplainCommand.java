package org.tokenfilter.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.keys.JwkSetFile;
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.token.ClientAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Explains why a token is accepted or refused. It prints neither the token nor a session id. */
@Command(
    name = "explain",
    description = {
      "Explains why a token would be accepted or refused, check by check as the library does.",
      "The token is read from standard input or from a file, never from an argument.",
      "Exit status: 0 accepted, 1 refused, 2 undecided."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnExecutionException = ExitCode.USAGE)
final class ExplainCommand implements Callable<Integer> {

  /** Far more than a token needs. Longer input is refused for its length in any case. */
  private static final int MAX_READ = 64 * 1024;

  private final InputStream in;
  private final Clock clock;
  private final PrintWriter out;

  @Option(names = "--keys", required = true, paramLabel = "FILE", description = "The key file.")
  private @Nullable Path keys;

  @Option(
      names = "--audience",
      required = true,
      paramLabel = "NAME",
      description = "The token.audience of the application; its default is the context path.")
  private @Nullable String audience;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "The file with the token; standard input by default.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--session-id-file",
      paramLabel = "FILE",
      description = "The file with the session ids that came with the token, one per line.")
  private @Nullable Path sessionIdFile;

  @Option(
      names = "--client",
      paramLabel = "ADDRESS",
      description = "The client address that the token comes from.")
  private @Nullable ClientAddress client;

  @Option(
      names = "--store",
      paramLabel = "NAME",
      description = "The store that has the records, such as jdbc. Records are only read.")
  private @Nullable String store;

  @Option(
      names = "--store-setting",
      paramLabel = "KEY=VALUE",
      description =
          "A setting of that store, such as url=jdbc:postgresql://db/app, without token.store.NAME")
  private Map<String, String> storeSettings = new LinkedHashMap<>();

  ExplainCommand(InputStream in, Clock clock, PrintWriter out) {
    this.in = in;
    this.clock = clock;
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    KeyRing ring = JwkSetFile.read(Objects.requireNonNull(keys));
    PresentedInput presented = new PresentedInput(token(), sessionIds(), client);
    try (CommandLineStore chosen = CommandLineStore.open(store, storeSettings)) {
      Explanation explanation =
          new Explainer(() -> ring, Objects.requireNonNull(audience), clock, chosen.find())
              .explain(presented);
      explanation.lines().forEach(out::println);
      return explanation.verdict().exitStatus();
    }
  }

  /** Reads the token byte for byte, without a line break at the end of the file. */
  private String token() throws IOException {
    if (tokenFile != null) {
      try (InputStream file = Files.newInputStream(tokenFile)) {
        return token(file);
      }
    }
    return token(in);
  }

  private static String token(InputStream from) throws IOException {
    String text = new String(from.readNBytes(MAX_READ), StandardCharsets.ISO_8859_1);
    return text.replaceFirst("\\r?\\n\\z", "");
  }

  private Set<String> sessionIds() throws IOException {
    return sessionIdFile == null
        ? Set.of()
        : Files.readString(sessionIdFile, StandardCharsets.ISO_8859_1)
            .lines()
            .filter(line -> !line.isEmpty())
            .collect(Collectors.toSet());
  }
}
