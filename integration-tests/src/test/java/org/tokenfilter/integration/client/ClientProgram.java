package org.tokenfilter.integration.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A client that is a separate program: a script and its interpreter. */
enum ClientProgram {
  /** Open tokens, by the Python package requests. */
  SPECTRUM("spectrum.py", ClientProgram.PYTHON),
  /** User tokens and their sessions, by the Python package requests. */
  GATEWAY("gateway.py", ClientProgram.PYTHON),
  /** Tokens of API clients, by wget. */
  ROUTELINK("routelink.sh", "wget"),
  /** Session token queries, by curl. */
  TOKEN_QUERIES("token-queries.sh", "curl");

  private static final String PYTHON = "python3";
  private static final Path SCRIPTS = Path.of("src/test/resources/clients").toAbsolutePath();
  private static final long TIMEOUT_SECONDS = 120;

  private final String script;
  private final String requiredCommand;

  ClientProgram(String script, String needed) {
    this.script = script;
    this.requiredCommand = needed;
  }

  /** Runs the script, which must succeed; skips the test if the interpreter is not installed. */
  void run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    String interpreter = findCommand();
    command.add(isPython() ? interpreter : "sh");
    command.add(SCRIPTS.resolve(script).toString());
    command.addAll(List.of(arguments));
    assertThat(execute(command)).as("output of %s", script).isEqualTo("0: ");
  }

  private boolean isPython() {
    return requiredCommand.equals(PYTHON);
  }

  /**
   * Returns the first command that the script can use: of several Pythons, the one that has
   * requests.
   */
  private String findCommand() throws IOException, InterruptedException {
    for (String name :
        isPython() ? List.of(PYTHON, "/usr/bin/" + PYTHON) : List.of(requiredCommand)) {
      List<String> trial =
          isPython() ? List.of(name, "-c", "import requests") : List.of(name, "--version");
      if (isInstalled(name) && execute(trial).startsWith("0:")) {
        return name;
      }
    }
    String missing =
        "%s is not run: there is no %s (Debian: apt-get install curl wget python3-requests)"
            .formatted(script, isPython() ? "python3 with requests" : requiredCommand);
    System.err.println(missing); // otherwise only the reports show the reason of an assumption
    assumeTrue(false, missing);
    throw new AssertionError("skipped");
  }

  private static boolean isInstalled(String name) {
    for (String folder : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder).resolve(name))) {
        return true;
      }
    }
    return false;
  }

  /** Runs a command; returns its status and its output. */
  private static String execute(List<String> command) throws IOException, InterruptedException {
    Path said = Files.createTempFile("client", ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(it -> it.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    Process process = builder.redirectOutput(said.toFile()).start();
    try {
      boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      String status = ended ? String.valueOf(process.exitValue()) : "did not end";
      return status + ": " + Files.readString(said);
    } finally {
      process.destroyForcibly();
      Files.delete(said);
    }
  }
}
