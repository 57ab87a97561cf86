package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The decision whether this node may answer from its cache. It may while less than the revocation
 * lag has passed since the start of the last applied poll of the revocation feed, because a
 * revocation that the poll did not see is younger than the lag. The time passed is that of the
 * monotonic or of the wall clock, whichever is longer, since one of them may stop while the machine
 * is suspended. Thread-safe. Non-final so that the simulation can inject a defect.
 */
class Freshness {

  private static final long NANOS_PER_MICRO = 1_000;

  /** A moment by the monotonic clock, in nanoseconds, and by the wall clock. */
  record Mark(long nanos, Instant wall) {}

  private final long lagMicros;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private volatile @Nullable Mark lastApplied;

  Freshness(Duration lag, Clock clock, LongSupplier nanoTime) {
    this.lagMicros = lag.toNanos() / NANOS_PER_MICRO;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** Returns whether the lag allows to answer from the cache at all. */
  boolean isCachingEnabled() {
    return lagMicros > 0;
  }

  /**
   * Returns whether the cache may be trusted. Must be called before the cache is read, because a
   * poll that is applied in between would otherwise confirm an entry that was read earlier.
   *
   * @param now the start of the request
   */
  boolean isFresh(Instant now) {
    Mark mark = lastApplied;
    return mark != null && elapsedMicros(mark, nanoTime.getAsLong(), now) < lagMicros;
  }

  /** Returns the time since the start of the last applied poll; null if there is none. */
  @Nullable Duration age() {
    Mark mark = lastApplied;
    return mark == null ? null : elapsed(mark, mark());
  }

  /** Returns the current moment, to be noted at the start of a poll. */
  Mark mark() {
    return new Mark(nanoTime.getAsLong(), clock.instant());
  }

  /** Records that the answer to a poll that started at the given moment was applied. */
  void pollApplied(Mark start) {
    lastApplied = start;
  }

  static Duration elapsed(Mark from, Mark to) {
    return Duration.of(elapsedMicros(from, to.nanos(), to.wall()), ChronoUnit.MICROS);
  }

  /** Returns the time passed, in microseconds. */
  private static long elapsedMicros(Mark from, long nanos, Instant wall) {
    return Math.max(
        (nanos - from.nanos()) / NANOS_PER_MICRO, ChronoUnit.MICROS.between(from.wall(), wall));
  }
}
