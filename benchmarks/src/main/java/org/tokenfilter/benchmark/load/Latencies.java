package org.tokenfilter.benchmark.load;

import org.HdrHistogram.Histogram;

/**
 * How long requests took that came at a fixed rate.
 *
 * @param nanos of good and failed ones alike
 * @param failed how many were not answered 200 with the right body
 */
public record Latencies(Histogram nanos, long failed) {

  private static final double NANOS_A_MILLI = 1e6;

  /** In milliseconds, what so many percent of them took at most. */
  public double millisAt(double percent) {
    return nanos.getValueAtPercentile(percent) / NANOS_A_MILLI;
  }

  /** These and those. */
  public Latencies and(Latencies others) {
    Histogram both = nanos.copy();
    both.add(others.nanos);
    return new Latencies(both, failed + others.failed);
  }
}
