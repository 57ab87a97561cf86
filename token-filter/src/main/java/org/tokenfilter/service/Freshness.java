package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether this node has heard lately enough of what ended elsewhere. It has for as long as less
 * than the lag has passed since the begin of the last question whose answer was applied: an end
 * that came after that begin is younger than the lag. Time is what the monotonic or the wall clock
 * has moved, whichever moved more: one of them may stand still while the machine is suspended.
 * Thread-safe. Not final: the simulation breaks it.
 */
class Freshness {

  private static final long NANOS_PER_MICRO = 1_000;

  /** A moment by both clocks. */
  record Mark(long nanos, Instant wall) {}

  private final long lag;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private volatile @Nullable Mark last;

  Freshness(Duration lag, Clock clock, LongSupplier nanoTime) {
    this.lag = lag.toNanos() / NANOS_PER_MICRO;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /** Whether anything is ever believed without asking the store. */
  boolean isPossible() {
    return lag > 0;
  }

  /**
   * Whether what is kept in memory may be believed. To be asked before it is looked at: afterwards,
   * an answer applied meanwhile would vouch for what was read before.
   *
   * @param now when the request began
   */
  boolean isFresh(Instant now) {
    Mark mark = last;
    return mark != null && moved(mark, nanoTime.getAsLong(), now) < lag;
  }

  /** How long ago the last question was begun whose answer was applied; null for none. */
  @Nullable Duration age() {
    Mark mark = last;
    return mark == null ? null : between(mark, mark());
  }

  /** The moment at which a question begins. */
  Mark mark() {
    return new Mark(nanoTime.getAsLong(), clock.instant());
  }

  /** An answer was applied to a question that began then. */
  void applied(Mark begin) {
    last = begin;
  }

  static Duration between(Mark from, Mark to) {
    return Duration.of(moved(from, to.nanos(), to.wall()), ChronoUnit.MICROS);
  }

  /** In microseconds. */
  private static long moved(Mark from, long nanos, Instant wall) {
    return Math.max(
        (nanos - from.nanos()) / NANOS_PER_MICRO, ChronoUnit.MICROS.between(from.wall(), wall));
  }
}
