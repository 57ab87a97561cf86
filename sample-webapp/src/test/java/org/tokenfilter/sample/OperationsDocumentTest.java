package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.sample.WebApplication.Session;

/** The parts that operators copy from docs/operations.md: snippets and expressions. */
final class OperationsDocumentTest {

  private static final Pattern JAVA = Pattern.compile("(?ms)^```java\n(.*?)^```$");
  private static final Pattern HEALTH = Pattern.compile("(?ms)^```json\n(.*?)\n```$");
  private static final Pattern EXPRESSION = Pattern.compile("(?m)^\\| .*`([^`]*token_[^`]*)`");
  private static final Pattern SERIES = Pattern.compile("(token_[a-z_]+)(?:\\{([^}]*)\\})?");
  private static final Pattern LABEL = Pattern.compile("([a-z]+)!?=\"([^\"]+)\"");
  private static final Pattern METER = Pattern.compile("(?m)^\\| (`token\\.[^|]+) \\|[^|]*\\|");
  private static final Pattern MEMBER = Pattern.compile("\"([a-z]+)\":");

  @TempDir private Path folder;
  private String document;

  @BeforeEach
  void read() throws Exception {
    document = Files.readString(Path.of("../docs/operations.md"));
  }

  @Test
  void snippetsCompile() throws Exception {
    List<String> snippets =
        JAVA.matcher(document).results().map((MatchResult it) -> it.group(1)).toList();
    assertThat(snippets).hasSize(2);
    new ReaderApplication(folder)
        .compile(
            "Bound",
            """
            import io.micrometer.core.instrument.*;
            import io.micrometer.core.instrument.config.MeterFilter;
            import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
            import jakarta.servlet.ServletContext;
            import org.tokenfilter.config.TokenSecurity;
            import org.tokenfilter.metrics.TokenMetrics;

            final class Bound {
              static void bind(ServletContext servletContext, MeterRegistry registry) {
                %s
                %s
              }
            }
            """
                .formatted(snippets.get(0), snippets.get(1)));
  }

  @Test
  void expressionsMatchMetersOfTheSample() throws Exception {
    Map<String, String> noWaiting = Map.of("token.revocation.lag", "PT0.2S");
    try (WebApplication sample = Sample.start(folder.resolve("data"), noWaiting)) {
      Session alice = sample.session(Sample.ALICE, 30);
      sample.get("/api/whoami", alice.headers());
      sample.get("/api/whoami", "Authorization", "Bearer x");
      sample.get("/security/rest/token/access/5", "Authorization", WebApplication.basic("x:y"));
      String metrics = sample.get("/metrics").text();

      Set<String> expected = new TreeSet<>();
      for (MatchResult expression : EXPRESSION.matcher(document).results().toList()) {
        for (MatchResult series : SERIES.matcher(expression.group(1)).results().toList()) {
          assertThat(metrics).as(expression.group(1)).containsPattern(line(series));
          expected.add(series.group(1));
        }
      }
      assertThat(expected).hasSizeGreaterThan(7);
      assertThat(members(sample.get("/public/health").text()))
          .isEqualTo(members(only(HEALTH, document)));
    }
  }

  /**
   * Returns a pattern of a line of that name with each label, whose value may differ if negated.
   */
  private static Pattern line(MatchResult series) {
    String labels =
        LABEL
            .matcher(series.group(2) == null ? "" : series.group(2))
            .results()
            .map((MatchResult it) -> "(?=[^}]*" + it.group(1) + "=\"" + it.group(2) + "\")")
            .collect(Collectors.joining());
    return Pattern.compile(
        "(?m)^" + series.group(1) + (labels.isEmpty() ? "[ {]" : "\\{" + labels));
  }

  @Test
  void documentsExactlyTheServedMeters() throws Exception {
    Set<String> explained = new TreeSet<>();
    for (MatchResult row : METER.matcher(document).results().toList()) {
      for (String name : row.group(1).split(", ", -1)) {
        explained.add(name.replace("`", "").replace('.', '_'));
      }
    }
    try (WebApplication sample = Sample.start(folder.resolve("data"), Map.of())) {
      Set<String> served =
          Pattern.compile("(?m)^# TYPE (token_[a-z_]+) ")
              .matcher(sample.get("/metrics").text())
              .results()
              .map((MatchResult it) -> it.group(1).replaceAll("(_seconds)?(_total|_max)?$", ""))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(served).isEqualTo(explained);
    }
  }

  private static List<String> members(String json) {
    return MEMBER.matcher(json).results().map((MatchResult it) -> it.group(1)).toList();
  }

  private static String only(Pattern pattern, String text) {
    List<String> found =
        pattern.matcher(text).results().map((MatchResult it) -> it.group(1)).toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }
}
