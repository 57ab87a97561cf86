package org.tokenfilter.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.testsupport.Race;

/** Calls that many callers share, such as lookups of one account by many requests. */
final class SingleFlightTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  private static final int CALLERS = 8;
  private static final int ROUNDS = 10_000;

  private final SingleFlight<String, Object> calls =
      new SingleFlight<>(LONG, "account status lookup", () -> 0);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger started = new AtomicInteger();
  private final CountDownLatch answer = new CountDownLatch(1);

  @AfterEach
  void stop() {
    answer.countDown();
    threads.shutdownNow();
  }

  private Object slow() {
    started.incrementAndGet();
    try {
      assertThat(answer.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return "slow";
  }

  @Test
  void failureIsAFailureForAll() throws Exception {
    TokenStoreException down = new TokenStoreException("down", null, true);
    Future<Object> first =
        threads.submit(
            () ->
                calls.share(
                    "alice",
                    () -> {
                      slow();
                      throw down;
                    }));
    await().until(() -> started.get() == 1);
    Future<Object> second = threads.submit(() -> calls.share("alice", this::slow));
    await().until(() -> waiting() == 1);
    answer.countDown();

    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> first.get(LONG.toSeconds(), TimeUnit.SECONDS))
        .withCause(down);
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> second.get(LONG.toSeconds(), TimeUnit.SECONDS))
        .withCauseInstanceOf(TokenStoreException.class);
    assertThat(calls.share("alice", () -> "again")).isEqualTo("again");
  }

  private static long waiting() {
    return Thread.getAllStackTraces().values().stream()
        .filter(
            stack ->
                Arrays.stream(stack)
                    .anyMatch(
                        frame ->
                            frame.getClassName().equals(SingleFlight.class.getName())
                                && frame.getMethodName().equals("await")))
        .count();
  }

  /** A caller that calls again needs a newer result, and an old one must not use up its tries. */
  @Test
  void callerNeverGetsTheSameResultTwice() throws Exception {
    List<Integer> twice =
        Race.of(
            CALLERS,
            number -> {
              int again = 0;
              @Nullable Object before = null;
              for (int i = 0; i < ROUNDS; i++) {
                Object answer = calls.share("alice", Object::new);
                again += answer == before ? 1 : 0;
                before = answer;
              }
              return again;
            });

    assertThat(twice).hasSize(CALLERS).containsOnly(0);
  }

  @Test
  void interruptStopsTheWaitAndKeepsTheInterruptFlag() {
    Object answered = new Object();
    Object shared =
        calls.share(
            "alice",
            () -> {
              Thread.currentThread().interrupt();
              assertThatExceptionOfType(TokenStoreException.class)
                  .isThrownBy(() -> calls.share("alice", Object::new));
              assertThat(Thread.interrupted()).isTrue();
              return answered;
            });

    assertThat(shared).isSameAs(answered);
  }

  /** Later callers of a call that hangs do not wait, and do not call either. */
  @Test
  void callThatExceedsTheMaxWaitFailsLaterCallersAtOnce() throws Exception {
    AtomicLong nanos = new AtomicLong();
    SingleFlight<String, Object> timed =
        new SingleFlight<>(LONG, "account status lookup", nanos::get);
    Future<Object> hung = threads.submit(() -> timed.share("alice", this::slow));
    await().until(() -> started.get() == 1);
    nanos.addAndGet(LONG.toNanos());

    Future<?> late =
        threads.submit(
            () ->
                assertThatExceptionOfType(TokenStoreException.class)
                    .isThrownBy(() -> timed.share("alice", this::slow)));
    late.get(LONG.toSeconds() / 2, TimeUnit.SECONDS);
    assertThat(started).hasValue(1);

    answer.countDown();
    assertThat(hung.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("slow");
    assertThat(timed.share("alice", () -> "again")).isEqualTo("again");
  }
}
