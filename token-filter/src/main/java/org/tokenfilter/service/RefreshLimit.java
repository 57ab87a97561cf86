package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * How often an API client may refresh on a node: each refresh leaves a dead record, which is kept
 * for the retention, and an end that all nodes hear of. Bounded; thread-safe.
 */
final class RefreshLimit {

  /** Within a minute. */
  static final int MOST = 60;

  static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int MOST_CLIENTS = 100_000;

  private final Cache<String, AtomicInteger> refreshes;

  RefreshLimit(LongSupplier nanoTime) {
    refreshes =
        Caffeine.newBuilder()
            .maximumSize(MOST_CLIENTS)
            .expireAfterWrite(MINUTE)
            .ticker(nanoTime::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  /**
   * Requires that the client may refresh now.
   *
   * @throws TokenRejectedException if it has done so too often in this minute
   */
  void require(TokenRecord client) throws TokenRejectedException {
    AtomicInteger count = refreshes.getIfPresent(key(client));
    if (count != null && count.get() >= MOST) {
      throw new TokenRejectedException(
          Rejection.TOO_MANY_REFRESHES, "an API client refreshes at most " + MOST + " a minute");
    }
  }

  /** It has refreshed. The minute counts from the first time. */
  void count(TokenRecord client) {
    refreshes.asMap().computeIfAbsent(key(client), none -> new AtomicInteger()).incrementAndGet();
  }

  private static String key(TokenRecord client) {
    return String.valueOf(client.group());
  }
}
