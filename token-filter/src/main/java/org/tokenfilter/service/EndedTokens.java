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
 * Records that the store showed to have ended, for a minute: a client that goes on presenting a
 * dead token costs the store one look a minute, and takes no place from those that are alive. An
 * end is final (S6), so none of them can be wrong; what has only expired may still be renewed by a
 * use that is on its way, and what is unknown may be stored the next moment: both are not kept.
 * Bounded; thread-safe.
 */
final class EndedTokens {

  static final Duration KEPT = Duration.ofMinutes(1);

  /** Of all that is kept, more or less. */
  private static final long MOST_BYTES = 8L << 20;

  private static final int BYTES_BESIDE_TEXTS = 600;

  private final Cache<TokenId, Ended> records =
      Caffeine.newBuilder()
          .maximumWeight(MOST_BYTES)
          .weigher((TokenId id, Ended ended) -> bytes(ended.record()))
          .executor(Runnable::run)
          .build();

  private record Ended(TokenRecord record, Instant until) {}

  /** The record, if the store showed it to have ended within the last minute. */
  @Nullable TokenRecord get(TokenId id, Instant now) {
    Ended ended = records.getIfPresent(id);
    return ended != null && now.isBefore(ended.until()) ? ended.record() : null;
  }

  /** Keeps what the store showed, if it has ended. */
  void put(TokenRecord record, Instant now) {
    if (record.ending() != null) {
      records.put(record.id(), new Ended(record, now.plus(KEPT)));
    }
  }

  /** How many are kept. */
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
    return BYTES_BESIDE_TEXTS + Character.BYTES * chars;
  }
}
