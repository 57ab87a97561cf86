package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.tokenfilter.LogLines;

final class ThreadsTest {

  private static final int MOST_QUEUED = 10_000;

  private final CountDownLatch letGo = new CountDownLatch(1);
  private final AtomicInteger done = new AtomicInteger();

  @Test
  void whatIsTooMuchIsDroppedWithOneWarning() throws Exception {
    try (Threads threads = threads(Duration.ofSeconds(30));
        LogLines log = new LogLines(Threads.class.getName())) {
      Executor queue = threads.queue("listeners");
      block(queue);
      for (int i = 0; i < MOST_QUEUED + 500; i++) {
        queue.execute(done::incrementAndGet);
      }
      assertThat(log.lines())
          .containsExactly("WARN The listeners cannot keep up: events are dropped, 1 so far");
      letGo.countDown();
    }
    assertThat(done).hasValue(MOST_QUEUED);
  }

  @Test
  void whatIsQueuedIsDoneBeforeClosing() throws Exception {
    Threads threads = threads(Duration.ofSeconds(30));
    Executor queue = threads.queue("listeners");
    block(queue);
    for (int i = 0; i < 100; i++) {
      queue.execute(done::incrementAndGet);
    }
    letGo.countDown();
    threads.close();
    assertThat(done).hasValue(100);
    queue.execute(done::incrementAndGet);
    assertThat(done).hasValue(100);
  }

  @Test
  void whatIsDoneSteadilyBeginsAtOnceAndGoesOnWhateverItThrows() {
    try (Threads threads = threads(Duration.ofSeconds(30))) {
      threads.steadily(
          "ends",
          () -> {
            done.incrementAndGet();
            throw new IllegalStateException("once more");
          },
          Duration.ofMillis(1));
      await().until(() -> done.get() >= 3);
    }
  }

  @Test
  void whatIsDoneSteadilyDoesNotWaitForItsFirstInterval() {
    try (Threads threads = threads(Duration.ofSeconds(30))) {
      threads.steadily("ends", done::incrementAndGet, Duration.ofHours(1));
      await().until(() -> done.get() == 1);
    }
  }

  @Test
  void noThreadIsAliveAfterClosing() {
    for (int i = 0; i < 300; i++) {
      Threads threads = threads(Duration.ofSeconds(30));
      for (int j = 0; j < 3; j++) {
        threads.repeat("work " + j, done::incrementAndGet, Duration.ofHours(1));
        threads.steadily("steady work " + j, done::incrementAndGet, Duration.ofHours(1));
      }
      threads.close();
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .noneMatch(name -> name.contains(" work "));
    }
  }

  /** Were it patient with each of them in turn, it would take longer than a slow machine does. */
  @Test
  void closingWaitsNoLongerThanItsPatienceHoweverManyHang() throws Exception {
    Duration patience = Duration.ofSeconds(2);
    int hanging = 5;
    Threads threads = threads(patience);
    for (int i = 0; i < hanging; i++) {
      block(threads.queue("listeners " + i));
    }
    try (LogLines log = new LogLines(Threads.class.getName())) {
      long start = System.nanoTime();
      threads.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isLessThan(patience.multipliedBy(hanging).minusSeconds(1));
      assertThat(log.lines())
          .hasSize(hanging)
          .allMatch(line -> line.contains("did not stop within"));
    }
    letGo.countDown();
  }

  @Test
  void whatRepeatsIsInterruptedAtClosing() throws Exception {
    Threads threads = threads(Duration.ofSeconds(30));
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger interrupted = new AtomicInteger();
    threads.repeat(
        "sweep",
        () -> {
          begun.countDown();
          try {
            letGo.await();
          } catch (InterruptedException e) {
            interrupted.incrementAndGet();
          }
        },
        Duration.ofMillis(1));
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    threads.close();
    assertThat(interrupted).hasValue(1);
  }

  /** Occupies the queue's thread until it is let go, whoever interrupts it. */
  private void block(Executor queue) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    queue.execute(
        () -> {
          begun.countDown();
          while (letGo.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
          }
        });
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static Threads threads(Duration patience) {
    return new Threads("test", patience, Ticker.systemTicker());
  }
}
