package org.tokenfilter.store.jdbc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenStoreException;

/**
 * A publisher of notifications that joins them, at most one in 50 ms. The first one is sent on the
 * thread of its caller. Those that come soon after it are sent as one by the next caller or by the
 * thread that listens, which the first one has woken. Thread-safe.
 */
final class CoalescingPublisher {

  private static final Logger log = LoggerFactory.getLogger(CoalescingPublisher.class);

  /** The least time between two notifications of this node. */
  static final Duration INTERVAL = Duration.ofMillis(50);

  private final Runnable sender;
  private final LongSupplier nanoTime;
  private final AtomicLong nextAt;
  private volatile boolean pending;

  CoalescingPublisher(Runnable sender, LongSupplier nanoTime) {
    this.sender = sender;
    this.nanoTime = nanoTime;
    this.nextAt = new AtomicLong(nanoTime.getAsLong());
  }

  /** Sends a notification now, or soon. Never throws. */
  void publish() {
    pending = true;
    sendPending();
  }

  /** Sends what is pending if the last notification is long enough ago. Never throws. */
  void sendPending() {
    long now = nanoTime.getAsLong();
    long next = nextAt.get();
    if (!pending || now - next < 0 || !nextAt.compareAndSet(next, now + INTERVAL.toNanos())) {
      return;
    }
    // Before it is sent, so that a change that is committed meanwhile is pending again.
    pending = false;
    try {
      sender.run();
    } catch (TokenStoreException e) {
      log.debug("a notification of changes could not be sent", e);
    }
  }

  /**
   * Returns the time after which {@link #sendPending} should be called, in milliseconds; at most
   * the given one.
   */
  int waitMillis(int most) {
    long nanos = nextAt.get() - nanoTime.getAsLong();
    if (nanos <= 0 && !pending) {
      return most;
    }
    return (int) Math.max(1, Math.min(most, Duration.ofNanos(nanos).toMillis() + 1));
  }
}
