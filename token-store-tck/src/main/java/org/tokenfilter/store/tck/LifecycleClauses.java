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
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** S14, S16 and S18: closing, unknown outcomes, and threads. */
interface LifecycleClauses extends StoreUnderTest {

  @Test
  default void s14_closeIsIdempotent() {
    store().close();

    assertThatNoException().isThrownBy(() -> store().close());
  }

  @Test
  default void s14_otherNodeDoesNotNotice() {
    assumeThat(otherNode()).isNotSameAs(store());
    Scene scene = new Scene(this);
    TokenRecord record = scene.insert(scene.lasting());
    TokenRecord later = scene.lasting().build();

    store().close();

    assertThat(otherNode().find(record.id())).contains(record);
    assertThat(otherNode().insert(later, Limit.NONE, scene.now()))
        .isEqualTo(Insertion.of(Insertion.Outcome.INSERTED));
    assertThat(otherNode().end(record.id(), scene.closed())).containsExactly(record.id());
  }

  @Test
  default void s16_closedStoreAnswersTrulyOrSaysThatItCannot() {
    Collection<Question> questions = Question.each(this);
    store().close();

    for (Question question : questions) {
      try {
        assertThat(question.answeredTrulyBy(store())).as(question.call()).isTrue();
      } catch (TokenStoreException cannot) {
        assertThat(cannot).as(question.call()).isNotInstanceOf(DuplicateTokenException.class);
      }
    }
  }

  @Test
  default void s16_storeThatCannotBeReachedSaysSoInBoundedTime() {
    Optional<TokenStore> given = unreachable();
    assumeThat(given).isPresent();

    try (TokenStore unreachable = given.orElseThrow()) {
      for (Question question : Question.each(this)) {
        assertTimeoutPreemptively(
            Duration.ofSeconds(30),
            () ->
                assertThatExceptionOfType(TokenStoreException.class)
                    .as(question.call())
                    .isThrownBy(() -> question.answeredTrulyBy(unreachable))
                    .isNotInstanceOf(DuplicateTokenException.class));
      }
    }
  }

  @Test
  default void s18_callsLeaveNoThreadsBehind() {
    int rounds = 30;
    Set<Thread> atFirst = Thread.getAllStackTraces().keySet();
    askAll(rounds);
    // A driver or a pool has started its own threads by now; later ones are started by the calls.
    Set<Thread> usual = Thread.getAllStackTraces().keySet();
    askAll(rounds);

    Set<Thread> started = new HashSet<>(Thread.getAllStackTraces().keySet());
    started.removeAll(atFirst);
    assertThat(started).allMatch(Thread::isDaemon, "is a daemon thread");
    started.removeAll(usual);
    assertThat(started).hasSizeLessThan(rounds / 2);
  }

  private void askAll(int rounds) {
    for (int round = 0; round < rounds; round++) {
      for (Question question : Question.each(this)) {
        assertThat(question.answeredTrulyBy(store())).as(question.call()).isTrue();
      }
    }
  }
}
