package org.tokenfilter.store.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The time that is left for a call, measured by a nanosecond clock. Thread-safe. */
final class TimeBudget {

  private final LongSupplier nanoTime;
  private final long endNanos;

  private TimeBudget(LongSupplier nanoTime, long end) {
    this.nanoTime = nanoTime;
    this.endNanos = end;
  }

  static TimeBudget start(Duration time, LongSupplier nanoTime) {
    return new TimeBudget(nanoTime, nanoTime.getAsLong() + time.toNanos());
  }

  boolean isExhausted() {
    return remainingNanos() <= 0;
  }

  /**
   * Returns the remaining time in whole seconds, rounded up. At least 1, because 0 means "no limit"
   * to JDBC.
   */
  int remainingSeconds() {
    long second = TimeUnit.SECONDS.toNanos(1);
    return (int) Math.max(1, (remainingNanos() + second - 1) / second);
  }

  private long remainingNanos() {
    return endNanos - nanoTime.getAsLong();
  }
}
