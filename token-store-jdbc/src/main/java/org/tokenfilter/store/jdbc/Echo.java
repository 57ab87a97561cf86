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
 * Proves again and again that what is told on the connections that end tokens is heard on the one
 * that listens: by a word of its own. Used by one thread.
 */
final class Echo {

  /** What has been found out. */
  enum Verdict {
    UNKNOWN,
    HEARS,
    DEAF
  }

  private static final Logger log = LoggerFactory.getLogger(Echo.class);

  /** From one proof to the next. */
  static final Duration INTERVAL = Duration.ofMinutes(1);

  /** How long a word may take. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** No id of a token looks like this; every node hears the words of all. */
  private static final String PREFIX = "echo:";

  private final Consumer<String> tell;
  private final LongSupplier nanoTime;
  private @Nullable String word;
  private long toldAt;
  private Verdict verdict = Verdict.UNKNOWN;

  /**
   * A proof on a connection that has just begun to listen.
   *
   * @param tell tells a word on another connection
   */
  Echo(Consumer<String> tell, LongSupplier nanoTime) {
    this.tell = tell;
    this.nanoTime = nanoTime;
    this.toldAt = nanoTime.getAsLong() - INTERVAL.toNanos();
  }

  /** To be called often: tells a word when it is time to, and judges by what was heard. */
  Verdict verdict() {
    Duration since = Duration.ofNanos(nanoTime.getAsLong() - toldAt);
    if (word != null && since.compareTo(PATIENCE) > 0) {
      verdict = Verdict.DEAF;
    } else if (word == null && since.compareTo(INTERVAL) >= 0) {
      tellNext();
    }
    return verdict;
  }

  /** Whether this is a word of some node's proof, and no end. */
  boolean hears(String told) {
    if (told.equals(word)) {
      word = null;
      verdict = Verdict.HEARS;
    }
    return told.startsWith(PREFIX);
  }

  /** A word that could not be told proves nothing; whoever ends tokens has the same trouble. */
  private void tellNext() {
    String next = PREFIX + UUID.randomUUID();
    try {
      tell.accept(next);
      word = next;
    } catch (TokenStoreException e) {
      log.debug("it could not be proved that ends are heard", e);
    }
    toldAt = nanoTime.getAsLong();
  }
}
