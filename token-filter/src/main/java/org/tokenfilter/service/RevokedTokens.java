package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * A cache of records that the store reported as revoked, each for a minute. A client that keeps
 * presenting a revoked token costs the store one read a minute, and takes no space from live
 * tokens. A revocation is final (S6), so an entry is never wrong. Expired records are not cached,
 * since a renewal in flight may still extend them, and neither are unknown ids, which may be
 * inserted at any moment. Bounded; thread-safe.
 */
final class RevokedTokens {

  static final Duration TIME_TO_LIVE = Duration.ofMinutes(1);

  /** The approximate maximum size of all entries, in bytes. */
  private static final long MAX_BYTES = 8L << 20;

  private static final int FIXED_BYTES = 600;

  private final Cache<TokenId, CacheEntry> records =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .weigher((TokenId id, CacheEntry entry) -> bytes(entry.record()))
          .executor(Runnable::run)
          .build();

  private record CacheEntry(TokenRecord record, Instant until) {}

  /** Returns the record if it was cached within the last minute, else null. */
  @Nullable TokenRecord get(TokenId id, Instant now) {
    CacheEntry entry = records.getIfPresent(id);
    return entry != null && now.isBefore(entry.until()) ? entry.record() : null;
  }

  /** Caches a record that the store returned, if it is revoked. */
  void put(TokenRecord record, Instant now) {
    if (record.revocation() != null) {
      records.put(record.id(), new CacheEntry(record, now.plus(TIME_TO_LIVE)));
    }
  }

  /** Returns the number of cached records. */
  long size() {
    records.cleanUp();
    return records.estimatedSize();
  }

  private static int bytes(TokenRecord record) {
    int chars = record.subject().length();
    for (String role : record.roles()) {
      chars += role.length();
    }
    for (Map.Entry<String, String> attribute : record.attributes().entrySet()) {
      chars += attribute.getKey().length() + attribute.getValue().length();
    }
    return FIXED_BYTES + Character.BYTES * chars;
  }
}
