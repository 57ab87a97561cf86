package org.tokenfilter.service;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that never runs backwards while it lives: when the machine's clock is set back, it stands
 * still until that has caught up. So nothing that expired comes back.
 */
public final class ForwardClock extends Clock {

  private final Clock clock;
  private final AtomicReference<Instant> latest;

  /** Follows this clock. */
  public ForwardClock(Clock clock) {
    this(clock, new AtomicReference<>(clock.instant()));
  }

  private ForwardClock(Clock clock, AtomicReference<Instant> latest) {
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

  /** The same clock in another zone: neither is ever earlier than the other one was. */
  @Override
  public Clock withZone(ZoneId zone) {
    return new ForwardClock(clock.withZone(zone), latest);
  }
}
