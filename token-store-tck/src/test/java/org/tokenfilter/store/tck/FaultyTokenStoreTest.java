package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.END;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.FIND;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.LIST;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;

/** Keeps the contract until it is told to fail. */
class FaultyTokenStoreTest extends TokenStoreContract {

  /** Never told to fail: it counts what reaches it. */
  private final FaultyTokenStore below =
      new FaultyTokenStore(new InMemoryTokenStore(clock(), Duration.ofMinutes(5)));

  private final FaultyTokenStore store = new FaultyTokenStore(below);
  private final Scene scene = new Scene(this);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public TokenStore otherNode() {
    return store;
  }

  @AfterEach
  void stop() {
    thread.shutdownNow();
  }

  @Test
  void everyMethodCanFailBeforeItsEffect() {
    for (Question question : Question.each(this)) {
      int reached = below.calls(call(question));
      store.failBefore(call(question), 1);

      assertFails(() -> question.answeredTrulyBy(store));
      assertThat(below.calls(call(question))).as(question.call()).isEqualTo(reached);
      assertThat(question.answeredTrulyBy(store)).as(question.call()).isTrue();
    }
  }

  @Test
  void everyMethodCanFailAfterItsEffect() {
    for (Question question : Question.each(this)) {
      int reached = below.calls(call(question));
      store.failAfter(call(question), 1);

      assertFails(() -> question.answeredTrulyBy(store));
      assertThat(below.calls(call(question))).as(question.call()).isEqualTo(reached + 1);
    }
  }

  @Test
  void nothingGoesThroughWhileItIsCut() {
    for (Question question : Question.each(this)) {
      store.cut();
      assertFails(() -> question.answeredTrulyBy(store));
      assertFails(() -> question.answeredTrulyBy(store));
      store.mend();
      assertThat(question.answeredTrulyBy(store)).as(question.call()).isTrue();
    }
  }

  @Test
  void endWhoseAnswerIsLostHasHappened() {
    TokenRecord record = scene.insert(scene.lasting());
    store.failAfter(END, 1);

    assertFails(() -> store.end(record.id(), scene.closed()));
    assertThat(scene.find(record)).isEqualTo(record.ended(scene.closed()));
  }

  @Test
  void callsAreCountedFromTheAskingAndByMethod() {
    TokenId id = Scene.newId();
    store.find(id);
    store.failBefore(FIND, 2);

    store.end(id, scene.closed());
    store.find(id);
    assertFails(() -> store.find(id));
    store.find(id);
    assertThat(store.calls(FIND)).isEqualTo(4);
    assertThat(store.calls(END)).isOne();
    assertThat(store.calls(LIST)).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> store.failBefore(FIND, 0));
  }

  @Test
  void stepsOfOneCallAreTakenInTheOrderOfTheAsking() {
    List<String> taken = new ArrayList<>();
    store.after(FIND, 1, () -> taken.add("after"));
    store.before(FIND, 1, () -> taken.add("first"));
    store.before(FIND, 1, () -> taken.add("second"));
    store.beforeEach(() -> taken.add("each"));

    store.find(Scene.newId());
    store.find(Scene.newId());

    assertThat(taken).containsExactly("each", "first", "second", "after", "each");
  }

  @Test
  void whateverAStepThrowsTheCallThrows() {
    store.before(
        FIND,
        1,
        () -> {
          throw new StackOverflowError("planted");
        });

    assertThatExceptionOfType(StackOverflowError.class).isThrownBy(() -> store.find(Scene.newId()));
  }

  @Test
  void callHangsBeforeItsEffectUntilItIsReleased() throws Exception {
    TokenRecord record = scene.insert(scene.lasting());
    Hold hold = store.holdBefore(END, 1);
    Future<List<TokenId>> end = thread.submit(() -> store.end(record.id(), scene.closed()));

    hold.awaitReached();
    assertThat(end).isNotDone();
    assertThat(below.find(record.id())).contains(record);
    hold.release();
    assertThat(end.get(30, TimeUnit.SECONDS)).containsExactly(record.id());
  }

  @Test
  void callHangsAfterItsEffectUntilItIsReleased() throws Exception {
    TokenRecord record = scene.insert(scene.lasting());
    Hold hold = store.holdAfter(END, 1);
    Future<List<TokenId>> end = thread.submit(() -> store.end(record.id(), scene.closed()));

    hold.awaitReached();
    assertThat(end).isNotDone();
    assertThat(below.find(record.id())).contains(record.ended(scene.closed()));
    hold.release();
    assertThat(end.get(30, TimeUnit.SECONDS)).containsExactly(record.id());
  }

  @Test
  void hangingCallThatIsInterruptedFailsAndStaysInterrupted() throws Exception {
    Hold hold = store.holdBefore(FIND, 1);
    Future<Boolean> interrupted =
        thread.submit(
            () -> {
              assertFails(() -> store.find(Scene.newId()));
              return Thread.currentThread().isInterrupted();
            });

    hold.awaitReached();
    thread.shutdownNow();
    assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
  }

  private static Call call(Question question) {
    return Call.valueOf(question.call().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT));
  }

  private static void assertFails(Runnable call) {
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(call::run)
        .satisfies(failure -> assertThat(failure.retryable()).isTrue());
  }
}
