package org.tokenfilter.benchmark.load;

/**
 * The result of a load.
 *
 * @param good the number of requests that were answered 200 with the expected body
 * @param failed the number of all other requests
 * @param nanos the duration, in nanoseconds
 * @param use the resources that the threads of the server used meanwhile
 */
public record Run(long good, long failed, long nanos, ServerUse use) {

  /** The empty result. */
  public static final Run NONE = new Run(0, 0, 0, new ServerUse(0, 0));

  private static final double NANOS_A_SECOND = 1e9;
  private static final double NANOS_A_MICRO = 1e3;

  /** Returns the sum of this and another result of the same server. */
  public Run and(Run other) {
    return new Run(
        good + other.good, failed + other.failed, nanos + other.nanos, use.plus(other.use));
  }

  /** Returns the number of successful requests per second. */
  public double throughput() {
    return good * NANOS_A_SECOND / nanos;
  }

  /**
   * Returns the CPU time of the server per request, in microseconds, without garbage collection.
   */
  public double cpuMicros() {
    return use.cpuNanos() / NANOS_A_MICRO / good;
  }

  /** Returns the bytes that the server allocated per request. */
  public double garbage() {
    return (double) use.allocatedBytes() / good;
  }
}
