package org.tokenfilter.integration.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * The results of each row, in {@code target/containers/table.md}; also in docs/containers.md with
 * {@code -Dcontainers.document=true}.
 */
final class ResultTable implements TestWatcher {

  /** True if the rows are those of the profile {@code containers}. */
  static final boolean INSTALLED = Boolean.getBoolean("containers.installed");

  /** True if the rows are written into the document. */
  static final boolean WRITES_DOCUMENT = Boolean.getBoolean("containers.document");

  private static final Path DOCUMENT = Path.of("../docs/containers.md");
  private static final String NAME = INSTALLED ? "table of the profile" : "table";
  private static final String BEGIN = "<!-- begin " + NAME + " -->\n";
  private static final String END = "<!-- end " + NAME + " -->";

  private final Map<String, Row> rows = new LinkedHashMap<>();
  private @Nullable Row current;

  private static final class Row {
    private final Duration startDuration;
    private int passed;
    private int failed;
    private int skipped;

    private Row(Duration start) {
      this.startDuration = start;
    }

    private String result() {
      String result = failed == 0 ? passed + " passed" : failed + " failed, " + passed + " passed";
      return skipped == 0 ? result : result + ", " + skipped + " skipped";
    }
  }

  /** Starts a row that begins with these cells; the following tests belong to it. */
  void startRow(String cells, Duration start) {
    current = new Row(start);
    rows.put(cells, current);
  }

  @Override
  public void testSuccessful(ExtensionContext context) {
    currentRow().passed++;
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    currentRow().failed++;
  }

  @Override
  public void testAborted(ExtensionContext context, @Nullable Throwable cause) {
    currentRow().skipped++;
  }

  private Row currentRow() {
    if (current == null) {
      throw new AssertionError("a test ran outside of all rows");
    }
    return current;
  }

  /** Writes the rows so far. */
  void write() throws IOException {
    StringBuilder table = new StringBuilder();
    table.append("| container | registered by | at | tests | start, ms |\n|---|---|---|---|---|\n");
    rows.forEach(
        (name, row) ->
            table.append(
                "| %s | %s | %d |\n".formatted(name, row.result(), row.startDuration.toMillis())));
    Files.writeString(ContainerFolders.ROOT.resolve("table.md"), table);
    if (WRITES_DOCUMENT) {
      String document = Files.readString(DOCUMENT);
      int from = document.indexOf(BEGIN);
      int to = document.indexOf(END);
      if (from < 0 || to < from) {
        throw new IllegalStateException(DOCUMENT + " has no place for the table");
      }
      Files.writeString(
          DOCUMENT, document.substring(0, from + BEGIN.length()) + table + document.substring(to));
    }
  }
}
