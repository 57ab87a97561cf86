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
 * Does one thing again and again until it is closed, whatever is thrown meanwhile: an executor
 * would give up a task that throws, and say nothing. Run by one thread of its own.
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
   * A task that has not begun.
   *
   * @param steady whether it begins at once, and the interval counts from the start of each
   *     attempt; else the interval comes first, and counts from the end of each
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
      // What the work calls may leave it set; only closing interrupts this thread for good.
      Thread.interrupted();
    }
  }

  private void survive(Throwable thrown) {
    try {
      if (isOpen()) {
        sign.failed(thrown);
        notices.failing(
            LOG, name, "The background task " + name + " failed and is tried again", thrown);
      }
    } catch (Throwable again) {
      // Where the log or the memory fails as well, nothing more can be said; the sign tells it.
    }
  }

  private boolean isOpen() {
    return closing.getCount() > 0;
  }

  /** Ends the loop; the thread is to be interrupted after it. */
  void close() {
    closing.countDown();
  }
}
