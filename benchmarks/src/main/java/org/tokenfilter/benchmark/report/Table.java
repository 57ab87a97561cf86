package org.tokenfilter.benchmark.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** A table in Markdown. */
public final class Table {

  private final List<List<String>> rows = new ArrayList<>();

  /** Creates a table with column titles. */
  public Table(String... titles) {
    rows.add(List.of(titles));
    rows.add(Collections.nCopies(titles.length, "---"));
  }

  /** Adds a row. */
  public Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  @Override
  public String toString() {
    return rows.stream()
        .map(row -> row.stream().collect(Collectors.joining(" | ", "| ", " |\n")))
        .collect(Collectors.joining());
  }
}
