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

class LoopbackProbeTest {

  private static final Duration MOMENT = Duration.ofMillis(1);

  private final List<String> sent = new ArrayList<>();
  private long nanoTime = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();
  private boolean unreachable;
  private final LoopbackProbe probe = new LoopbackProbe(this::send, () -> nanoTime);

  @Test
  void statusIsUnknownUntilTheFirstProbeIsDelivered() {
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    assertThat(sent).hasSize(1);

    assertThat(probe.accept(sent.get(0))).isTrue();
    assertThat(probe.status()).isEqualTo(DELIVERED);
    assertThat(sent).hasSize(1);
  }

  @Test
  void lateProbeIsReportedAsNotDelivered() {
    probe.status();
    advance(LoopbackProbe.MAX_WAIT);
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    advance(MOMENT);
    assertThat(probe.status()).isEqualTo(NOT_DELIVERED);
  }

  @Test
  void probeIsRepeatedEveryInterval() {
    probe.status();
    probe.accept(sent.get(0));
    advance(LoopbackProbe.INTERVAL.minus(MOMENT));
    probe.status();
    assertThat(sent).hasSize(1);

    advance(MOMENT);
    assertThat(probe.status()).isEqualTo(DELIVERED);
    assertThat(sent).doesNotHaveDuplicates().hasSize(2);

    advance(LoopbackProbe.MAX_WAIT.plus(MOMENT));
    assertThat(probe.status()).isEqualTo(NOT_DELIVERED);
  }

  @Test
  void probeOfAnotherNodeProvesNothing() {
    LoopbackProbe other = new LoopbackProbe(this::send, () -> nanoTime);
    other.status();
    probe.status();

    assertThat(probe.accept(sent.get(0))).isTrue();
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    assertThat(probe.accept("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE")).isFalse();
    assertThat(probe.status()).isEqualTo(UNKNOWN);
  }

  @Test
  void probeThatCannotBeSentProvesNothing() {
    unreachable = true;
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    advance(LoopbackProbe.MAX_WAIT.plus(MOMENT));
    assertThat(probe.status()).isEqualTo(UNKNOWN);

    unreachable = false;
    advance(LoopbackProbe.INTERVAL);
    assertThat(probe.status()).isEqualTo(UNKNOWN);
    assertThat(sent).hasSize(1);
  }

  private void send(String word) {
    if (unreachable) {
      throw new TokenStoreException("the database is away", null, true);
    }
    sent.add(word);
  }

  private void advance(Duration time) {
    nanoTime += time.toNanos();
  }
}
