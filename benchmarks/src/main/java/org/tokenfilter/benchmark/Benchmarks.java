package org.tokenfilter.benchmark;

import java.nio.file.Path;
import java.util.List;
import org.tokenfilter.benchmark.http.HttpBenchmark;
import org.tokenfilter.benchmark.http.Plan;
import org.tokenfilter.benchmark.report.Report;

/** Measures what it is told to: {@code quick}, {@code full}, or {@code all}. */
public final class Benchmarks {

  private static final Path FOLDER = Path.of("target", "benchmarks");

  private Benchmarks() {}

  /** Starts. */
  public static void main(String[] arguments) throws Exception {
    Report report = new Report(FOLDER, Boolean.getBoolean("benchmark.document"));
    String choice = String.join(" ", List.of(arguments));
    switch (choice) {
      case "quick" -> new HttpBenchmark(Plan.quick(), FOLDER, report).run();
      case "full", "all" -> new HttpBenchmark(Plan.full(), FOLDER, report).run();
      default -> throw new IllegalArgumentException("nothing to measure: " + choice);
    }
    // Threads of libraries that know no end.
    System.exit(0);
  }
}
