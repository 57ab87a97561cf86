package org.tokenfilter.benchmark.scale;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The durations of calls. Not thread-safe. */
final class Timings {

  private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final int DIGITS = 3;
  private static final double NANOS_A_MICRO = 1e3;
  private static final double MEDIAN = 50;
  private static final double TAIL = 99;

  private final Histogram nanos = new Histogram(MAX_NANOS, DIGITS);

  void time(Runnable call) {
    long begin = System.nanoTime();
    call.run();
    nanos.recordValue(Math.min(MAX_NANOS, System.nanoTime() - begin));
  }

  double medianMicros() {
    return nanos.getValueAtPercentile(MEDIAN) / NANOS_A_MICRO;
  }

  double p99Micros() {
    return nanos.getValueAtPercentile(TAIL) / NANOS_A_MICRO;
  }

  double longestMicros() {
    return nanos.getMaxValue() / NANOS_A_MICRO;
  }

  /** Returns median and 99th percentile, in microseconds. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%,.0f, %,.0f", medianMicros(), p99Micros());
  }
}
