package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.tokenfilter.store.TokenId;

/**
 * The revocations that the listeners of this node have recently been notified of, kept for longer
 * than the store reports them. The store may report a revocation again if a client repeats a
 * request for a revoked token. The size is bounded, so listeners may be notified twice of a
 * revocation after a very large number of others. Thread-safe.
 */
final class RecentNotifications {

  private static final Duration RETENTION = Duration.ofHours(1);
  private static final int MAX_ENTRIES = 100_000;

  private final Cache<TokenId, Boolean> notified;

  RecentNotifications(LongSupplier nanoTime) {
    notified =
        Caffeine.newBuilder()
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(RETENTION)
            .ticker(nanoTime::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  /** Adds a revocation; returns true if listeners have not been notified of it yet. */
  boolean add(TokenId id) {
    return notified.asMap().putIfAbsent(id, Boolean.TRUE) == null;
  }

  /** Removes a revocation, because the notification was not sent. */
  void remove(TokenId id) {
    notified.invalidate(id);
  }
}
