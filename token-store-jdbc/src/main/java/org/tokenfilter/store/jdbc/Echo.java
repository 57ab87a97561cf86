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
final class Echo {

  /** The result of the probes so far. */
  enum Verdict {
    UNKNOWN,
    HEARS,
    DEAF
  }

  private static final Logger log = LoggerFactory.getLogger(Echo.class);

  /** The time from one probe to the next. */
  static final Duration INTERVAL = Duration.ofMinutes(1);

  /** The longest time that a probe notification may take to arrive. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The prefix of probes, which no token id has; each node receives the probes of all nodes. */
  private static final String PREFIX = "echo:";

  private final Consumer<String> tell;
  private final LongSupplier nanoTime;
  private @Nullable String word;
  private long toldAt;
  private Verdict verdict = Verdict.UNKNOWN;

  /**
   * Creates a probe for a connection that has just started to listen.
   *
   * @param tell a function that sends a notification on another connection
   */
  Echo(Consumer<String> tell, LongSupplier nanoTime) {
    this.tell = tell;
    this.nanoTime = nanoTime;
    this.toldAt = nanoTime.getAsLong() - INTERVAL.toNanos();
  }

  /**
   * Returns the status, after sending the next probe if it is due. Must be called often, because
   * this call also detects a probe that did not arrive in time.
   */
  Verdict verdict() {
    Duration since = Duration.ofNanos(nanoTime.getAsLong() - toldAt);
    if (word != null && since.compareTo(PATIENCE) > 0) {
      verdict = Verdict.DEAF;
    } else if (word == null && since.compareTo(INTERVAL) >= 0) {
      tellNext();
    }
    return verdict;
  }

  /** Receives a notification and returns whether it is a probe of any node, not a revocation. */
  boolean hears(String told) {
    if (told.equals(word)) {
      word = null;
      verdict = Verdict.HEARS;
    }
    return told.startsWith(PREFIX);
  }

  /** Sends a probe. A failure to send is no result, since transactions that revoke fail as well. */
  private void tellNext() {
    String next = PREFIX + UUID.randomUUID();
    try {
      tell.accept(next);
      word = next;
    } catch (TokenStoreException e) {
      log.debug("a probe notification could not be sent", e);
    }
    toldAt = nanoTime.getAsLong();
  }
}
