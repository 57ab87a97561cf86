package org.tokenfilter.benchmark.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.benchmark.database.Activity;
import org.tokenfilter.benchmark.load.Latencies;
import org.tokenfilter.benchmark.load.Run;
import org.tokenfilter.benchmark.report.Spread;

/** What was seen of a stack, round by round. */
final class Findings {

  private static final double NANOS_A_MICRO = 1e3;

  private final List<Double> ratios = new ArrayList<>();
  private final List<Double> throughputs = new ArrayList<>();
  private final List<Double> cpuMicros = new ArrayList<>();
  private final List<Double> databaseMicros = new ArrayList<>();
  private final List<Double> garbage = new ArrayList<>();
  private @Nullable Latencies latencies;
  private @Nullable Activity activity;
  private long counted;
  private long failed;
  private long warmUpFailed;

  void warmUpFailed(long number) {
    warmUpFailed += number;
  }

  void add(Run with, Run without, long databaseNanos) {
    ratios.add(with.throughput() / without.throughput());
    throughputs.add(with.throughput());
    cpuMicros.add(with.cpuMicros() - without.cpuMicros());
    garbage.add(with.garbage() - without.garbage());
    databaseMicros.add(databaseNanos / NANOS_A_MICRO / with.good());
    failed += with.failed() + without.failed();
  }

  void add(Latencies more) {
    latencies = latencies == null ? more : latencies.and(more);
    failed += more.failed();
  }

  void add(Activity done, long requests) {
    activity = done;
    counted = requests;
  }

  /** Throughput, as a part of that without protection. */
  Spread ratio() {
    return Spread.of(ratios);
  }

  /** Requests a second. */
  Spread throughput() {
    return Spread.of(throughputs);
  }

  /** What a request costs more than without protection, in microseconds of the server's CPU. */
  Spread cpuMicros() {
    return Spread.of(cpuMicros);
  }

  /** What a request costs in a database of its own process, in microseconds of CPU. */
  Spread databaseMicros() {
    return Spread.of(databaseMicros);
  }

  /** What a request allocates more than without protection, in bytes. */
  Spread garbage() {
    return Spread.of(garbage);
  }

  @Nullable Latencies latencies() {
    return latencies;
  }

  @Nullable Activity activity() {
    return activity;
  }

  /** The requests of the activity. */
  long counted() {
    return counted;
  }

  /** Requests that were not answered 200 with the right body. */
  long failed() {
    return failed;
  }

  /** The same while it warmed up. */
  long warmUpFailed() {
    return warmUpFailed;
  }
}
