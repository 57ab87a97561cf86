package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStoreException;

class CoalescingPublisherTest {

  private long nanoTime = 5;
  private int sent;
  private boolean failing;
  private final CoalescingPublisher publisher =
      new CoalescingPublisher(
          () -> {
            sent++;
            if (failing) {
              throw new TokenStoreException("away", null, true);
            }
          },
          () -> nanoTime);

  @Test
  void firstIsSentAtOnceAndTheNextOnesTogether() {
    for (int i = 0; i < 100; i++) {
      publisher.publish();
    }
    assertThat(sent).isEqualTo(1);
    assertThat(publisher.waitMillis(500)).isBetween(50, 51);

    nanoTime += CoalescingPublisher.INTERVAL.toNanos();
    publisher.sendPending();
    publisher.sendPending();
    assertThat(sent).isEqualTo(2);
  }

  @Test
  void nothingIsSentWithoutAChange() {
    publisher.sendPending();
    assertThat(sent).isZero();
    assertThat(publisher.waitMillis(500)).isEqualTo(500);
  }

  @Test
  void laterCallerSendsWhatIsPending() {
    publisher.publish();
    publisher.publish();
    nanoTime += CoalescingPublisher.INTERVAL.toNanos();
    publisher.publish();
    assertThat(sent).isEqualTo(2);
    nanoTime += CoalescingPublisher.INTERVAL.toNanos();
    publisher.sendPending();
    assertThat(sent).isEqualTo(2);
  }

  @Test
  void failureReachesNoCaller() {
    failing = true;
    publisher.publish();
    assertThat(sent).isEqualTo(1);
  }
}
