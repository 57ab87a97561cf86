package org.tokenfilter.store.tck;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** A clock that stands still until it is moved. For tests; safe for many threads. */
public final class SettableClock extends Clock {

  private final Time time;
  private final ZoneId zone;

  /** Starts at the present, to the millisecond. */
  public SettableClock() {
    this(Clock.systemUTC().instant().truncatedTo(ChronoUnit.MILLIS));
  }

  /** Starts at this time. */
  public SettableClock(Instant start) {
    this(new Time(start), ZoneOffset.UTC);
  }

  private SettableClock(Time time, ZoneId zone) {
    this.time = time;
    this.zone = zone;
  }

  /** Moves it forward, or back by a negative duration. */
  public void move(Duration by) {
    time.move(by);
  }

  /** Sets it to this time. */
  public void set(Instant now) {
    time.set(now);
  }

  @Override
  public Instant instant() {
    return time.get();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  /** The same clock, seen from another zone: moving one moves both. */
  @Override
  public Clock withZone(ZoneId other) {
    return new SettableClock(time, other);
  }

  private static final class Time {

    private Instant now;

    Time(Instant now) {
      this.now = now;
    }

    synchronized Instant get() {
      return now;
    }

    synchronized void set(Instant time) {
      now = time;
    }

    synchronized void move(Duration by) {
      now = now.plus(by);
    }
  }
}
