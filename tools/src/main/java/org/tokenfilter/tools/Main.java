package org.tokenfilter.tools;

import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.regex.Pattern;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.token.ClientAddress;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The command line.
 *
 * <pre>
 *   java -jar token-filter-tools.jar keys (create | rotate | retire | list) FILE
 *   java -jar token-filter-tools.jar explain --keys FILE --audience NAME &lt; TOKEN
 *   java -cp 'token-filter-tools.jar:postgresql.jar' org.tokenfilter.tools.Main explain ...
 * </pre>
 *
 * <p>Exit status: 0 if the command succeeded or the token is accepted, 1 if it is refused, 2 for
 * wrong usage or an undecided token.
 */
@Command(
    name = "token-filter-tools",
    description = "Creates and rotates keys, and explains tokens.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
public final class Main {

  /** A token, or a piece of one that is long enough to recognize it. */
  private static final Pattern TOKEN = Pattern.compile("eyJ[A-Za-z0-9_-]{16,}\\.");

  private static final int USAGE = CommandLine.ExitCode.USAGE;

  private final InputStream in;
  private final Clock clock;
  private final PrintWriter out;
  private final PrintWriter err;

  Main(InputStream in, Clock clock, PrintWriter out, PrintWriter err) {
    this.in = in;
    this.clock = clock;
    this.out = out;
    this.err = err;
  }

  /** Runs the command of the arguments, and exits with its status. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int status = new Main(System.in, Clock.systemUTC(), out, err).run(args);
    out.flush();
    err.flush();
    System.exit(status);
  }

  /** Runs the command of the arguments, and returns its exit status. */
  int run(String... args) {
    for (String arg : args) {
      if (TOKEN.matcher(arg).find()) {
        err.println(
            "A token must not be an argument: other users of this machine can see arguments, and"
                + " shells keep them. Use standard input or --token-file.");
        return USAGE;
      }
    }
    CommandLine commands =
        new CommandLine(this)
            .addSubcommand(new KeysCommand(clock, new SecureRandom(), out))
            .addSubcommand(new ExplainCommand(in, clock, out));
    commands.registerConverter(ContentEncryption.class, Main::encryption);
    commands.registerConverter(ClientAddress.class, Main::address);
    commands.setOut(out).setErr(err);
    commands.setParameterExceptionHandler((wrong, given) -> printUsage(wrong));
    commands.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          err.println("token-filter-tools: " + FailureMessages.describe(failure));
          return command.getCommandSpec().exitCodeOnExecutionException();
        });
    return commands.execute(args);
  }

  private static ContentEncryption encryption(String name) {
    try {
      return ContentEncryption.of(name);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  private static ClientAddress address(String text) {
    try {
      return ClientAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }

  /** Prints the usage. An unexpected argument is not repeated: it may be a misplaced secret. */
  private int printUsage(CommandLine.ParameterException wrong) {
    err.println(
        wrong instanceof UnmatchedArgumentException
            ? "There is an unexpected argument or an unknown option."
            : isStoreSetting(wrong)
                ? "--store-setting must be KEY=VALUE, such as url=jdbc:postgresql://db/app"
                : String.valueOf(wrong.getMessage()));
    wrong.getCommandLine().usage(err);
    return USAGE;
  }

  /** Provides the version of the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"token-filter-tools " + (version == null ? "(not packed)" : version)};
    }
  }

  private static boolean isStoreSetting(CommandLine.ParameterException wrong) {
    return wrong.getArgSpec() instanceof OptionSpec option
        && option.longestName().equals("--store-setting");
  }
}
