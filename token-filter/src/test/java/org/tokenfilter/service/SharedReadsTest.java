package org.tokenfilter.service;

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
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;

/** Reads of one record, shared by the many requests that need it. */
class SharedReadsTest {

  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int MAX_CONCURRENT = 16;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger started = new AtomicInteger();
  private final CountDownLatch answer = new CountDownLatch(1);

  @AfterEach
  void stop() {
    answer.countDown();
    threads.shutdownNow();
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
      SharedReads reads, TokenId id, Supplier<Optional<TokenRecord>> lookup) {
    return threads.submit(() -> reads.find(id, lookup));
  }

  /** Later readers must not get the result of a read that started before they came. */
  @Test
  void readersDuringAReadShareTheNextOne() throws Exception {
    SharedReads reads = new SharedReads(LONG);
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
                            frame.getClassName().equals(SharedReads.class.getName())
                                && (frame.getMethodName().equals("await")
                                    || frame.getMethodName().equals("awaitCompletion"))))
        .count();
  }

  @Test
  void readAfterAResultReadsAgain() {
    SharedReads reads = new SharedReads(LONG);
    answer.countDown();
    for (int i = 0; i < 3; i++) {
      reads.find(id(1), this::slow);
    }
    assertThat(started).hasValue(3);
  }

  @Test
  void readBeyondTheLimitIsRejectedAfterTheMaxWait() {
    SharedReads reads = new SharedReads(Duration.ofMillis(50));
    for (int i = 0; i < MAX_CONCURRENT; i++) {
      var unused = readAsync(reads, id(i), this::slow);
    }
    await().until(() -> started.get() == MAX_CONCURRENT);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> reads.find(id(MAX_CONCURRENT), this::slow));
    assertThat(started).hasValue(MAX_CONCURRENT);

    answer.countDown();
    // Answered readers leave when their threads run, which may take longer than the maximum wait.
    await()
        .ignoreExceptionsInstanceOf(TokenStoreException.class)
        .untilAsserted(() -> assertThat(reads.find(id(MAX_CONCURRENT), this::slow)).isEmpty());
  }

  @Test
  void waitingReadIsRejectedAfterTheMaxWait() {
    SharedReads reads = new SharedReads(Duration.ofMillis(50));
    var unused = readAsync(reads, id(1), this::slow);
    await().until(() -> started.get() == 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> reads.find(id(1), this::slow));
    assertThat(started).hasValue(1);
  }

  @Test
  void sharedFailureIsAFailureForAll() throws Exception {
    SharedReads reads = new SharedReads(LONG);
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
    assertThat(reads.find(id(1), Optional::empty)).isEmpty();
  }

  @Test
  void interruptFlagIsKept() {
    SharedReads reads = new SharedReads(LONG);
    var unused = readAsync(reads, id(1), this::slow);
    await().until(() -> started.get() == 1);
    Thread.currentThread().interrupt();

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> reads.find(id(1), this::slow));
    assertThat(Thread.interrupted()).isTrue();
  }
}
