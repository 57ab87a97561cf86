package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** S14, S16 and S18: closing, unknown outcomes, and threads. */
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
  default void s16_closedStoreAnswersCorrectlyOrThrows() {
    Collection<CallWithKnownAnswer> questions = CallWithKnownAnswer.all(this);
    store().close();

    for (CallWithKnownAnswer knownCall : questions) {
      try {
        assertThat(knownCall.isAnsweredBy(store())).as(knownCall.method()).isTrue();
      } catch (TokenStoreException cannot) {
        assertThat(cannot).as(knownCall.method()).isNotInstanceOf(DuplicateTokenException.class);
      }
    }
  }

  @Test
  default void s16_unreachableStoreThrowsInBoundedTime() {
    Optional<TokenStore> given = unreachable();
    assumeThat(given).isPresent();

    try (TokenStore unreachable = given.orElseThrow()) {
      for (CallWithKnownAnswer knownCall : CallWithKnownAnswer.all(this)) {
        assertTimeoutPreemptively(
            Duration.ofSeconds(30),
            () ->
                assertThatExceptionOfType(TokenStoreException.class)
                    .as(knownCall.method())
                    .isThrownBy(() -> knownCall.isAnsweredBy(unreachable))
                    .isNotInstanceOf(DuplicateTokenException.class));
      }
    }
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
