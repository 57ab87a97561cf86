package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.store.jdbc.LoopbackProbe.Status.DELIVERED;
import static org.tokenfilter.store.jdbc.LoopbackProbe.Status.NOT_DELIVERED;
import static org.tokenfilter.store.jdbc.LoopbackProbe.Status.UNKNOWN;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStoreException;

class EchoTest {

  private static final Duration MOMENT = Duration.ofMillis(1);

  private final List<String> told = new ArrayList<>();
  private long nanoTime = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();
  private boolean broken;
  private final LoopbackProbe probe = new LoopbackProbe(this::tell, () -> nanoTime);

  @Test
  void wordIsToldAtOnceAndNothingIsKnownUntilItIsHeard() {
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    assertThat(told).hasSize(1);

    assertThat(probe.accept(told.get(0))).isTrue();
    assertThat(probe.status()).isEqualTo(DELIVERED);
    assertThat(told).hasSize(1);
  }

  @Test
  void wordThatIsNotHeardInTimeIsDeafness() {
    probe.status();
    pass(LoopbackProbe.MAX_WAIT);
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    pass(MOMENT);
    assertThat(probe.status()).isEqualTo(NOT_DELIVERED);
  }

  @Test
  void everyMinuteItIsProvedAgain() {
    probe.status();
    probe.accept(told.get(0));
    pass(LoopbackProbe.INTERVAL.minus(MOMENT));
    probe.status();
    assertThat(told).hasSize(1);

    pass(MOMENT);
    assertThat(probe.status()).isEqualTo(DELIVERED);
    assertThat(told).doesNotHaveDuplicates().hasSize(2);

    pass(LoopbackProbe.MAX_WAIT.plus(MOMENT));
    assertThat(probe.status()).isEqualTo(NOT_DELIVERED);
  }

  @Test
  void wordOfAnotherNodeOrAnEarlierOneProvesNothingAndIsNoEnd() {
    LoopbackProbe other = new LoopbackProbe(this::tell, () -> nanoTime);
    other.status();
    probe.status();

    assertThat(probe.accept(told.get(0))).isTrue();
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    assertThat(probe.accept("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE")).isFalse();
    assertThat(probe.status()).isEqualTo(UNKNOWN);
  }

  @Test
  void wordThatCannotBeToldProvesNothing() {
    broken = true;
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    pass(LoopbackProbe.MAX_WAIT.plus(MOMENT));
    assertThat(probe.status()).isEqualTo(UNKNOWN);

    broken = false;
    pass(LoopbackProbe.INTERVAL);
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    assertThat(told).hasSize(1);
  }

  private void tell(String word) {
    if (broken) {
      throw new TokenStoreException("the database is away", null, true);
    }
    told.add(word);
  }

  private void pass(Duration time) {
    nanoTime += time.toNanos();
  }
}
