package org.tokenfilter.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The commands of a document with their documented output, run in one shell as if pasted there. */
final class ShellSteps {

  private static final Pattern STEP =
      Pattern.compile("(?ms)^```sh\n(.*?)^```$.*?^```text\n(.*?)^```$");

  private final List<MatchResult> steps;

  private ShellSteps(List<MatchResult> steps) {
    this.steps = steps;
  }

  static ShellSteps of(String document) {
    return new ShellSteps(STEP.matcher(document).results().toList());
  }

  int count() {
    return steps.size();
  }

  /**
   * Asserts that each step shows its documented output.
   *
   * @param port the port in place of 8080
   */
  void assertShown(int port) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "the commands are for a POSIX shell");
    List<String> shown = run(port);
    assertThat(shown).as("one answer for each step").hasSameSizeAs(steps);
    for (int i = 0; i < shown.size(); i++) {
      assertShows(shown.get(i), steps.get(i).group(2));
    }
  }

  /** Runs all steps in one shell, since later ones use variables of earlier ones. */
  private List<String> run(int port) throws Exception {
    String end = "--- end of a step ---";
    String script =
        steps.stream()
            .map(step -> step.group(1).replace("127.0.0.1:8080", "127.0.0.1:" + port))
            .collect(Collectors.joining("echo; echo '" + end + "'\n"));
    ProcessBuilder shell = new ProcessBuilder("/bin/sh").redirectError(Redirect.DISCARD);
    shell.environment().put("no_proxy", "127.0.0.1");
    Process process = shell.start();
    try (var input = process.getOutputStream()) {
      input.write(("command -v curl >/dev/null || exit 127\n" + script).getBytes(UTF_8));
    }
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assumeTrue(process.waitFor() != 127, "there is no curl here");
    return List.of(output.split(Pattern.quote(end), -1));
  }

  /** Asserts that the shown lines occur in the output in order; three points match anything. */
  private static void assertShows(String output, String shown) {
    Iterator<String> lines = output.lines().iterator();
    for (String line : shown.lines().toList()) {
      Pattern wanted =
          Pattern.compile(
              Stream.of(line.split(Pattern.quote("..."), -1))
                  .map(Pattern::quote)
                  .collect(Collectors.joining(".*")));
      boolean found = false;
      while (!found && lines.hasNext()) {
        found = wanted.matcher(lines.next()).matches();
      }
      assertThat(found).as("%s%nin its place in%n%s", line, output).isTrue();
    }
  }
}
