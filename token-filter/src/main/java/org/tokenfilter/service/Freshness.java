package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The decision whether this node may answer from its cache, for each shard of the store by itself.
 * It may while less than the revocation lag has passed since the start of the last question whose
 * answer completed what is known of the shard's changes, because a change that the answers did not
 * have is younger than the lag. The time passed is that of the monotonic or of the wall clock,
 * whichever is longer, since one of them may stop while the machine is suspended. Thread-safe.
 * Non-final so that the simulation can inject a defect.
 */
class Freshness {

  private static final long NANOS_PER_MICRO = 1_000;

  /** A moment by the monotonic clock, in nanoseconds, and by the wall clock. */
  record Mark(long nanos, Instant wall) {}

  private final long lagMicros;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final AtomicReferenceArray<@Nullable Mark> applied;

  /** Creates the freshness of a store with one shard, which is not fresh yet. */
  Freshness(Duration lag, Clock clock, LongSupplier nanoTime) {
    this(lag, clock, nanoTime, 1);
  }

  /** Creates the freshness of a store with some shards, none of which is fresh yet. */
  Freshness(Duration lag, Clock clock, LongSupplier nanoTime, int shards) {
    this.lagMicros = lag.toNanos() / NANOS_PER_MICRO;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.applied = new AtomicReferenceArray<>(shards);
  }

  /** Returns whether the lag allows to answer from the cache at all. */
  boolean isCachingEnabled() {
    return lagMicros > 0;
  }

  /**
   * Returns whether cached tokens of a shard may be trusted. Must be called before the cache is
   * read, because an answer that is applied in between would otherwise confirm an entry that was
   * read earlier.
   *
   * @param now the start of the request
   */
  boolean isFresh(int shard, Instant now) {
    Mark mark = applied.get(shard);
    return mark != null && elapsedMicros(mark, nanoTime.getAsLong(), now) < lagMicros;
  }

  /** Returns whether cached tokens of all shards may be trusted. */
  boolean isFresh(Instant now) {
    for (int shard = 0; shard < applied.length(); shard++) {
      if (!isFresh(shard, now)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the time since the mark of the shard that is the longest behind; null if a shard has
   * none.
   */
  @Nullable Duration age() {
    Duration oldest = Duration.ZERO;
    Mark now = mark();
    for (int shard = 0; shard < applied.length(); shard++) {
      Mark mark = applied.get(shard);
      if (mark == null) {
        return null;
      }
      Duration age = elapsed(mark, now);
      oldest = age.compareTo(oldest) > 0 ? age : oldest;
    }
    return oldest;
  }

  /** Returns the current moment, to be noted at the start of a question. */
  Mark mark() {
    return new Mark(nanoTime.getAsLong(), clock.instant());
  }

  /**
   * Records that all changes of a shard were applied that the store had acknowledged at the given
   * moment.
   */
  void pollApplied(int shard, Mark start) {
    applied.set(shard, start);
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
