package org.tokenfilter.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.memory.WeighedEvent;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.testsupport.LogLines;

final class BackgroundTasksTest {

  private static final int MAX_QUEUED = 10_000;
  private static final long BYTES = 16L * 1024 * 1024;

  private final CountDownLatch unblock = new CountDownLatch(1);
  private final AtomicInteger runCount = new AtomicInteger();

  @Test
  void dropsExcessEventsWithOneWarning() throws Exception {
    try (BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30));
        LogLines log = new LogLines(EventQueue.class.getName())) {
      Executor queue = backgroundTasks.boundedExecutor("listeners", BYTES);
      block(queue);
      for (int i = 0; i < MAX_QUEUED + 500; i++) {
        queue.execute(runCount::incrementAndGet);
      }
      assertThat(log.lines())
          .containsExactly(
              "WARN The listeners cannot keep up; events dropped so far: 1. Make them faster,"
                  + " or let them pass their work to a queue of their own");
      unblock.countDown();
    }
    assertThat(runCount).hasValue(MAX_QUEUED);
  }

  @Test
  void finishesQueuedEventsBeforeClosing() throws Exception {
    BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30));
    Executor queue = backgroundTasks.boundedExecutor("listeners", BYTES);
    block(queue);
    for (int i = 0; i < 100; i++) {
      queue.execute(runCount::incrementAndGet);
    }
    unblock.countDown();
    backgroundTasks.close();
    assertThat(runCount).hasValue(100);
    queue.execute(runCount::incrementAndGet);
    assertThat(runCount).hasValue(100);
  }

  @Test
  void fixedRateTaskStartsAtOnceAndSurvivesExceptions() {
    try (BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30))) {
      backgroundTasks.scheduleAtFixedRate(
          "ends",
          work(
              () -> {
                runCount.incrementAndGet();
                throw new IllegalStateException("once more");
              }),
          Duration.ofMillis(1));
      await().until(() -> runCount.get() >= 3);
    }
  }

  @Test
  void fixedRateTaskDoesNotWaitForFirstInterval() {
    try (BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30))) {
      backgroundTasks.scheduleAtFixedRate(
          "ends", work(runCount::incrementAndGet), Duration.ofHours(1));
      await().until(() -> runCount.get() == 1);
    }
  }

  @Test
  void wokenTaskRunsBeforeItsTime() {
    try (BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30))) {
      Runnable wake =
          backgroundTasks.scheduleAtFixedRate(
              "ends", work(runCount::incrementAndGet), Duration.ofHours(1));
      for (int run = 1; run < 5; run++) {
        int before = run;
        await().until(() -> runCount.get() == before);
        wake.run();
      }
      await().until(() -> runCount.get() == 5);
    }
  }

  /** One attempt is in progress and one follows, however often the task is woken meanwhile. */
  @Test
  void manyCallsToWakeLeadToOneRunMore() {
    CountDownLatch started = new CountDownLatch(1);
    AtomicInteger finished = new AtomicInteger();
    try (BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30))) {
      Runnable wake =
          backgroundTasks.scheduleAtFixedRate(
              "ends",
              work(
                  () -> {
                    runCount.incrementAndGet();
                    started.countDown();
                    awaitUnblock();
                    finished.incrementAndGet();
                  }),
              Duration.ofHours(1));
      await().until(() -> started.getCount() == 0);
      for (int i = 0; i < 1_000; i++) {
        wake.run();
      }
      unblock.countDown();
      await().until(() -> finished.get() == 2);
      wake.run();
      await().until(() -> finished.get() == 3);
      assertThat(runCount).hasValue(3);
    }
  }

  private void awaitUnblock() {
    try {
      unblock.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void noThreadIsAliveAfterClosing() {
    for (int i = 0; i < 300; i++) {
      BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30));
      for (int j = 0; j < 3; j++) {
        backgroundTasks.scheduleWithFixedDelay(
            "work " + j, work(runCount::incrementAndGet), Duration.ofHours(1));
        backgroundTasks.scheduleAtFixedRate(
            "steady work " + j, work(runCount::incrementAndGet), Duration.ofHours(1));
      }
      backgroundTasks.close();
      assertThat(Thread.getAllStackTraces().keySet())
          .extracting(Thread::getName)
          .noneMatch(name -> name.contains(" work "));
    }
  }

  /** Waiting for one task after another would take longer than even a slow machine needs. */
  @Test
  void closingWaitsAtMostItsTimeoutHoweverManyTasksHang() throws Exception {
    Duration maxWait = Duration.ofSeconds(2);
    int hanging = 5;
    BackgroundTasks backgroundTasks = newBackgroundTasks(maxWait);
    for (int i = 0; i < hanging; i++) {
      block(backgroundTasks.boundedExecutor("listeners " + i, BYTES));
    }
    try (LogLines log = new LogLines(BackgroundTasks.class.getName())) {
      long start = System.nanoTime();
      backgroundTasks.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isLessThan(maxWait.multipliedBy(hanging).minusSeconds(1));
      assertThat(log.lines())
          .hasSize(hanging)
          .allMatch(line -> line.contains("did not stop within"));
    }
    unblock.countDown();
  }

  @Test
  void interruptsRepeatedTaskAtClosing() throws Exception {
    BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30));
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger interrupted = new AtomicInteger();
    backgroundTasks.scheduleWithFixedDelay(
        "sweep",
        work(
            () -> {
              begun.countDown();
              try {
                unblock.await();
              } catch (InterruptedException e) {
                interrupted.incrementAndGet();
              }
            }),
        Duration.ofMillis(1));
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    backgroundTasks.close();
    assertThat(interrupted).hasValue(1);
  }

  @Test
  void boundsWaitingEventsByTheirBytes() throws Exception {
    try (BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30));
        LogLines log = new LogLines(EventQueue.class.getName())) {
      Executor queue = backgroundTasks.boundedExecutor("listeners", 100_000);
      block(queue);
      for (int i = 0; i < 50; i++) {
        queue.execute(new WeighedEvent(runCount::incrementAndGet, 9_000));
      }
      assertThat(log.lines()).hasSize(1);
      unblock.countDown();
      await().until(() -> runCount.get() == 11);
      queue.execute(new WeighedEvent(runCount::incrementAndGet, 9_000));
    }
    assertThat(runCount).hasValue(12);
  }

  /** A plugin may leave the flag set, and then the thread would never wait again. */
  @Test
  void clearsInterruptLeftByATask() {
    AtomicInteger interrupted = new AtomicInteger();
    try (BackgroundTasks backgroundTasks = newBackgroundTasks(Duration.ofSeconds(30))) {
      backgroundTasks.scheduleAtFixedRate(
          "ends",
          work(
              () -> {
                if (Thread.currentThread().isInterrupted()) {
                  interrupted.incrementAndGet();
                }
                Thread.currentThread().interrupt();
                runCount.incrementAndGet();
              }),
          Duration.ofMillis(1));
      Executor queue = backgroundTasks.boundedExecutor("listeners", BYTES);
      for (int i = 0; i < 3; i++) {
        queue.execute(
            () -> {
              Thread.currentThread().interrupt();
              runCount.incrementAndGet();
            });
      }
      await().until(() -> runCount.get() >= 10);
      assertThat(backgroundTasks.tasks()).allSatisfy(task -> assertThat(task.failures()).isZero());
    }
    assertThat(interrupted).hasValue(0);
  }

  @Test
  void reportsStatusOfATask() {
    AtomicLong nanos = new AtomicLong();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    AtomicInteger attempts = new AtomicInteger();
    try (BackgroundTasks backgroundTasks =
        new BackgroundTasks(
            "test", Duration.ofSeconds(30), nanos::get, new OperatorLog(nanos::get))) {
      backgroundTasks.scheduleAtFixedRate(
          "ends",
          () -> {
            attempts.incrementAndGet();
            return Optional.ofNullable(failure.get());
          },
          Duration.ofNanos(0));
      await().until(() -> backgroundTasks.tasks().get(0).sinceSuccess() != null);
      assertThat(backgroundTasks.tasks())
          .containsExactly(new BackgroundTaskHealth("ends", Duration.ZERO, null, null, 0, false));

      failure.set(new NoClassDefFoundError("of a plugin: secret"));
      await().until(() -> backgroundTasks.tasks().get(0).failures() > 1);
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      assertThat(backgroundTasks.tasks().get(0).overdue()).isFalse();
      assertThat(backgroundTasks.tasks().get(0).failure()).isEqualTo("NoClassDefFoundError");
      nanos.addAndGet(1);
      assertThat(backgroundTasks.tasks().get(0).overdue()).isTrue();
      assertThat(backgroundTasks.tasks().get(0).sinceSuccess())
          .isGreaterThan(Duration.ofMinutes(1));
      assertThat(backgroundTasks.tasks().toString()).doesNotContain("secret");

      failure.set(null);
      await().until(() -> !backgroundTasks.tasks().get(0).overdue());
    }
  }

  @Test
  void eventThatTakesLongerThanAMinuteIsOverdue() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (BackgroundTasks backgroundTasks =
        new BackgroundTasks(
            "test", Duration.ofSeconds(30), nanos::get, new OperatorLog(nanos::get))) {
      Executor queue = backgroundTasks.boundedExecutor("listeners", BYTES);
      nanos.addAndGet(Duration.ofDays(1).toNanos());
      block(queue);
      assertThat(backgroundTasks.tasks().get(0).overdue()).isFalse();
      nanos.addAndGet(Duration.ofMinutes(1).toNanos() + 1);
      assertThat(backgroundTasks.tasks().get(0).overdue()).isTrue();
      unblock.countDown();
      await().until(() -> !backgroundTasks.tasks().get(0).overdue());
      nanos.addAndGet(Duration.ofDays(1).toNanos());
      assertThat(backgroundTasks.tasks().get(0).overdue()).isFalse();
    }
  }

  private static Work work(Runnable task) {
    return () -> {
      task.run();
      return Optional.empty();
    };
  }

  /** Occupies the thread of the queue until it is unblocked, in spite of interrupts. */
  private void block(Executor queue) throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    queue.execute(
        () -> {
          begun.countDown();
          while (unblock.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
          }
        });
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static BackgroundTasks newBackgroundTasks(Duration maxWait) {
    return new BackgroundTasks(
        "test", maxWait, Ticker.systemTicker(), new OperatorLog(System::nanoTime));
  }
}
