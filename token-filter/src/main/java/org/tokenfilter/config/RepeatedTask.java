package org.tokenfilter.config;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.OperatorLog;

/**
 * A task that one thread repeats until it is closed. It survives everything its work throws, unlike
 * a task of a {@link java.util.concurrent.ScheduledExecutorService}, which is silently cancelled.
 * It can be woken before its time; while it works, any number of calls to {@link #wake} lead to one
 * attempt more.
 */
final class RepeatedTask implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(RepeatedTask.class);

  /** The least time between the starts of two attempts, however often the task is woken. */
  private static final long MIN_INTERVAL = TimeUnit.MILLISECONDS.toNanos(20);

  private final String name;
  private final Work work;
  private final boolean fixedRate;
  private final long interval;
  private final Ticker ticker;
  private final TaskMonitor monitor;
  private final OperatorLog operatorLog;
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Semaphore signals = new Semaphore(0);
  private volatile boolean open = true;
  private long next;
  private long earliest;

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
    this.earliest = nanos.read();
  }

  @Override
  public void run() {
    while (open) {
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
    for (long left = timeLeft(); open && left > 0; left = timeLeft()) {
      var unused = signals.tryAcquire(left, TimeUnit.NANOSECONDS);
    }
    // The next call to wake may be for something that this attempt does not see.
    woken.set(false);
    signals.drainPermits();
    next = ticker.read() + interval;
    earliest = ticker.read() + MIN_INTERVAL;
  }

  private long timeLeft() {
    return (woken.get() ? Math.min(earliest, next) : next) - ticker.read();
  }

  private void attempt() {
    if (!open) {
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
      if (open) {
        monitor.failed(thrown);
        operatorLog.reportFailure(
            LOG, name, "The background task " + name + " failed and will be retried", thrown);
      }
    } catch (Throwable again) {
      // If logging or memory fails too, only the task's health reports the failure.
    }
  }

  /** Makes the task run soon, unless it is about to. Returns at once. */
  void wake() {
    if (woken.compareAndSet(false, true)) {
      signals.release();
    }
  }

  /** Stops the loop; the caller interrupts the thread afterwards. */
  void close() {
    open = false;
    signals.release();
  }
}
