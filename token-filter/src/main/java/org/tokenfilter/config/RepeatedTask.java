package org.tokenfilter.config;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.Notices;

/**
 * A task that one thread repeats until it is closed. It survives everything its work throws, unlike
 * a task of a {@link java.util.concurrent.ScheduledExecutorService}, which is silently cancelled.
 */
final class RepeatedTask implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(RepeatedTask.class);

  private final String name;
  private final Work work;
  private final boolean steady;
  private final long interval;
  private final Ticker nanos;
  private final SignOfLife sign;
  private final Notices notices;
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
      SignOfLife sign,
      Notices notices) {
    this.name = name;
    this.work = work;
    this.steady = steady;
    this.interval = interval.toNanos();
    this.nanos = nanos;
    this.sign = sign;
    this.notices = notices;
    this.next = nanos.read() + (steady ? 0 : this.interval);
  }

  @Override
  public void run() {
    while (isOpen()) {
      try {
        awaitTurn();
        attempt();
      } catch (Throwable thrown) {
        survive(thrown);
      }
    }
  }

  private void awaitTurn() throws InterruptedException {
    sign.due();
    for (long left = next - nanos.read(); isOpen() && left > 0; left = next - nanos.read()) {
      if (closing.await(left, TimeUnit.NANOSECONDS)) {
        return;
      }
    }
    next = nanos.read() + interval;
  }

  private void attempt() {
    if (!isOpen()) {
      return;
    }
    try {
      Optional<Throwable> failure = work.attempt();
      if (failure.isPresent()) {
        sign.failed(failure.get());
      } else {
        sign.succeeded();
        notices.works(LOG, name, "The background task " + name + " works again");
      }
    } finally {
      if (!steady) {
        next = nanos.read() + interval;
      }
      // The work may have set the interrupt flag; only closing stops this thread.
      Thread.interrupted();
    }
  }

  private void survive(Throwable thrown) {
    try {
      if (isOpen()) {
        sign.failed(thrown);
        notices.failing(
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
