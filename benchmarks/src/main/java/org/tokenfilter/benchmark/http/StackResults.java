package org.tokenfilter.benchmark.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.benchmark.database.DatabaseActivity;
import org.tokenfilter.benchmark.load.Latencies;
import org.tokenfilter.benchmark.load.LoadResult;
import org.tokenfilter.benchmark.report.Spread;

/** The results of a stack over all rounds. */
final class StackResults {

  private static final double NANOS_A_MICRO = 1e3;

  private final List<Double> ratios = new ArrayList<>();
  private final List<Double> throughputs = new ArrayList<>();
  private final List<Double> cpuMicros = new ArrayList<>();
  private final List<Double> databaseMicros = new ArrayList<>();
  private final List<Double> garbage = new ArrayList<>();
  private @Nullable Latencies latencies;
  private @Nullable DatabaseActivity activity;
  private long countedRequests;
  private long failed;
  private long warmUpFailed;

  void warmUpFailed(long number) {
    warmUpFailed += number;
  }

  void add(LoadResult with, LoadResult without, long databaseNanos) {
    ratios.add(with.throughput() / without.throughput());
    throughputs.add(with.throughput());
    cpuMicros.add(with.cpuMicros() - without.cpuMicros());
    garbage.add(with.garbage() - without.garbage());
    databaseMicros.add(databaseNanos / NANOS_A_MICRO / with.successes());
    failed += with.failed() + without.failed();
  }

  void add(Latencies more) {
    latencies = latencies == null ? more : latencies.plus(more);
    failed += more.failed();
  }

  void add(DatabaseActivity done, long requests) {
    activity = done;
    countedRequests = requests;
  }

  /** Returns the throughput as a fraction of that without protection. */
  Spread ratio() {
    return Spread.of(ratios);
  }

  /** Returns the number of requests per second. */
  Spread throughput() {
    return Spread.of(throughputs);
  }

  /**
   * Returns the additional CPU time of the server per request, compared with no protection, in
   * microseconds.
   */
  Spread cpuMicros() {
    return Spread.of(cpuMicros);
  }

  /** Returns the CPU time of the database processes per request, in microseconds. */
  Spread databaseMicros() {
    return Spread.of(databaseMicros);
  }

  /** Returns the additional bytes allocated per request, compared with no protection. */
  Spread garbage() {
    return Spread.of(garbage);
  }

  @Nullable Latencies latencies() {
    return latencies;
  }

  @Nullable DatabaseActivity activity() {
    return activity;
  }

  /** Returns the number of requests that the activity belongs to. */
  long countedRequests() {
    return countedRequests;
  }

  /** Returns the number of requests that were not answered 200 with the expected body. */
  long failed() {
    return failed;
  }

  /** Returns the number of failed requests during the warm-up. */
  long warmUpFailed() {
    return warmUpFailed;
  }
}
