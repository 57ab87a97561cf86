package org.tokenfilter.benchmark;

import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.benchmark.end.RevocationBenchmark;
import org.tokenfilter.benchmark.http.BenchmarkPlan;
import org.tokenfilter.benchmark.http.HttpBenchmark;
import org.tokenfilter.benchmark.login.LoginTimingBenchmark;
import org.tokenfilter.benchmark.micro.MicroBenchmark;
import org.tokenfilter.benchmark.profile.ProfileBenchmark;
import org.tokenfilter.benchmark.report.Report;
import org.tokenfilter.benchmark.scale.HeapBenchmark;
import org.tokenfilter.benchmark.scale.ScaleBenchmark;

/**
 * The command line of the benchmarks. The argument chooses the benchmark: {@code quick}, {@code
 * full}, {@code micro}, {@code scale}, {@code heap}, {@code ends}, {@code logins}, {@code profile},
 * or {@code all}.
 */
public final class Benchmarks {

  private static final Logger LOG = LoggerFactory.getLogger(Benchmarks.class);
  private static final Path FOLDER = Path.of("target", "benchmarks");
  private static final Report REPORT = new Report(FOLDER, Boolean.getBoolean("benchmark.document"));
  private static final int FAILED = 1;
  private static final int STORED_TOKENS = 500_000;
  private static final int CACHED_TOKENS = 200_000;

  private Benchmarks() {}

  /**
   * Runs the chosen benchmark, and exits the JVM: threads of other libraries would keep it running.
   */
  public static void main(String[] choice) {
    int status = FAILED;
    try {
      measure(choice);
      status = 0;
    } catch (Exception e) {
      LOG.error("The benchmark failed", e);
    }
    System.exit(status);
  }

  private static void measure(String[] choice) throws Exception {
    switch (String.join(" ", choice)) {
      case "quick" -> http(BenchmarkPlan.quick());
      case "full" -> http(BenchmarkPlan.full());
      case "micro" -> micro();
      case "scale" -> scale();
      case "heap" -> heap();
      case "ends" -> revocations();
      case "profile" -> profile();
      case "logins" -> logins();
      case "all" -> {
        heap();
        micro();
        http(BenchmarkPlan.full());
        revocations();
        logins();
        scale();
      }
      default -> throw new IllegalArgumentException("unknown benchmark: " + List.of(choice));
    }
  }

  private static void http(BenchmarkPlan plan) throws Exception {
    new HttpBenchmark(plan, FOLDER, REPORT).run();
  }

  private static void micro() throws Exception {
    new MicroBenchmark(REPORT).run();
  }

  private static void revocations() throws Exception {
    new RevocationBenchmark(FOLDER, REPORT).run();
  }

  private static void logins() throws Exception {
    new LoginTimingBenchmark(FOLDER, REPORT).run();
  }

  private static void scale() throws Exception {
    new ScaleBenchmark(
            FOLDER,
            REPORT,
            Integer.getInteger("benchmark.records"),
            Integer.getInteger("benchmark.dead"))
        .run();
  }

  private static void profile() throws Exception {
    new ProfileBenchmark(FOLDER, REPORT).run();
  }

  private static void heap() throws Exception {
    new HeapBenchmark(FOLDER, REPORT, STORED_TOKENS, CACHED_TOKENS).run();
  }
}
