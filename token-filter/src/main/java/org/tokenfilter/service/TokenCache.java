package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
    final DetailsInterner details = new DetailsInterner();
    final Cache<TokenId, CachedToken> tokens;
    final Epochs epochs;

    /** Held for writing while all epochs are raised, so that no put compares them meanwhile. */
    final ReadWriteLock epochsOfAll = new ReentrantReadWriteLock();

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
      return new CachedToken(record, details.acquire(record.details()));
    }

    private void release(@Nullable CachedToken token) {
      if (token != null) {
        details.release(token.details());
      }
    }

    /**
     * Reduces the maximum weight of the cache by the size of the shared values. It does so only
     * after a notable change, since it takes the cache's lock.
     */
    void reserveSharedBytes() {
      long shared = details.bytes();
      long before = reservedBytes.get();
      if (Math.abs(shared - before) > budget / RESIZE_PARTS
          && reservedBytes.compareAndSet(before, shared)) {
        tokens
            .policy()
            .eviction()
            .ifPresent(
                eviction ->
                    eviction.setMaximum(maximumBeside(shared, eviction.weightedSize().orElse(0))));
      }
    }

    /**
     * Returns the maximum weight of the tokens themselves. If there is too much of both, they
     * shrink in proportion, since values leave with the tokens that have them.
     */
    private long maximumBeside(long shared, long own) {
      long maximum =
          own + shared <= budget
              ? budget - shared
              : (long) (own * ((double) budget / (own + shared)));
      return Math.max(1, maximum);
    }

    long bytes() {
      tokens.cleanUp();
      long own = tokens.policy().eviction().map(it -> it.weightedSize().orElse(0)).orElse(0L);
      return own + details.bytes();
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
    noted.epochsOfAll.readLock().lock();
    try {
      put(noted, ticket, record);
    } finally {
      noted.epochsOfAll.readLock().unlock();
    }
    noted.reserveSharedBytes();
  }

  private static void put(Generation noted, LoadTicket ticket, TokenRecord record) {
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
  }

  /** Returns the compact form of a record without caching it. */
  CachedToken uncached(TokenRecord record) {
    return new CachedToken(record, generation.details.intern(record.details()));
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
   * @param which the ids of interest
   */
  List<TokenId> expiredAt(Instant time, int most, Predicate<TokenId> which) {
    return generation.tokens.asMap().entrySet().stream()
        .filter(entry -> !entry.getValue().liveAt(time))
        .map(Map.Entry::getKey)
        .filter(which)
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
   * Removes a token unless it has the details of this version, and increments its epoch: a slow
   * answer may have the earlier details, whatever is cached.
   */
  void amend(TokenId id, long version) {
    Generation current = generation;
    current.epochs.increment(id);
    // Not computeIfPresent, which does not wait for a put of this id that has compared the epoch.
    var unused =
        current
            .tokens
            .asMap()
            .compute(
                id,
                (same, kept) -> kept != null && kept.details().version() == version ? kept : null);
  }

  /**
   * Removes all tokens, because changes may have been missed. Records that are being read from the
   * store meanwhile are not cached.
   */
  void invalidateAll() {
    generation = newGeneration();
  }

  /** Removes the tokens with these ids like {@link #invalidateAll()}. */
  void invalidateAll(Predicate<TokenId> which) {
    Generation current = generation;
    current.epochsOfAll.writeLock().lock();
    try {
      current.epochs.incrementAll();
    } finally {
      current.epochsOfAll.writeLock().unlock();
    }
    var unused = current.tokens.asMap().keySet().removeIf(which);
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
   * Counters of the changes that are known to this node. A caller that reads a record from the
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

    void incrementAll() {
      for (int slot = 0; slot < SLOTS; slot++) {
        epochs.incrementAndGet(slot);
      }
    }

    private static int slot(TokenId id) {
      return id.hashCode() & (SLOTS - 1);
    }
  }
}
