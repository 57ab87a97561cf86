package org.tokenfilter.benchmark.load;

/**
 * What a run has shown.
 *
 * @param good requests that were answered 200 with the right body
 * @param failed all others
 * @param nanos how long it took
 * @param use what the server's threads used meanwhile
 */
public record Run(long good, long failed, long nanos, ServerUse use) {

  /** Nothing yet. */
  public static final Run NONE = new Run(0, 0, 0, new ServerUse(0, 0));

  private static final double NANOS_A_SECOND = 1e9;
  private static final double NANOS_A_MICRO = 1e3;

  /** This one and another one of the same server. */
  public Run and(Run other) {
    return new Run(
        good + other.good, failed + other.failed, nanos + other.nanos, use.plus(other.use));
  }

  /** Good requests a second. */
  public double throughput() {
    return good * NANOS_A_SECOND / nanos;
  }

  /** CPU time of the server a request, in microseconds; without garbage collection. */
  public double cpuMicros() {
    return use.cpuNanos() / NANOS_A_MICRO / good;
  }

  /** What the server allocated a request, in bytes. */
  public double garbage() {
    return (double) use.allocatedBytes() / good;
  }
}
