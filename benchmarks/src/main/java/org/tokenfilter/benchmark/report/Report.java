package org.tokenfilter.benchmark.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes results to standard output, to {@code target/benchmarks}, and on request to the document
 * that is part of the project.
 */
public final class Report {

  private static final Path DOCUMENT = Path.of("..", "docs", "benchmarks.md");
  private static final Path IMAGES = Path.of("..", "docs", "img");

  private final BenchmarkEnvironment environment = new BenchmarkEnvironment();
  private final Path folder;
  private final boolean document;

  /**
   * Creates a report.
   *
   * @param folder the folder that is always written to
   * @param document whether the document is rewritten as well
   */
  public Report(Path folder, boolean document) {
    this.folder = folder;
    this.document = document;
  }

  /**
   * Writes a section.
   *
   * @param name the name of the section, which is between {@code <!-- begin NAME -->} and {@code
   *     <!-- end NAME -->} in the document
   * @param text the text in Markdown
   */
  public void write(String name, String text) throws IOException {
    String whole = environment.describe() + "\n\n" + text;
    System.out.println(whole);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(name + ".md"), whole);
    if (document) {
      Files.writeString(DOCUMENT, replaced(Files.readString(DOCUMENT), name, whole));
    }
  }

  /** Writes a picture. */
  public void draw(String name, String svg) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(name), svg, StandardCharsets.UTF_8);
    if (document) {
      Files.createDirectories(IMAGES);
      Files.writeString(IMAGES.resolve(name), svg, StandardCharsets.UTF_8);
    }
  }

  private static String replaced(String document, String name, String text) {
    String begin = "<!-- begin " + name + " -->\n";
    int from = document.indexOf(begin);
    int to = document.indexOf("<!-- end " + name + " -->");
    if (from < 0 || to < from) {
      throw new IllegalStateException(DOCUMENT + " has no section " + name);
    }
    return document.substring(0, from + begin.length()) + text + document.substring(to);
  }
}
