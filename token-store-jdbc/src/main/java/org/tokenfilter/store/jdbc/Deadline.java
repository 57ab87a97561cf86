package org.tokenfilter.store.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The time that is left for a call, measured by a nanosecond clock. Thread-safe. */
final class Deadline {

  private final LongSupplier nanoTime;
  private final long end;

  private Deadline(LongSupplier nanoTime, long end) {
    this.nanoTime = nanoTime;
    this.end = end;
  }

  static Deadline in(Duration time, LongSupplier nanoTime) {
    return new Deadline(nanoTime, nanoTime.getAsLong() + time.toNanos());
  }

  boolean passed() {
    return left() <= 0;
  }

  /**
   * Returns the remaining time in whole seconds, rounded up. At least 1, because 0 means "no limit"
   * to JDBC.
   */
  int seconds() {
    long second = TimeUnit.SECONDS.toNanos(1);
    return (int) Math.max(1, (left() + second - 1) / second);
  }

  private long left() {
    return end - nanoTime.getAsLong();
  }
}
