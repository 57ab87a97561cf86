package org.tokenfilter.codec;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenStoreException;

/**
 * Counts the tokens that this node has made with each A256GCM key since it was started. Their
 * initialization vectors are random, so that a key is good for 2<sup>32</sup> of them in all (NIST
 * SP 800-38D, 8.3), on however many nodes and over however many restarts, which nobody counts. So a
 * node stops at a sixteenth of that, and asks for another key long before. Thread-safe.
 */
final class IssueCount {

  /** The tokens that one node makes with one key: sixteen nodes, or starts, may. */
  static final long MOST = 1L << 28;

  /** Where it asks for another key. */
  static final long MANY = MOST / 2;

  private static final Logger LOG = LoggerFactory.getLogger(IssueCount.class);

  private final long many;
  private final long most;

  /** By the bytes of keys: a ring is read again and again, and a name may come back. */
  private final Map<String, AtomicLong> made = new ConcurrentHashMap<>();

  /** Counts to these numbers. */
  IssueCount(long many, long most) {
    this.many = many;
    this.most = most;
  }

  /**
   * One more token is to be made with this key.
   *
   * @throws TokenStoreException if the key has made all that it may on this node
   */
  void next(ContentKey key) {
    if (!key.encryption().isCounted()) {
      return;
    }
    AtomicLong count = made.computeIfAbsent(key.thumbprint(), unseen -> new AtomicLong());
    long number = count.updateAndGet(before -> Math.min(before + 1, most + 2));
    if (number == many) {
      LOG.warn(
          "Key '{}' ({}) has made {} tokens on this node, which stops at {}: put another key in its"
              + " place",
          key.kid(),
          key.encryption(),
          many,
          most);
    }
    if (number == most + 1) {
      LOG.error(
          "Key '{}' ({}) has made all the {} tokens that it may on this node, which issues none"
              + " until another key is active",
          key.kid(),
          key.encryption(),
          most);
    }
    if (number > most) {
      throw new TokenStoreException(
          "key '%s' has made as many tokens as it may: make another one active"
              .formatted(key.kid()),
          null,
          false);
    }
  }
}
