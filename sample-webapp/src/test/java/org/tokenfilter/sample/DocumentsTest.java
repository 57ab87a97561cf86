package org.tokenfilter.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The links and figures of the documents. */
final class DocumentsTest {

  private static final Path TOP = Path.of("..");
  private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$|`[^`\n]+`");
  private static final Pattern PREFIX = Pattern.compile("\\bmvn (?:-[^ ]+ )*([a-z]+):[a-z]");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
  private static final Pattern COST =
      Pattern.compile("(?m)^\\| ([^|]+) \\| ([0-9]\\.[0-9]{2}) \\|");
  private static final Pattern MEASURED =
      Pattern.compile("(?m)^\\| ([^|]+) \\| \\*\\*([0-9]\\.[0-9]{2})\\*\\* ");

  @Test
  void linksAreNotBroken() throws IOException {
    List<String> broken = new ArrayList<>();
    List<Path> documents = documents();
    for (Path document : documents) {
      String text = CODE.matcher(Files.readString(document)).replaceAll("");
      for (MatchResult link : LINK.matcher(text).results().toList()) {
        if (!link.group(1).contains("://") && !exists(document, link.group(1))) {
          broken.add(document + " -> " + link.group(1));
        }
      }
    }
    assertThat(documents).hasSizeGreaterThan(20);
    assertThat(broken).isEmpty();
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> top = Files.list(TOP);
        Stream<Path> docs = Files.walk(TOP.resolve("docs"))) {
      return Stream.concat(top, docs).filter(path -> path.toString().endsWith(".md")).toList();
    }
  }

  private static boolean exists(Path document, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]);
    return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
  }

  /**
   * Returns the anchors as repository hosts make them: lower case, hyphens for spaces, nothing
   * else.
   */
  private static Set<String> anchors(Path document) throws IOException {
    return HEADING
        .matcher(Files.readString(document))
        .results()
        .map((MatchResult it) -> it.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  /** Maven looks for the prefix only in the first pom of the build, which has no parent. */
  @Test
  void mavenFindsPluginsOfDocumentedCommands() throws IOException {
    String first = Files.readString(TOP.resolve("token-filter-bom/pom.xml"));
    Set<String> prefixes = new TreeSet<>();
    for (Path document : documents()) {
      PREFIX.matcher(Files.readString(document)).results().forEach(it -> prefixes.add(it.group(1)));
    }
    assertThat(first).doesNotContain("<parent>");
    assertThat(prefixes)
        .contains("jetty", "spotless")
        .allSatisfy(
            prefix -> assertThat(first).containsPattern(prefix + "[a-z0-9-]*-maven-plugin<"));
  }

  @Test
  void comparisonGivesMeasuredFigures() throws IOException {
    List<String> measured =
        rows(MEASURED, Files.readString(TOP.resolve("docs/benchmarks.md"))).stream()
            .map(row -> row.replace(", lag PT0S", ", `token.revocation.lag=PT0S`"))
            .toList();
    List<String> compared = rows(COST, Files.readString(TOP.resolve("docs/comparison.md")));
    assertThat(compared).hasSize(8);
    assertThat(measured).containsAll(compared);
  }

  private static List<String> rows(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map((MatchResult it) -> it.group(1).strip() + ": " + it.group(2))
        .toList();
  }
}
