package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.testsupport.Race;

final class SharedCallsTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Duration MAX_WAIT = Duration.ofSeconds(60);
  private static final int CALLERS = 8;
  private static final int ROUNDS = 10_000;

  private final SharedCalls calls = new SharedCalls(MAX_WAIT, () -> 0);

  /** A caller that calls again needs a newer result, and an old one must not use up its tries. */
  @Test
  void callerNeverGetsTheSameResultTwice() throws Exception {
    List<Integer> twice =
        Race.of(
            CALLERS,
            number -> {
              int again = 0;
              @Nullable AccountStatus before = null;
              for (int i = 0; i < ROUNDS; i++) {
                AccountStatus answer = calls.call("alice", SharedCallsTest::answer);
                again += answer == before ? 1 : 0;
                before = answer;
              }
              return again;
            });

    assertThat(twice).hasSize(CALLERS).containsOnly(0);
  }

  /** The clock has run for long, but only the time since the last permit change counts. */
  @Test
  void callWithoutPermitWaitsForOne() throws Exception {
    SharedCalls late = new SharedCalls(MAX_WAIT, () -> Long.MAX_VALUE / 4);
    CountDownLatch begun = new CountDownLatch(SharedCalls.MAX_CONCURRENT);
    CountDownLatch answered = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (int i = 0; i < SharedCalls.MAX_CONCURRENT; i++) {
        threads.execute(() -> late.withPermit(() -> answerSlowly(begun, answered)));
      }
      assertThat(begun.await(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      FutureTask<AccountStatus> next =
          new FutureTask<>(() -> late.withPermit(SharedCallsTest::answer));
      Thread waiting = new Thread(next);
      waiting.start();
      await().until(() -> next.isDone() || waiting.getState() == Thread.State.TIMED_WAITING);
      answered.countDown();

      assertThat(next.get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    } finally {
      threads.shutdownNow();
    }
  }

  private static AccountStatus answerSlowly(CountDownLatch begun, CountDownLatch answered) {
    begun.countDown();
    try {
      answered.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return answer();
  }

  @Test
  void interruptStopsTheWaitAndKeepsTheInterruptFlag() {
    AccountStatus shared =
        calls.call(
            "alice",
            () -> {
              Thread.currentThread().interrupt();
              assertThatExceptionOfType(TokenStoreException.class)
                  .isThrownBy(() -> calls.call("alice", SharedCallsTest::answer));
              assertThat(Thread.interrupted()).isTrue();
              return answer();
            });

    assertThat(shared.roles()).isEmpty();
  }

  private static AccountStatus answer() {
    TokenRecord record =
        TokenRecord.builder(TokenId.of(new byte[TokenId.LENGTH]), TokenKind.OPEN, "alice", NOW)
            .build();
    return new AccountStatus(new Freshness.Mark(0, NOW), record, Set.of());
  }
}
