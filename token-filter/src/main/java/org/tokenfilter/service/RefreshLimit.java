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
 * A limit of the rate at which an API client may refresh its token on a node. Each refresh leaves a
 * dead record, which is kept for the retention time, and a revocation that all nodes read. Bounded
 * in memory; thread-safe.
 */
final class RefreshLimit {

  /** The maximum number of refreshes of a client within a minute. */
  static final int MAX_PER_MINUTE = 60;

  static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int MAX_CLIENTS = 100_000;

  private final Cache<String, AtomicInteger> refreshes;

  RefreshLimit(LongSupplier nanoTime) {
    refreshes =
        Caffeine.newBuilder()
            .maximumSize(MAX_CLIENTS)
            .expireAfterWrite(MINUTE)
            .ticker(nanoTime::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  /**
   * Requires that the client is below the limit.
   *
   * @param client a record of the client's token
   * @throws TokenRejectedException if the client has refreshed too often in this minute
   */
  void requireBelowLimit(TokenRecord client) throws TokenRejectedException {
    AtomicInteger count = refreshes.getIfPresent(key(client));
    if (count != null && count.get() >= MAX_PER_MINUTE) {
      throw new TokenRejectedException(
          Rejection.TOO_MANY_REFRESHES,
          "an API client may refresh at most " + MAX_PER_MINUTE + " times a minute");
    }
  }

  /** Counts a refresh of the client. The minute starts with the first one. */
  void recordRefresh(TokenRecord client) {
    refreshes.asMap().computeIfAbsent(key(client), none -> new AtomicInteger()).incrementAndGet();
  }

  private static String key(TokenRecord client) {
    return String.valueOf(client.group());
  }
}
