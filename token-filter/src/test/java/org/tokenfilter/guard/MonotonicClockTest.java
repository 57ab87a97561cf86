package org.tokenfilter.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.tck.SettableClock;

class MonotonicClockTest {

  private static final Duration HOUR = Duration.ofHours(1);

  private final SettableClock systemClock =
      new SettableClock(Instant.parse("2026-03-01T10:00:00Z"));
  private final MonotonicClock clock = new MonotonicClock(systemClock);
  private final Instant start = systemClock.instant();

  @Test
  void followsTheSystemClock() {
    assertThat(clock.instant()).isEqualTo(start);
    systemClock.move(HOUR);
    assertThat(clock.instant()).isEqualTo(start.plus(HOUR));
    assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
  }

  @Test
  void standsStillUntilTheSystemClockCatchesUp() {
    systemClock.move(HOUR);
    assertThat(clock.instant()).isEqualTo(start.plus(HOUR));

    systemClock.move(HOUR.negated());
    assertThat(clock.instant()).isEqualTo(start.plus(HOUR));
    systemClock.move(Duration.ofMinutes(59));
    assertThat(clock.instant()).isEqualTo(start.plus(HOUR));
    systemClock.move(Duration.ofMinutes(2));
    assertThat(clock.instant()).isEqualTo(start.plus(Duration.ofMinutes(61)));
  }

  @Test
  void neverGoesBehindItsStart() {
    systemClock.move(HOUR.negated());

    assertThat(clock.instant()).isEqualTo(start);
  }

  @Test
  void isNotEarlierInAnotherZone() {
    ZoneId zone = ZoneId.of("Asia/Kathmandu");
    MonotonicClock forward = new MonotonicClock(new Zoned(systemClock, ZoneOffset.UTC));
    systemClock.move(HOUR);
    forward.instant();
    systemClock.move(HOUR.negated());

    Clock elsewhere = forward.withZone(zone);

    assertThat(elsewhere.getZone()).isEqualTo(zone);
    assertThat(elsewhere.instant()).isEqualTo(start.plus(HOUR));
    systemClock.move(HOUR.multipliedBy(2));
    assertThat(elsewhere.instant()).isEqualTo(start.plus(HOUR.multipliedBy(2)));
    systemClock.move(HOUR.negated());
    assertThat(forward.instant()).isEqualTo(start.plus(HOUR.multipliedBy(2)));
  }

  private static final class Zoned extends Clock {

    private final Clock clock;
    private final ZoneId zone;

    Zoned(Clock clock, ZoneId zone) {
      this.clock = clock;
      this.zone = zone;
    }

    @Override
    public Instant instant() {
      return clock.instant();
    }

    @Override
    public ZoneId getZone() {
      return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
      return new Zoned(clock, other);
    }
  }
}
