package org.tokenfilter.benchmark.load;

import org.HdrHistogram.Histogram;

/**
 * The latencies of requests that were sent at a fixed rate.
 *
 * @param nanos the latencies of successful and failed requests, in nanoseconds
 * @param failed the number of requests that were not answered 200 with the expected body
 */
public record Latencies(Histogram nanos, long failed) {

  private static final double NANOS_A_MILLI = 1e6;

  /** Returns the latency at a percentile, in milliseconds. */
  public double millisAt(double percent) {
    return nanos.getValueAtPercentile(percent) / NANOS_A_MILLI;
  }

  /** Returns the sum of these and other latencies. */
  public Latencies plus(Latencies others) {
    Histogram both = nanos.copy();
    both.add(others.nanos);
    return new Latencies(both, failed + others.failed);
  }
}
