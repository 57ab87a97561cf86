package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.memory.HeapSize;
import org.tokenfilter.memory.Interner;
import org.tokenfilter.memory.MemoryBudget;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * A cache of the live records that a node serves. It holds neither dead records nor the absence of
 * a record. It checks deadlines only; {@link Freshness} decides whether the cache may be trusted.
 * Bounded; thread-safe; reads do not block. Non-final so that the simulation can inject a defect.
 */
class TokenCache {

  /** The cache is resized if the shared values change by more than the budget divided by this. */
  private static final int RESIZE_PARTS = 64;

  private final Supplier<Epochs> epochs;
  private final long budget;
  private volatile Generation generation;

  /**
   * The content of the cache between two times that it is cleared. Values that many tokens share
   * are not part of a token's size. They take their share of the budget, and the tokens take the
   * rest.
   */
  private static final class Generation {
    final Interner<Set<String>> roles = new Interner<>(HeapSize::of);
    final Interner<Map<String, String>> attributes = new Interner<>(HeapSize::of);
    final Cache<TokenId, CachedToken> tokens;
    final Epochs epochs;
    private final long budget;
    private final AtomicLong reservedBytes = new AtomicLong();

    Generation(Epochs epochs, long budget) {
      this.epochs = epochs;
      this.budget = budget;
      this.tokens =
          Caffeine.newBuilder()
              .maximumWeight(budget)
              .weigher((TokenId id, CachedToken token) -> token.bytesWithoutShared())
              .removalListener(
                  (@Nullable TokenId id, @Nullable CachedToken token, RemovalCause why) ->
                      release(token))
              .executor(Runnable::run)
              .build();
    }

    CachedToken newToken(TokenRecord record) {
      return new CachedToken(
          record, roles.acquire(record.roles()), attributes.acquire(record.attributes()));
    }

    private void release(@Nullable CachedToken token) {
      if (token != null) {
        roles.release(token.roles());
        attributes.release(token.attributes());
      }
    }

    /**
     * Reduces the maximum weight of the cache by the size of the shared values. It does so only
     * after a notable change, since it takes the cache's lock.
     */
    void reserveSharedBytes() {
      long shared = roles.bytes() + attributes.bytes();
      long before = reservedBytes.get();
      if (Math.abs(shared - before) > budget / RESIZE_PARTS
          && reservedBytes.compareAndSet(before, shared)) {
        tokens
            .policy()
            .eviction()
            .ifPresent(eviction -> eviction.setMaximum(Math.max(1, budget - shared)));
      }
    }

    long bytes() {
      tokens.cleanUp();
      long own = tokens.policy().eviction().map(it -> it.weightedSize().orElse(0)).orElse(0L);
      return own + roles.bytes() + attributes.bytes();
    }
  }

  /** The state of the cache that a caller notes before it reads a token from the store. */
  record LoadTicket(Object generation, TokenId id, int epoch) {}

  TokenCache() {
    this(MemoryBudget.ofHeap(MemoryBudget.DEFAULT_PERCENT).tokens());
  }

  /**
   * Creates an empty cache.
   *
   * @param budget the maximum heap size of the cache, in estimated bytes
   */
  TokenCache(long budget) {
    this(Epochs::new, budget);
  }

  TokenCache(Supplier<Epochs> epochs) {
    this(epochs, MemoryBudget.ofHeap(MemoryBudget.DEFAULT_PERCENT).tokens());
  }

  private TokenCache(Supplier<Epochs> epochs, long budget) {
    this.epochs = epochs;
    this.budget = budget;
    this.generation = newGeneration();
  }

  private Generation newGeneration() {
    return new Generation(epochs.get(), budget);
  }

  /** Returns the cached token if its acknowledged deadlines are still to come, else null. */
  @Nullable CachedToken get(TokenId id, Instant now) {
    CachedToken token = generation.tokens.getIfPresent(id);
    return token != null && token.liveAt(now) ? token : null;
  }

  boolean contains(TokenId id) {
    return generation.tokens.asMap().containsKey(id);
  }

  /** Returns the ticket that {@link #put} needs. Must be called before the store is read. */
  LoadTicket beginLoad(TokenId id) {
    Generation current = generation;
    return new LoadTicket(current, id, current.epochs.get(id));
  }

  /** Caches a record that was read, unless it may have been revoked since the ticket was made. */
  void put(LoadTicket ticket, TokenRecord record) {
    Generation noted = (Generation) ticket.generation();
    // The epoch is compared atomically with the insertion: drop raises it, then removes the token.
    noted
        .tokens
        .asMap()
        .compute(
            ticket.id(),
            (id, kept) -> {
              if (noted.epochs.get(id) != ticket.epoch()) {
                return kept;
              }
              CachedToken read = noted.newToken(record);
              if (kept != null) {
                read.acknowledge(kept.usedAt(), kept.idleUntil());
              }
              return read;
            });
    noted.reserveSharedBytes();
  }

  /** Returns the compact form of a record without caching it. */
  CachedToken uncached(TokenRecord record) {
    Generation current = generation;
    return new CachedToken(
        record,
        current.roles.intern(record.roles()),
        current.attributes.intern(record.attributes()));
  }

  /** Updates the cached token, if there is one, with a renewal that the store has acknowledged. */
  void acknowledge(Renewal renewal) {
    CachedToken token = generation.tokens.getIfPresent(renewal.id());
    if (token != null) {
      token.acknowledge(
          renewal.usedAt().toEpochMilli(), CachedToken.toMillis(renewal.idleExpiresAt()));
    }
  }

  /**
   * Returns ids of cached tokens whose acknowledged deadline has passed. Examines all tokens.
   *
   * @param time the current time, or an earlier one
   * @param most the maximum number of ids
   */
  List<TokenId> expiredAt(Instant time, int most) {
    return generation.tokens.asMap().entrySet().stream()
        .filter(entry -> !entry.getValue().liveAt(time))
        .map(Map.Entry::getKey)
        .limit(most)
        .toList();
  }

  /** Removes a token that is or may be revoked, and increments its epoch. */
  void invalidate(TokenId id) {
    Generation current = generation;
    current.epochs.increment(id);
    current.tokens.invalidate(id);
  }

  /**
   * Removes all tokens, because revocations may have been missed. Records that are being read from
   * the store meanwhile are not cached.
   */
  void invalidateAll() {
    generation = newGeneration();
  }

  /** Returns the estimated heap size of the cache, in bytes. */
  long bytes() {
    return generation.bytes();
  }

  long size() {
    Generation current = generation;
    current.tokens.cleanUp();
    return current.tokens.estimatedSize();
  }

  /**
   * Counters of the revocations that are known to this node. A caller that reads a record from the
   * store notes its epoch before, and caches the record only if the epoch is unchanged afterwards,
   * so that a slow answer does not put back a token that was revoked meanwhile. Ids are hashed to
   * 1,024 slots; a collision only costs one extra read. Thread-safe. Non-final so that the
   * simulation can inject a defect.
   */
  static class Epochs {

    private static final int SLOTS = 1_024;

    private final AtomicIntegerArray epochs = new AtomicIntegerArray(SLOTS);

    int get(TokenId id) {
      return epochs.get(slot(id));
    }

    void increment(TokenId id) {
      epochs.incrementAndGet(slot(id));
    }

    private static int slot(TokenId id) {
      return id.hashCode() & (SLOTS - 1);
    }
  }
}
