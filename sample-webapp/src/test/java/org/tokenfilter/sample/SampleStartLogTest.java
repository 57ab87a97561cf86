package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of a first start, in a process of its own. */
final class SampleStartLogTest {

  @TempDir private Path folder;

  /** The process: starts the sample, requests its page, and stops. */
  public static final class FirstStart {

    private FirstStart() {}

    /**
     * Starts.
     *
     * @param args the folder for its data
     */
    public static void main(String[] args) throws Exception {
      try (WebApplication sample = Sample.start(Path.of(args[0]), Map.of())) {
        System.out.println("answered " + sample.get("/").status());
      }
    }
  }

  @Test
  void firstStartLogsNoWarning() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlogback.configurationFile="
                    + Path.of("src/main/resources/logback.xml").toAbsolutePath(),
                "-cp",
                System.getProperty("java.class.path"),
                FirstStart.class.getName(),
                folder.resolve("data").toString())
            .redirectErrorStream(true)
            .start();
    String shown = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(shown).isZero();
    assertThat(shown).contains("answered 200");
    assertThat(shown.lines())
        .as("settings, one per line")
        .contains("  token.idle-timeout=PT30M", "  token.credentials=file (context-param)")
        .noneMatch(line -> line.matches(".* (?:WARN|ERROR) .*"));
  }
}
