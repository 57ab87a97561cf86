package org.tokenfilter.codec;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.store.TokenStoreException;

/**
 * A counter of the tokens that this node has encrypted with each A256GCM key since it was started.
 * Their initialization vectors are random, so a key may be used for at most 2<sup>32</sup> tokens
 * (NIST SP 800-38D, 8.3), over all nodes and all restarts. Since no component counts over all of
 * these, a node stops at a sixteenth of that number, and logs a warning at half of its share.
 * Thread-safe.
 */
final class KeyUsageCounter {

  /** The maximum number of tokens of a node for one key; sixteen nodes or restarts may reach it. */
  static final long MAX = 1L << 28;

  /** The number of tokens at which a warning asks the operator for another key. */
  static final long WARN_AT = MAX / 2;

  private static final Logger LOG = LoggerFactory.getLogger(KeyUsageCounter.class);

  private final long warnAt;
  private final long max;

  /** Counts by thumbprint, since key files are reloaded and a name may be used again. */
  private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();

  /** Creates a counter with the numbers at which it warns and stops. */
  KeyUsageCounter(long many, long most) {
    this.warnAt = many;
    this.max = most;
  }

  /**
   * Counts one more token that is to be encrypted with a key.
   *
   * @throws TokenStoreException if the key has reached its maximum on this node
   */
  void increment(ContentKey key) {
    if (!key.encryption().hasUsageLimit()) {
      return;
    }
    AtomicLong count = counts.computeIfAbsent(key.thumbprint(), unseen -> new AtomicLong());
    long number = count.updateAndGet(before -> Math.min(before + 1, max + 2));
    if (number == warnAt) {
      LOG.warn(
          "Key '{}' ({}) has encrypted {} tokens on this node, which stops at {}: make another key"
              + " active",
          key.kid(),
          key.encryption(),
          warnAt,
          max);
    }
    if (number == max + 1) {
      LOG.error(
          "Key '{}' ({}) has encrypted {} tokens, the maximum on this node, which issues no more"
              + " until another key is active",
          key.kid(),
          key.encryption(),
          max);
    }
    if (number > max) {
      throw new TokenStoreException(
          "key '%s' has encrypted its maximum number of tokens: make another key active"
              .formatted(key.kid()),
          null,
          false);
    }
  }
}
