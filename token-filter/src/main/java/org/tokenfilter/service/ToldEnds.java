package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.tokenfilter.store.TokenId;

/**
 * The ends that the listeners of this node have heard of, for longer than the store names them. It
 * may name one again when somebody asks for what has ended already. Bounded, so that after very
 * many ends some may be told twice. Thread-safe.
 */
final class ToldEnds {

  private static final Duration REMEMBERED = Duration.ofHours(1);
  private static final int MOST = 100_000;

  private final Cache<TokenId, Boolean> told;

  ToldEnds(LongSupplier nanoTime) {
    told =
        Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(REMEMBERED)
            .ticker(nanoTime::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  /** Whether this is the first time. */
  boolean add(TokenId id) {
    return told.asMap().putIfAbsent(id, Boolean.TRUE) == null;
  }

  /** It was not told after all. */
  void remove(TokenId id) {
    told.invalidate(id);
  }
}
