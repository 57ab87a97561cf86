package org.tokenfilter.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.testsupport.Race;

/** Calls that many callers share, such as reads of one record by many requests. */
final class SingleFlightTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int MAX_CONCURRENT = 16;

  private static final int CALLERS = 8;
  private static final int ROUNDS = 10_000;

  private final SingleFlight<String, Object> calls =
      SingleFlight.sharingCurrent(LONG, "account status lookup", () -> 0);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger started = new AtomicInteger();
  private final CountDownLatch answer = new CountDownLatch(1);

  @AfterEach
  void stop() {
    answer.countDown();
    threads.shutdownNow();
  }

  private static SingleFlight<TokenId, Optional<TokenRecord>> newReads(Duration maxWait) {
    return SingleFlight.sharingNext(
        new Bulkhead(MAX_CONCURRENT, maxWait, "store reads"), maxWait, "store read");
  }

  private static TokenId id(int number) {
    return TokenId.of(ByteBuffer.allocate(TokenId.LENGTH).putInt(number).array());
  }

  private Optional<TokenRecord> slow() {
    started.incrementAndGet();
    try {
      assertThat(answer.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return Optional.empty();
  }

  private Future<Optional<TokenRecord>> readAsync(
      SingleFlight<TokenId, Optional<TokenRecord>> reads,
      TokenId id,
      Supplier<Optional<TokenRecord>> lookup) {
    return threads.submit(() -> reads.share(id, lookup));
  }

  /** Later readers must not get the result of a read that started before they came. */
  @Test
  void readersDuringAReadShareTheNextOne() throws Exception {
    SingleFlight<TokenId, Optional<TokenRecord>> reads = newReads(LONG);
    List<Future<Optional<TokenRecord>>> answers = new ArrayList<>();
    answers.add(readAsync(reads, id(1), this::slow));
    await().until(() -> started.get() == 1);
    for (int i = 0; i < 10; i++) {
      answers.add(readAsync(reads, id(1), this::slow));
    }
    await().until(() -> waiting() == 10);
    assertThat(started).hasValue(1);

    answer.countDown();
    for (Future<Optional<TokenRecord>> each : answers) {
      assertThat(each.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEmpty();
    }
    assertThat(started).hasValue(2);
  }

  private static long waiting() {
    return Thread.getAllStackTraces().values().stream()
        .filter(
            stack ->
                java.util.Arrays.stream(stack)
                    .anyMatch(
                        frame ->
                            frame.getClassName().equals(SingleFlight.class.getName())
                                && (frame.getMethodName().equals("await")
                                    || frame.getMethodName().equals("awaitCompletion"))))
        .count();
  }

  @Test
  void readAfterAResultReadsAgain() {
    SingleFlight<TokenId, Optional<TokenRecord>> reads = newReads(LONG);
    answer.countDown();
    for (int i = 0; i < 3; i++) {
      reads.share(id(1), this::slow);
    }
    assertThat(started).hasValue(3);
  }

  @Test
  void readBeyondTheLimitIsRejectedAfterTheMaxWait() {
    SingleFlight<TokenId, Optional<TokenRecord>> reads = newReads(Duration.ofMillis(50));
    for (int i = 0; i < MAX_CONCURRENT; i++) {
      var unused = readAsync(reads, id(i), this::slow);
    }
    await().until(() -> started.get() == MAX_CONCURRENT);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> reads.share(id(MAX_CONCURRENT), this::slow));
    assertThat(started).hasValue(MAX_CONCURRENT);

    answer.countDown();
    // Answered readers leave when their threads run, which may take longer than the maximum wait.
    await()
        .ignoreExceptionsInstanceOf(TokenStoreException.class)
        .untilAsserted(() -> assertThat(reads.share(id(MAX_CONCURRENT), this::slow)).isEmpty());
  }

  @Test
  void waitingReadIsRejectedAfterTheMaxWait() {
    SingleFlight<TokenId, Optional<TokenRecord>> reads = newReads(Duration.ofMillis(50));
    var unused = readAsync(reads, id(1), this::slow);
    await().until(() -> started.get() == 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> reads.share(id(1), this::slow));
    assertThat(started).hasValue(1);
  }

  @Test
  void sharedFailureIsAFailureForAll() throws Exception {
    SingleFlight<TokenId, Optional<TokenRecord>> reads = newReads(LONG);
    var first = readAsync(reads, id(1), this::slow);
    await().until(() -> started.get() == 1);
    List<Future<Optional<TokenRecord>>> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(
          readAsync(
              reads,
              id(1),
              () -> {
                throw new TokenStoreException("down", null, true);
              }));
    }
    await().until(() -> waiting() == 3);
    answer.countDown();

    assertThat(first.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEmpty();
    for (Future<Optional<TokenRecord>> each : answers) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> each.get(LONG.toSeconds(), TimeUnit.SECONDS))
          .withCauseInstanceOf(TokenStoreException.class);
    }
    assertThat(reads.share(id(1), Optional::empty)).isEmpty();
  }

  @Test
  void interruptFlagIsKept() {
    SingleFlight<TokenId, Optional<TokenRecord>> reads = newReads(LONG);
    var unused = readAsync(reads, id(1), this::slow);
    await().until(() -> started.get() == 1);
    Thread.currentThread().interrupt();

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> reads.share(id(1), this::slow));
    assertThat(Thread.interrupted()).isTrue();
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

  /** A result that is not older than its request is newer than the previous one of the caller. */
  @Test
  void readerNeverGetsAResultOlderThanItsRequest() throws Exception {
    SingleFlight<String, Long> numbers =
        SingleFlight.sharingNext(new Bulkhead(CALLERS, LONG, "reads"), LONG, "read");
    AtomicLong time = new AtomicLong();
    List<Integer> old =
        Race.of(
            CALLERS,
            number -> {
              int stale = 0;
              for (int i = 0; i < ROUNDS; i++) {
                long requested = time.incrementAndGet();
                stale += numbers.share("alice", time::incrementAndGet) < requested ? 1 : 0;
              }
              return stale;
            });

    assertThat(old).hasSize(CALLERS).containsOnly(0);
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
        SingleFlight.sharingCurrent(LONG, "account status lookup", nanos::get);
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
    assertThat(hung.get(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Optional.empty());
    assertThat(timed.share("alice", () -> "again")).isEqualTo("again");
  }
}
