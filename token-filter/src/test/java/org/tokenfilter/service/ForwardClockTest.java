package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ForwardClockTest {

  private static final Duration HOUR = Duration.ofHours(1);

  private final SettableClock machine = new SettableClock();
  private final ForwardClock clock = new ForwardClock(machine);
  private final Instant start = machine.instant();

  @Test
  void itFollowsTheMachinesClock() {
    assertThat(clock.instant()).isEqualTo(start);
    machine.move(HOUR);
    assertThat(clock.instant()).isEqualTo(start.plus(HOUR));
    assertThat(clock.getZone()).isEqualTo(ZoneOffset.UTC);
  }

  @Test
  void itStandsStillUntilTheMachinesClockHasCaughtUp() {
    machine.move(HOUR);
    assertThat(clock.instant()).isEqualTo(start.plus(HOUR));

    machine.move(HOUR.negated());
    assertThat(clock.instant()).isEqualTo(start.plus(HOUR));
    machine.move(Duration.ofMinutes(59));
    assertThat(clock.instant()).isEqualTo(start.plus(HOUR));
    machine.move(Duration.ofMinutes(2));
    assertThat(clock.instant()).isEqualTo(start.plus(Duration.ofMinutes(61)));
  }

  @Test
  void itNeverGoesBehindItsStart() {
    machine.move(HOUR.negated());

    assertThat(clock.instant()).isEqualTo(start);
  }

}
