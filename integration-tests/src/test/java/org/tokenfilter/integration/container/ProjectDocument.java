package org.tokenfilter.integration.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A document of the project, and the parts that readers copy from it. */
final class ProjectDocument {

  private final String text;

  private ProjectDocument(String text) {
    this.text = text;
  }

  static ProjectDocument read(String name) throws IOException {
    return new ProjectDocument(Files.readString(Path.of("../docs", name)));
  }

  /** Returns the text from one heading to the next. */
  ProjectDocument section(String heading) {
    return new ProjectDocument(
        findAll("(?ms)^## " + Pattern.quote(heading) + "$(.*?)(?=^## |\\z)", 1).get(0));
  }

  /** Returns the code between the only fences of this language. */
  String fenced(String language) {
    return fenced(language, 1).get(0);
  }

  /**
   * Returns the code between all fences of this language.
   *
   * @param count the required number of fences
   */
  List<String> fenced(String language, int count) {
    return findAll("(?ms)^```" + language + "\n(.*?)^```$", count);
  }

  /** Returns the rows below the head of the table between comments with its name. */
  List<String> rows(String table) {
    return findAll("(?ms)^<!-- begin " + table + " -->\n(.*?)^<!-- end " + table + " -->$", 1)
        .get(0)
        .lines()
        .skip(2)
        .toList();
  }

  private List<String> findAll(String regex, int count) {
    List<String> found =
        Pattern.compile(regex)
            .matcher(text)
            .results()
            .map((MatchResult it) -> it.group(1))
            .toList();
    if (found.size() != count) {
      throw new AssertionError("the document has " + found.size() + " of " + regex);
    }
    return found;
  }
}
