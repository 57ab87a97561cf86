package org.tokenfilter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The words of main code and documents: no riddles, no private words, no person for a component.
 */
class PlainWordsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern BANNED =
      Pattern.compile(
          String.join(
              "|",
              "\\b[Ww]ho(ever|soever|se ever)\\b",
              "\\b(he|him|his|himself|she|her|hers)\\b",
              "\\b([Nn]o|[Ss]ome|[Aa]ny)body\\b",
              "\\bthe begin\\b",
              "\\b[Mm]end(s|ed|ing)?\\b",
              "\\bis borne\\b",
              "\\bon its way\\b",
              "\\b(is|are) (told|heard)\\b",
              "\\btakes? for\\b",
              "\\bof (ours|theirs)\\b",
              "\\b[Ll]og-(out|in)s?\\b",
              "\\bwhere nothing\\b",
              "\\bgo(es)? on\\b",
              "\\bdeplores?\\b",
              // The first sentence of a comment begins with its subject, or with a verb.
              "^\\s*/\\*\\*\\s+(What|Who|Whose|How|Where|Whether|Why|When)\\b",
              "^\\s*\\*\\s+@(return|param \\w+|throws \\w+)\\s+(what|who|whose|how|where|why)\\b"));

  private static final Pattern COMMENT_OPENS_ALONE = Pattern.compile("^\\s*/\\*\\*\\s*$");

  @Test
  void mainCodeAndDocumentsUsePlainWords() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : files()) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = joined(lines, i);
        Matcher match = BANNED.matcher(line);
        if (match.find()) {
          found.add(
              "%s:%d: \"%s\" in: %s"
                  .formatted(ROOT.relativize(file), i + 1, match.group().strip(), line.strip()));
        }
      }
    }

    assertThat(found).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/** Who comes while one is in flight waits for it. */",
        "   * @return what was kept",
        "// whoever keeps the accounts",
        "throw new IllegalStateException(\"nobody may see it\");",
        "An end since the begin of the question is borne."
      })
  void plantedSentenceIsFound(String sentence) {
    assertThat(BANNED.matcher(sentence).find()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/** Returns the record that the caller may see. */",
        "   * @return the records, oldest first",
        "The users whose sessions are revoked log in again."
      })
  void plainSentenceIsNot(String sentence) {
    assertThat(BANNED.matcher(sentence).find()).isFalse();
  }

  /** A comment's first line, also where the comment opens on the line before. */
  private static String joined(List<String> lines, int at) {
    String line = lines.get(at);
    boolean first = at > 0 && COMMENT_OPENS_ALONE.matcher(lines.get(at - 1)).matches();
    return first ? line.replaceFirst("^\\s*\\*", "/**") : line;
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(ROOT)) {
      List<Path> files =
          all.filter(PlainWordsTest::isRead).filter(Files::isRegularFile).sorted().toList();
      assertThat(files).hasSizeGreaterThan(300);
      return files;
    }
  }

  private static boolean isRead(Path file) {
    String path = "/" + ROOT.relativize(file).toString().replace('\\', '/');
    if (path.contains("/target/") || path.contains("/.git/")) {
      return false;
    }
    boolean main =
        path.contains("/src/main/") && path.matches(".*\\.(java|html|js|css|xml|properties)");
    return main || path.endsWith(".md");
  }
}
