package org.tokenfilter.store.tck;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** A clock for tests that stands still until it is moved. Thread-safe. */
public final class SettableClock extends Clock {

  private final Time time;
  private final ZoneId zone;

  /** Creates a clock at the present time, truncated to the millisecond. */
  public SettableClock() {
    this(Clock.systemUTC().instant().truncatedTo(ChronoUnit.MILLIS));
  }

  /**
   * Creates a clock at the given time.
   *
   * @param start the initial time
   */
  public SettableClock(Instant start) {
    this(new Time(start), ZoneOffset.UTC);
  }

  private SettableClock(Time time, ZoneId zone) {
    this.time = time;
    this.zone = zone;
  }

  /** Moves the clock forward, or back by a negative duration. */
  public void move(Duration by) {
    time.move(by);
  }

  /** Sets the clock to the given time. */
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

  /** Returns a view of this clock in another zone; moving one of them moves both. */
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
