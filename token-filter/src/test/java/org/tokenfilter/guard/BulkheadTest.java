package org.tokenfilter.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStoreException;

/** {@link GuardedTokenStoreTest} has more cases of a bulkhead, in front of a store. */
final class BulkheadTest {

  private static final Duration MAX_WAIT = Duration.ofSeconds(60);
  private static final int PERMITS = 16;

  /** The clock has run for long, but only the time since the last permit change counts. */
  @Test
  void callWithoutPermitWaitsForOne() throws Exception {
    Bulkhead late = Bulkhead.failingFast(PERMITS, MAX_WAIT, "calls", () -> Long.MAX_VALUE / 4);
    CountDownLatch begun = new CountDownLatch(PERMITS);
    CountDownLatch answered = new CountDownLatch(1);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      for (int i = 0; i < PERMITS; i++) {
        threads.execute(() -> callSlowly(late, begun, answered));
      }
      assertThat(begun.await(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
      FutureTask<String> next =
          new FutureTask<>(
              () -> {
                late.enter();
                late.leave();
                return "answer";
              });
      Thread waiting = new Thread(next);
      waiting.start();
      await().until(() -> next.isDone() || waiting.getState() == Thread.State.TIMED_WAITING);
      answered.countDown();

      assertThat(next.get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    } finally {
      threads.shutdownNow();
    }
  }

  private static void callSlowly(Bulkhead bulkhead, CountDownLatch begun, CountDownLatch answered) {
    bulkhead.enter();
    try {
      begun.countDown();
      answered.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      bulkhead.leave();
    }
  }

  @Test
  void failingFastRejectsAtOnceIfNothingHasMoved() {
    AtomicLong nanos = new AtomicLong();
    Bulkhead bulkhead = Bulkhead.failingFast(1, MAX_WAIT, "calls", nanos::get);
    bulkhead.enter();
    nanos.set(MAX_WAIT.toNanos() + 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(bulkhead::enter)
        .withMessage("too many calls are in progress");
    bulkhead.leave();
    bulkhead.enter();
  }

  @Test
  void fairBulkheadAdmitsInTheOrderOfArrival() throws Exception {
    Bulkhead bulkhead = Bulkhead.fair(1, MAX_WAIT, "logins");
    assertThat(bulkhead.tryEnter(0)).isTrue();
    List<Integer> admitted = new CopyOnWriteArrayList<>();
    List<Thread> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      int number = i;
      Thread thread =
          new Thread(
              () -> {
                bulkhead.enter();
                admitted.add(number);
                bulkhead.leave();
              });
      waiting.add(thread);
      thread.start();
      await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    }
    bulkhead.leave();
    for (Thread thread : waiting) {
      thread.join(MAX_WAIT.toMillis());
    }

    assertThat(admitted).containsExactly(0, 1, 2);
  }
}
