package org.tokenfilter.benchmark.load;

/**
 * The result of a load.
 *
 * @param successes the number of requests that were answered 200 with the expected body
 * @param failed the number of all other requests
 * @param nanos the duration, in nanoseconds
 * @param usage the resources that the threads of the server used meanwhile
 */
public record LoadResult(long successes, long failed, long nanos, ServerUsage usage) {

  /** The empty result. */
  public static final LoadResult EMPTY = new LoadResult(0, 0, 0, new ServerUsage(0, 0));

  private static final double NANOS_A_SECOND = 1e9;
  private static final double NANOS_A_MICRO = 1e3;

  /** Returns the sum of this and another result of the same server. */
  public LoadResult plus(LoadResult other) {
    return new LoadResult(
        successes + other.successes,
        failed + other.failed,
        nanos + other.nanos,
        usage.plus(other.usage));
  }

  /** Returns the number of successful requests per second. */
  public double throughput() {
    return successes * NANOS_A_SECOND / nanos;
  }

  /**
   * Returns the CPU time of the server per request, in microseconds, without garbage collection.
   */
  public double cpuMicros() {
    return usage.cpuNanos() / NANOS_A_MICRO / successes;
  }

  /** Returns the bytes that the server allocated per request. */
  public double garbage() {
    return (double) usage.allocatedBytes() / successes;
  }
}
