package org.tokenfilter.store.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tokenfilter.store.tck.StoreFixture.ids;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** S16 and S21: unknown outcomes, of the whole store and of one shard. */
interface FailureClauses extends StoreUnderTest {

  @Test
  default void s16_closedStoreAnswersTrulyOrThrows() throws Exception {
    List<CallWithKnownAnswer> calls = CallWithKnownAnswer.all(this);
    store().close();

    assertTruthOrException(store(), calls);
  }

  @Test
  default void s16_unreachableStoreThrowsInBoundedTime() throws Exception {
    List<CallWithKnownAnswer> calls = CallWithKnownAnswer.all(this);
    Optional<TokenStore> given = assertTimeoutPreemptively(longestCall(), this::openUnreachable);

    try (TokenStore unreachable = given.orElse(null)) {
      if (unreachable != null) {
        assertThat(assertTruthOrException(unreachable, calls))
            .as("the methods that answered without their data")
            .isEmpty();
      }
    }
  }

  /** Returns the store, or empty if it threw correctly; skips the test if there is none. */
  private Optional<TokenStore> openUnreachable() {
    Optional<TokenStore> given;
    try {
      given = unreachable();
    } catch (TokenStoreException notOpened) {
      assertThat(notOpened).isNotInstanceOf(DuplicateTokenException.class);
      return Optional.empty();
    }
    assumeTrue(given.isPresent(), "no unreachable store is provided");
    return given;
  }

  @Test
  default void s16_heldStoreAnswersTrulyOrThrowsInBoundedTime() throws Exception {
    List<CallWithKnownAnswer> calls = CallWithKnownAnswer.all(this);
    Optional<AutoCloseable> given = hold();
    assumeTrue(given.isPresent(), "the store under test cannot be held up");

    try (AutoCloseable held = given.orElseThrow()) {
      assertThat(held).isNotNull();
      assertTruthOrException(store(), calls);
    }
  }

  @Test
  default void s21_heldShardHoldsUpNoOther() throws Exception {
    int held = 0;
    StoreFixture fixture = new StoreFixture(this);
    List<TokenRecord> others = new ArrayList<>();
    for (int number = 0; number < 64; number++) {
      TokenRecord record = fixture.insert(new StoreFixture(this).sliding());
      if (store().shardOf(record.id()) != held) {
        others.add(record);
      }
    }
    ChangeChain chain = new ChangeChain(store());
    Optional<AutoCloseable> given = hold(held);
    assumeTrue(given.isPresent(), "no shard of the store under test can be held up");

    assertThat(others).as("the records that are not on shard %d", held).isNotEmpty();
    TokenRecord one = others.get(0);
    try (AutoCloseable closing = given.orElseThrow()) {
      assertThat(closing).isNotNull();
      assertTimeoutPreemptively(
          longestCall(),
          () -> {
            assertThat(store().find(ids(others)).records()).hasSameSizeAs(others);
            assertThat(store().renew(others.stream().map(fixture::renewal).toList(), fixture.now()))
                .isEmpty();
            assertThat(store().revoke(one.id(), fixture.closedNow())).contains(one.id());
            assertThat(tells(chain, one)).isTrue();
          });
    }
  }

  private boolean tells(ChangeChain chain, TokenRecord revoked) {
    Changes answer = chain.next(store().shardOf(revoked.id()), ChangeChain.LARGE_LIMIT);
    return ChangeChain.revoked(answer.changes()).contains(revoked.id());
  }

  /**
   * Makes all calls at once, and asserts that each answers truly or throws a {@link
   * TokenStoreException}, and that the last one does within the longest time of a call. Returns the
   * names of the methods that answered.
   */
  private List<String> assertTruthOrException(TokenStore store, List<CallWithKnownAnswer> calls)
      throws Exception {
    ExecutorService callers = Executors.newCachedThreadPool();
    try {
      List<Future<Boolean>> answers = new ArrayList<>();
      long end = System.nanoTime() + longestCall().toNanos();
      for (CallWithKnownAnswer call : calls) {
        answers.add(callers.submit(() -> isAnsweredTruly(store, call)));
      }
      List<String> answered = new ArrayList<>();
      for (int number = 0; number < calls.size(); number++) {
        String method = calls.get(number).method();
        if (await(answers.get(number), end - System.nanoTime(), method)) {
          answered.add(method);
        }
      }
      return answered;
    } finally {
      callers.shutdownNow();
    }
  }

  private boolean await(Future<Boolean> answer, long nanos, String method)
      throws InterruptedException {
    try {
      return answer.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException waits) {
      throw new AssertionError(method + " has not returned within " + longestCall(), waits);
    } catch (ExecutionException failed) {
      throw new AssertionError(method + " failed: " + failed.getCause(), failed.getCause());
    }
  }

  /** Returns whether the call was answered; fails if the answer is wrong. */
  private static boolean isAnsweredTruly(TokenStore store, CallWithKnownAnswer call) {
    try {
      assertThat(call.isAnsweredBy(store)).as("the answer of %s is true", call.method()).isTrue();
      return true;
    } catch (TokenStoreException cannot) {
      assertThat(cannot).as(call.method()).isNotInstanceOf(DuplicateTokenException.class);
      return false;
    }
  }
}
