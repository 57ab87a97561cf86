package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class SettableClockTest {

  @Test
  void startsAtThePresentMillisecond() {
    Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    Instant start = new SettableClock().instant();

    assertThat(start).isBetween(before, Instant.now());
    assertThat(start).isEqualTo(start.truncatedTo(ChronoUnit.MILLIS));
  }

  @Test
  void stopsUntilItIsMoved() {
    Instant start = Instant.parse("2026-03-01T10:00:00Z");
    SettableClock clock = new SettableClock(start);

    assertThat(clock.instant()).isEqualTo(start);
    clock.move(Duration.ofMinutes(5));
    assertThat(clock.instant()).isEqualTo(start.plusSeconds(300));
    clock.set(start);
    assertThat(clock.instant()).isEqualTo(start);
  }

  @Test
  void clocksOfAllZonesShareOneTime() {
    SettableClock clock = new SettableClock();
    Clock inOslo = clock.withZone(ZoneId.of("Europe/Oslo"));
    clock.move(Duration.ofHours(1));

    assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
    assertThat(inOslo.getZone()).isEqualTo(ZoneId.of("Europe/Oslo"));
    assertThat(inOslo.instant()).isEqualTo(clock.instant());
  }
}
