package com.example.folderstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The agreement of docs/jdbc-store.md and docs/writing-a-store.md with the code: each snippet names
 * its file in a comment before it and equals that file's text word by word, except versions in a
 * pom.xml.
 */
class StoresDocumentTest {

  private static final Path ROOT = Path.of("..", "..", "..");

  private static final Path FOLDER_STORE =
      Path.of("docs/examples/folder-store/src/main/java/com/example/folderstore");

  private static final Path SQLITE_STORE =
      Path.of("docs/examples/sqlite-store/src/main/java/com/example/sqlitestore");

  private static final Pattern SNIPPET =
      Pattern.compile("(?:<!-- (\\S+) -->\n)?```(java|xml)\n(.*?)```", Pattern.DOTALL);

  private static final Pattern LINK = Pattern.compile("\\]\\((?!http)([^)#]+)[)#]");

  @Test
  void snippetsEqualTheFilesTheyName() throws IOException {
    List<MatchResult> snippets = SNIPPET.matcher(document()).results().toList();
    assertThat(snippets).hasSizeGreaterThan(5);
    for (MatchResult snippet : snippets) {
      assertThat(snippet.group(1)).as("the file of%n%s", snippet.group(3)).isNotNull();
      String file = words(Files.readString(ROOT.resolve(snippet.group(1))));
      for (String part :
          snippet
              .group(3)
              .replaceAll("\\s*<version>.*</version>", "")
              .split("(?m)^ *// \\.\\.\\.$", -1)) {
        assertThat(file).contains(words(part));
      }
    }
  }

  @Test
  void linksLeadToExistingFiles() throws IOException {
    assertThat(LINK.matcher(document()).results().map(link -> link.group(1)))
        .isNotEmpty()
        .allSatisfy(link -> assertThat(ROOT.resolve("docs").resolve(link)).exists());
  }

  @Test
  void everyClauseIsExplained() throws IOException {
    List<String> clauses =
        Pattern.compile("(?m)^### S(\\d+)")
            .matcher(document())
            .results()
            .map(heading -> heading.group(1))
            .toList();
    assertThat(clauses)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 22).mapToObj(Integer::toString).toList());
  }

  @Test
  void namedTestsAreInTheKit() throws IOException {
    List<String> kit =
        Stream.of(FolderTokenStoreTest.class.getMethods()).map(Method::getName).toList();
    assertThat(
            Pattern.compile("\\bs\\d\\d_\\w+")
                .matcher(document())
                .results()
                .map(MatchResult::group))
        .isNotEmpty()
        .isSubsetOf(kit);
  }

  @Test
  void statedNumbersAreCorrect() throws IOException {
    long tests =
        Stream.of(FolderTokenStoreTest.class.getMethods())
            .filter(method -> method.getName().matches("s\\d\\d_.*"))
            .count();
    long folder = linesOfCode(FOLDER_STORE.resolve("FolderTokenStore.java"));
    long rows = linesOfCode(FOLDER_STORE.resolve("RowFolder.java"));
    long sqlite =
        linesOfCode(SQLITE_STORE.resolve("SqliteTokenStore.java"))
            + linesOfCode(SQLITE_STORE.resolve("SqliteRows.java"));

    assertThat(words(document()))
        .contains(
            tests + " tests",
            folder + " lines of code: one lock",
            "in " + rows + ": the rows as files",
            "complete in " + sqlite + " lines of code");
    assertThat(sqlite).isLessThan(150);
  }

  private static long linesOfCode(Path file) throws IOException {
    return Files.readString(ROOT.resolve(file))
        .lines()
        .filter(line -> !line.matches("\\s*(//.*|/?\\*.*|import .*)?"))
        .count();
  }

  private static String document() throws IOException {
    return Files.readString(ROOT.resolve("docs/writing-a-store.md"))
        + Files.readString(ROOT.resolve("docs/jdbc-store.md"));
  }

  private static String words(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }
}
