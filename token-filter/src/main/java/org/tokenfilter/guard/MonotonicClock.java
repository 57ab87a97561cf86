package org.tokenfilter.guard;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that never runs backwards. When the underlying clock is set back, it repeats its latest
 * instant until the underlying clock has caught up, so that an expired token does not become valid
 * again. Thread-safe if the underlying clock is.
 */
public final class MonotonicClock extends Clock {

  private final Clock clock;
  private final AtomicReference<Instant> latest;

  /** Creates a clock that follows the given one. */
  public MonotonicClock(Clock clock) {
    this(clock, new AtomicReference<>(clock.instant()));
  }

  private MonotonicClock(Clock clock, AtomicReference<Instant> latest) {
    this.clock = clock;
    this.latest = latest;
  }

  @Override
  public Instant instant() {
    Instant now = clock.instant();
    return latest.accumulateAndGet(now, (a, b) -> a.isAfter(b) ? a : b);
  }

  @Override
  public ZoneId getZone() {
    return clock.getZone();
  }

  /** Returns this clock in another zone; together, the two never run backwards either. */
  @Override
  public Clock withZone(ZoneId zone) {
    return new MonotonicClock(clock.withZone(zone), latest);
  }
}
