package org.tokenfilter.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A document, split into the parts that readers copy from it. */
final class MarkdownDocument {

  private static final Pattern TABLE_ROW = Pattern.compile("(?m)^\\|(.*)\\|$");

  private final String text;

  private MarkdownDocument(String text) {
    this.text = text;
  }

  static MarkdownDocument read() throws IOException {
    return read("README.md");
  }

  /** Reads a document by its path in the repository. */
  static MarkdownDocument read(String document) throws IOException {
    return new MarkdownDocument(Files.readString(Path.of("..").resolve(document)));
  }

  String text() {
    return text;
  }

  /** Returns the text from one heading to the next, of any level. */
  MarkdownDocument section(String heading) {
    return new MarkdownDocument(
        only("(?ms)^#+ " + Pattern.quote(heading) + "$(.*?)(?=^#+ [^\n]+$|\\z)"));
  }

  /** Returns the code between the fences. */
  String fenced(String language) {
    return only("(?ms)^```" + language + "\n(.*?)^```$");
  }

  /** Returns the only line that is indented as code and starts with this text. */
  String line(String begin) {
    return only("(?m)^ {4}(" + Pattern.quote(begin) + ".*)$");
  }

  /** Returns the rows of the table, without its head. */
  List<String[]> rows() {
    return TABLE_ROW
        .matcher(text)
        .results()
        .skip(2)
        .map((MatchResult it) -> it.group(1).strip().split(" *\\| ?", -1))
        .toList();
  }

  private String only(String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("the README has no " + regex);
    }
    String found = matcher.group(1);
    if (matcher.find()) {
      throw new AssertionError("the README has more than one " + regex);
    }
    return found;
  }
}
