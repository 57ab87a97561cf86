package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.FIND;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.LIST;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.REVOKE;

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

/** The contract, which the store keeps until a fault is planted, and the faults. */
class FaultyTokenStoreTest extends TokenStoreContract {

  /** Counts the calls that reach it; no fault is planted in it. */
  private final FaultyTokenStore delegate =
      new FaultyTokenStore(new InMemoryTokenStore(clock(), Duration.ofMinutes(5)));

  private final FaultyTokenStore store = new FaultyTokenStore(delegate);
  private final StoreFixture fixture = new StoreFixture(this);
  private final ExecutorService executor = Executors.newSingleThreadExecutor();

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
    executor.shutdownNow();
  }

  @Test
  void everyMethodCanFailBeforeItsEffect() {
    for (CallWithKnownAnswer knownCall : CallWithKnownAnswer.all(this)) {
      int reached = delegate.callCount(call(knownCall));
      store.failBefore(call(knownCall), 1);

      assertFails(() -> knownCall.isAnsweredBy(store));
      assertThat(delegate.callCount(call(knownCall))).as(knownCall.method()).isEqualTo(reached);
      assertThat(knownCall.isAnsweredBy(store)).as(knownCall.method()).isTrue();
    }
  }

  @Test
  void everyMethodCanFailAfterItsEffect() {
    for (CallWithKnownAnswer knownCall : CallWithKnownAnswer.all(this)) {
      int reached = delegate.callCount(call(knownCall));
      store.failAfter(call(knownCall), 1);

      assertFails(() -> knownCall.isAnsweredBy(store));
      assertThat(delegate.callCount(call(knownCall))).as(knownCall.method()).isEqualTo(reached + 1);
    }
  }

  @Test
  void allCallsFailUntilFaultsAreCleared() {
    for (CallWithKnownAnswer knownCall : CallWithKnownAnswer.all(this)) {
      store.failAll();
      assertFails(() -> knownCall.isAnsweredBy(store));
      assertFails(() -> knownCall.isAnsweredBy(store));
      store.clearFaults();
      assertThat(knownCall.isAnsweredBy(store)).as(knownCall.method()).isTrue();
    }
  }

  @Test
  void revocationWhoseAnswerIsLostHasHappened() {
    TokenRecord record = fixture.insert(fixture.lasting());
    store.failAfter(REVOKE, 1);

    assertFails(() -> store.revoke(record.id(), fixture.closedNow()));
    assertThat(fixture.find(record)).isEqualTo(record.revoked(fixture.closedNow()));
  }

  @Test
  void faultsCountCallsByMethodFromTheirRegistration() {
    TokenId id = StoreFixture.newId();
    store.find(id);
    store.failBefore(FIND, 2);

    store.revoke(id, fixture.closedNow());
    store.find(id);
    assertFails(() -> store.find(id));
    store.find(id);
    assertThat(store.callCount(FIND)).isEqualTo(4);
    assertThat(store.callCount(REVOKE)).isOne();
    assertThat(store.callCount(LIST)).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> store.failBefore(FIND, 0));
  }

  @Test
  void stepsOfOneCallRunInOrderOfRegistration() {
    List<String> taken = new ArrayList<>();
    store.after(FIND, 1, () -> taken.add("after"));
    store.before(FIND, 1, () -> taken.add("first"));
    store.before(FIND, 1, () -> taken.add("second"));
    store.beforeEach(() -> taken.add("each"));

    store.find(StoreFixture.newId());
    store.find(StoreFixture.newId());

    assertThat(taken).containsExactly("each", "first", "second", "after", "each");
  }

  @Test
  void callThrowsTheThrowableOfItsStep() {
    store.before(
        FIND,
        1,
        () -> {
          throw new StackOverflowError("planted");
        });

    assertThatExceptionOfType(StackOverflowError.class)
        .isThrownBy(() -> store.find(StoreFixture.newId()));
  }

  @Test
  void callPausesBeforeItsEffectUntilItIsReleased() throws Exception {
    TokenRecord record = fixture.insert(fixture.lasting());
    PausedCall pausedCall = store.pauseBefore(REVOKE, 1);
    Future<List<TokenId>> end =
        executor.submit(() -> store.revoke(record.id(), fixture.closedNow()));

    pausedCall.awaitReached();
    assertThat(end).isNotDone();
    assertThat(delegate.find(record.id())).contains(record);
    pausedCall.release();
    assertThat(end.get(30, TimeUnit.SECONDS)).containsExactly(record.id());
  }

  @Test
  void callPausesAfterItsEffectUntilItIsReleased() throws Exception {
    TokenRecord record = fixture.insert(fixture.lasting());
    PausedCall pausedCall = store.pauseAfter(REVOKE, 1);
    Future<List<TokenId>> end =
        executor.submit(() -> store.revoke(record.id(), fixture.closedNow()));

    pausedCall.awaitReached();
    assertThat(end).isNotDone();
    assertThat(delegate.find(record.id())).contains(record.revoked(fixture.closedNow()));
    pausedCall.release();
    assertThat(end.get(30, TimeUnit.SECONDS)).containsExactly(record.id());
  }

  @Test
  void interruptedPausedCallFailsAndStaysInterrupted() throws Exception {
    PausedCall pausedCall = store.pauseBefore(FIND, 1);
    Future<Boolean> interrupted =
        executor.submit(
            () -> {
              assertFails(() -> store.find(StoreFixture.newId()));
              return Thread.currentThread().isInterrupted();
            });

    pausedCall.awaitReached();
    executor.shutdownNow();
    assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
  }

  private static Call call(CallWithKnownAnswer knownCall) {
    return Call.valueOf(knownCall.method().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT));
  }

  private static void assertFails(Runnable call) {
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(call::run)
        .satisfies(failure -> assertThat(failure.retryable()).isTrue());
  }
}
