package org.tokenfilter.config;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.OperatorLog;

/**
 * A task that one thread repeats until it is closed. It survives everything its work throws, unlike
 * a task of a {@link java.util.concurrent.ScheduledExecutorService}, which is silently cancelled.
 */
final class RepeatedTask implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(RepeatedTask.class);

  private final String name;
  private final Work work;
  private final boolean fixedRate;
  private final long interval;
  private final Ticker ticker;
  private final TaskMonitor monitor;
  private final OperatorLog operatorLog;
  private final CountDownLatch closing = new CountDownLatch(1);
  private long next;

  /**
   * Creates a task that has not been started.
   *
   * @param steady true for a fixed rate: the first attempt is immediate, and the interval counts
   *     from the start of each attempt; false for a fixed delay: the interval precedes the first
   *     attempt, and counts from the end of each
   */
  RepeatedTask(
      String name,
      Work work,
      boolean steady,
      Duration interval,
      Ticker nanos,
      TaskMonitor monitor,
      OperatorLog operatorLog) {
    this.name = name;
    this.work = work;
    this.fixedRate = steady;
    this.interval = interval.toNanos();
    this.ticker = nanos;
    this.monitor = monitor;
    this.operatorLog = operatorLog;
    this.next = nanos.read() + (steady ? 0 : this.interval);
  }

  @Override
  public void run() {
    while (isOpen()) {
      try {
        awaitTurn();
        attempt();
      } catch (Throwable thrown) {
        reportFailure(thrown);
      }
    }
  }

  private void awaitTurn() throws InterruptedException {
    monitor.due();
    for (long left = next - ticker.read(); isOpen() && left > 0; left = next - ticker.read()) {
      if (closing.await(left, TimeUnit.NANOSECONDS)) {
        return;
      }
    }
    next = ticker.read() + interval;
  }

  private void attempt() {
    if (!isOpen()) {
      return;
    }
    try {
      Optional<Throwable> failure = work.attempt();
      if (failure.isPresent()) {
        monitor.failed(failure.get());
      } else {
        monitor.succeeded();
        operatorLog.reportRecovery(LOG, name, "The background task " + name + " works again");
      }
    } finally {
      if (!fixedRate) {
        next = ticker.read() + interval;
      }
      // The work may have set the interrupt flag; only closing stops this thread.
      Thread.interrupted();
    }
  }

  private void reportFailure(Throwable thrown) {
    try {
      if (isOpen()) {
        monitor.failed(thrown);
        operatorLog.reportFailure(
            LOG, name, "The background task " + name + " failed and will be retried", thrown);
      }
    } catch (Throwable again) {
      // If logging or memory fails too, only the task's health reports the failure.
    }
  }

  private boolean isOpen() {
    return closing.getCount() > 0;
  }

  /** Stops the loop; the caller interrupts the thread afterwards. */
  void close() {
    closing.countDown();
  }
}
