package org.tokenfilter.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.stubbing.Answer;
import org.tokenfilter.monitor.StoreCallMonitor;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * Cases S01 to S03, F27 and F28: a caller gets an answer in time, even from a misbehaving store.
 */
final class GuardedTokenStoreTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final TokenId ID = TokenId.of(new byte[TokenId.LENGTH]);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(50);

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void stopThreads() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  /** A method of a store. */
  record Method(String name, StoreCall call) {
    @Override
    public String toString() {
      return name;
    }
  }

  @FunctionalInterface
  interface StoreCall {
    Object run(TokenStore store);
  }

  static Stream<Method> methods() {
    TokenRecord record = TokenRecord.builder(ID, TokenKind.OPEN, "alice", NOW).build();
    Revocation revocation = Revocation.of(RevocationReason.CLOSED, NOW);
    return Stream.of(
        new Method("insert", store -> store.insert(record, Limit.NONE, NOW)),
        new Method("find", store -> store.find(List.of(ID))),
        new Method("amend", store -> store.amend(ID, 0, TokenDetails.NONE, NOW)),
        new Method("renew", store -> store.renew(List.of(), NOW)),
        new Method("replace", store -> store.replace(ID, 0, record, Limit.NONE, NOW)),
        new Method("revoke", store -> store.revoke(ID, revocation)),
        new Method(
            "revokeAll", store -> store.revokeAll(Selection.ofSubject("alice"), revocation, 1)),
        new Method("list", store -> store.list("alice", NOW, null, 1)),
        new Method("changes", store -> store.changes(0, null, 1)),
        new Method("sweep", store -> store.sweep(0, NOW, NOW, 1)),
        new Method("mark", store -> store.mark("m", NOW, NOW)),
        new Method("marked", store -> store.marked("m", NOW)),
        new Method("watch", store -> store.watch(() -> {})));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void returnsTheStoresResult(Method method) {
    Map<String, Object> answers =
        Map.ofEntries(
            Map.entry("insert", new InsertResult(InsertResult.Outcome.INSERTED, List.of(ID))),
            Map.entry(
                "find",
                FindResult.of(
                    Map.of(ID, TokenRecord.builder(ID, TokenKind.OPEN, "alice", NOW).build()))),
            Map.entry("renew", Set.of(ID)),
            Map.entry("amend", AmendResult.STALE),
            Map.entry("replace", true),
            Map.entry("revoke", List.of(ID)),
            Map.entry("revokeAll", List.of(ID)),
            Map.entry(
                "list", List.of(TokenRecord.builder(ID, TokenKind.OPEN, "alice", NOW).build())),
            Map.entry("changes", new Changes(true, List.of(), "1", false, NOW)),
            Map.entry("sweep", new SweepResult(List.of(ID), 1, true)),
            Map.entry("mark", true),
            Map.entry("marked", true),
            Map.entry("watch", (AutoCloseable) () -> {}));
    TokenStore store = store(call -> answers.get(call.getMethod().getName()));

    assertThat(method.call().run(store)).isEqualTo(answers.get(method.name()));
  }

  @Test
  void returnsFalseIfTheStoreDidNotReplace() {
    TokenRecord successor = TokenRecord.builder(ID, TokenKind.OPEN, "alice", NOW).build();

    assertThat(store(call -> false).replace(ID, 0, successor, Limit.NONE, NOW)).isFalse();
  }

  @Test
  void closesTheStore() {
    TokenStore below = mock(TokenStore.class);

    guarded(below, 1, SHORT).close();

    verify(below).close();
  }

  @ParameterizedTest
  @MethodSource("methods")
  void s01_nullResultIsAFailure(Method method) {
    TokenStore store = store(call -> null);
    // A method with a primitive result cannot return null.
    if (!Set.of("replace", "mark", "marked").contains(method.name())) {
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> method.call().run(store))
          .withMessage("the store returned null");
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void s02_anyThrowableIsAStoreFailure(Method method) {
    for (Throwable thrown :
        List.of(
            new IllegalStateException("a broken plugin"),
            new StackOverflowError(),
            new NoClassDefFoundError("gone"),
            new AssertionError("never"),
            new IOException("thrown, though no method declares it"),
            new Throwable("what no one throws"))) {
      TokenStore store =
          store(
              call -> {
                throw thrown;
              });
      assertThatExceptionOfType(TokenStoreException.class)
          .as(thrown.toString())
          .isThrownBy(() -> method.call().run(store))
          .withCause(thrown);
    }
  }

  @Test
  void passesTokenStoreExceptionThroughUnchanged() {
    TokenStoreException own = new TokenStoreException("down for an hour", null, true);
    TokenStore store =
        store(
            call -> {
              throw own;
            });
    assertThat(catchThrowable(() -> store.find(ID))).isSameAs(own);
  }

  @Test
  void f27_anInterruptedStoreLeavesTheThreadInterrupted() {
    TokenStore store =
        store(
            call -> {
              throw new InterruptedException("while it waited for a connection");
            });
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> store.find(ID));
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void f27_interruptStopsTheWaitAndKeepsTheInterruptFlag() throws Exception {
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    TokenStore store = hanging(letGo, inside, 1, LONG);
    Future<?> hung = threads.submit(() -> store.find(ID));
    await().until(() -> inside.get() == 1);
    AtomicBoolean interrupted = new AtomicBoolean();
    AtomicBoolean refused = new AtomicBoolean();
    Thread waiting =
        new Thread(
            () -> {
              refused.set(catchThrowable(() -> store.find(ID)) instanceof TokenStoreException);
              interrupted.set(Thread.currentThread().isInterrupted());
            });
    waiting.start();
    await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
    waiting.interrupt();
    waiting.join();
    assertThat(refused).isTrue();
    assertThat(interrupted).isTrue();
    letGo.countDown();
    hung.get(10, TimeUnit.SECONDS);
    assertThat(store.find(ID)).isEmpty();
  }

  @Test
  void s03_callBeyondThePermitsIsRejectedInTime() throws Exception {
    int places = 4;
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    TokenStore store = hanging(letGo, inside, places, SHORT);
    List<Future<?>> hung = new ArrayList<>();
    for (int i = 0; i < places; i++) {
      hung.add(threads.submit(() -> store.find(ID)));
    }
    await().until(() -> inside.get() == places);

    List<Future<TokenStoreException>> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiting.add(
          threads.submit(
              () -> catchThrowableOfType(TokenStoreException.class, () -> store.find(ID))));
    }
    for (Future<TokenStoreException> sentAway : waiting) {
      assertThat(sentAway.get(10, TimeUnit.SECONDS))
          .hasMessage("too many calls of the store are in progress");
    }
    assertThat(inside).hasValue(places);

    letGo.countDown();
    for (Future<?> late : hung) {
      assertThat(late.get(10, TimeUnit.SECONDS)).isEqualTo(Optional.empty());
    }
    assertThat(store.find(ID)).isEmpty();
  }

  @Test
  void waitingCallGetsTheFreedPermit() throws Exception {
    CountDownLatch letGo = new CountDownLatch(1);
    AtomicInteger inside = new AtomicInteger();
    TokenStore store = hanging(letGo, inside, 1, LONG);
    Future<?> first = threads.submit(() -> store.find(ID));
    await().until(() -> inside.get() == 1);
    Future<?> second = threads.submit(() -> store.find(ID));
    letGo.countDown();
    first.get(10, TimeUnit.SECONDS);
    second.get(10, TimeUnit.SECONDS);
    assertThat(inside).hasValue(2);
  }

  @Test
  void neverExceedsMaxConcurrentCalls() throws Exception {
    int places = 3;
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    TokenStore store =
        guarded(
            answering(
                call -> {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  Thread.onSpinWait();
                  inside.decrementAndGet();
                  return FindResult.of(Map.of());
                }),
            places,
            LONG);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(
          threads.submit(
              () -> {
                for (int n = 0; n < 200; n++) {
                  assertThat(store.find(ID)).isEmpty();
                }
              }));
    }
    for (Future<?> one : all) {
      one.get(30, TimeUnit.SECONDS);
    }
    assertThat(most.get()).isBetween(1, places);
  }

  @Test
  void thousandFailuresLeakNoPermit() {
    AtomicInteger calls = new AtomicInteger();
    AtomicBoolean broken = new AtomicBoolean(true);
    TokenStore store =
        guarded(
            answering(
                call -> {
                  calls.incrementAndGet();
                  if (!broken.get()) {
                    return FindResult.of(Map.of());
                  }
                  switch (calls.get() % 4) {
                    case 0 -> throw new StackOverflowError();
                    case 1 -> throw new IOException("gone");
                    case 2 -> throw new TokenStoreException("down", null, true);
                    default -> {
                      return null;
                    }
                  }
                }),
            1,
            SHORT);
    for (int i = 0; i < 1000; i++) {
      assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> store.find(ID));
    }
    assertThat(calls).hasValue(1000);
    broken.set(false);
    assertThat(store.find(ID)).isEmpty();
  }

  /** Returns a store whose find calls all wait until released or interrupted. */
  private static TokenStore hanging(
      CountDownLatch letGo, AtomicInteger inside, int places, Duration maxWait) {
    return guarded(
        answering(
            call -> {
              inside.incrementAndGet();
              letGo.await();
              return FindResult.of(Map.of());
            }),
        places,
        maxWait);
  }

  private static TokenStore store(Answer<Object> answer) {
    return guarded(answering(answer), 1, SHORT);
  }

  private static TokenStore guarded(TokenStore store, int concurrency, Duration maxWait) {
    return new GuardedTokenStore(
        store, concurrency, maxWait, new StoreCallMonitor(() -> 0, maxWait));
  }

  private static TokenStore answering(Answer<Object> answer) {
    return mock(TokenStore.class, answer);
  }
}
