package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenRecord;

/** S14 and S18: closing, and threads. */
interface StoreLifecycleClauses extends StoreUnderTest {

  @Test
  default void s14_closeIsIdempotent() {
    store().close();

    assertThatNoException().isThrownBy(() -> store().close());
  }

  @Test
  default void s14_otherNodeIsNotAffected() {
    assumeThat(otherNode()).isNotSameAs(store());
    StoreFixture fixture = new StoreFixture(this);
    TokenRecord record = fixture.insert(fixture.lasting());
    TokenRecord later = fixture.lasting().build();

    store().close();

    assertThat(otherNode().find(record.id())).contains(record);
    assertThat(otherNode().insert(later, Limit.NONE, fixture.now()))
        .isEqualTo(InsertResult.of(InsertResult.Outcome.INSERTED));
    assertThat(otherNode().revoke(record.id(), fixture.closedNow())).containsExactly(record.id());
  }

  @Test
  default void s18_callsLeaveNoThreadsBehind() {
    int rounds = 30;
    Set<Thread> atFirst = Thread.getAllStackTraces().keySet();
    callAll(rounds);
    // A driver or a pool has started its own threads by now; later ones are started by the calls.
    Set<Thread> usual = Thread.getAllStackTraces().keySet();
    callAll(rounds);

    Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
    started.removeAll(atFirst);
    assertThat(started).allMatch(Thread::isDaemon, "is a daemon thread");
    started.removeAll(usual);
    assertThat(started).hasSizeLessThan(rounds / 2);
  }

  private void callAll(int rounds) {
    for (int round = 0; round < rounds; round++) {
      for (CallWithKnownAnswer knownCall : CallWithKnownAnswer.all(this)) {
        assertThat(knownCall.isAnsweredBy(store())).as(knownCall.method()).isTrue();
      }
    }
  }
}
