package org.tokenfilter.store.jdbc;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenStoreException;

/**
 * A recurring probe of delivery: a notification that is sent on another connection must arrive on
 * the one that listens. Not thread-safe.
 */
final class LoopbackProbe {

  /** The result of the probes so far. */
  enum Status {
    UNKNOWN,
    DELIVERED,
    NOT_DELIVERED
  }

  private static final Logger log = LoggerFactory.getLogger(LoopbackProbe.class);

  /** The time from one probe to the next. */
  static final Duration INTERVAL = Duration.ofMinutes(1);

  /** The longest time that a probe notification may take to arrive. */
  static final Duration MAX_WAIT = Duration.ofSeconds(10);

  /**
   * The prefix of probes, which no other notification has; each node receives the probes of all
   * nodes.
   */
  private static final String PREFIX = "echo:";

  private final Consumer<String> sender;
  private final LongSupplier nanoTime;
  private @Nullable String pending;
  private long sentAt;
  private Status status = Status.UNKNOWN;

  /**
   * Creates a probe for a connection that has just started to listen.
   *
   * @param sender a function that sends a notification on another connection
   */
  LoopbackProbe(Consumer<String> sender, LongSupplier nanoTime) {
    this.sender = sender;
    this.nanoTime = nanoTime;
    this.sentAt = nanoTime.getAsLong() - INTERVAL.toNanos();
  }

  /**
   * Returns the status, after sending the next probe if it is due. Must be called often, because
   * this call also detects a probe that did not arrive in time.
   */
  Status status() {
    Duration since = Duration.ofNanos(nanoTime.getAsLong() - sentAt);
    if (pending != null && since.compareTo(MAX_WAIT) > 0) {
      status = Status.NOT_DELIVERED;
    } else if (pending == null && since.compareTo(INTERVAL) >= 0) {
      sendNext();
    }
    return status;
  }

  /** Receives a notification and returns whether it is a probe of any node. */
  boolean accept(String told) {
    if (told.equals(pending)) {
      pending = null;
      status = Status.DELIVERED;
    }
    return told.startsWith(PREFIX);
  }

  /** Sends a probe. A failure to send is no result, since other calls fail as well. */
  private void sendNext() {
    String next = PREFIX + UUID.randomUUID();
    try {
      sender.accept(next);
      pending = next;
    } catch (TokenStoreException e) {
      log.debug("a probe notification could not be sent", e);
    }
    sentAt = nanoTime.getAsLong();
  }
}
