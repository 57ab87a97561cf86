package org.tokenfilter.benchmark.micro;

import java.io.IOException;
import java.util.Locale;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.tokenfilter.benchmark.report.Report;
import org.tokenfilter.benchmark.report.Table;

/** Runs all JMH benchmarks of this package. */
public final class MicroBenchmark {

  private static final int WARM_UPS = 5;
  private static final int ITERATIONS = 5;
  private static final TimeValue TIME = TimeValue.seconds(1);
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final Report report;

  /** Creates the benchmark. */
  public MicroBenchmark(Report report) {
    this.report = report;
  }

  /** Runs the benchmarks, which takes about three minutes, and writes the report. */
  public void run() throws RunnerException, IOException {
    Table table = new Table("step", "us", "+-", "B");
    for (RunResult result :
        new Runner(
                new OptionsBuilder()
                    .include(MicroBenchmark.class.getPackageName().replace(".", "\\.") + "\\..*")
                    .addProfiler(GCProfiler.class)
                    .forks(1)
                    .warmupIterations(WARM_UPS)
                    .warmupTime(TIME)
                    .measurementIterations(ITERATIONS)
                    .measurementTime(TIME)
                    .build())
            .run()) {
      Result<?> time = result.getPrimaryResult();
      Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
      table.row(
          name(result.getParams()),
          String.format(Locale.ROOT, "%.2f", time.getScore()),
          String.format(Locale.ROOT, "%.2f", time.getScoreError()),
          allocated == null ? "" : String.format(Locale.ROOT, "%,.0f", allocated.getScore()));
    }
    report.write("micro", table + "\n");
  }

  private static String name(BenchmarkParams params) {
    String[] steps = params.getBenchmark().split("\\.", -1);
    String name = steps[steps.length - 2].replace("Benchmark", "") + ": " + steps[steps.length - 1];
    return params.getParamsKeys().stream()
        .map(key -> ", " + params.getParam(key))
        .collect(Collectors.joining("", name, ""));
  }
}
