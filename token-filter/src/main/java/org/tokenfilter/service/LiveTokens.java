package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The live records that a node serves. What is dead or absent is not among them. Knows nothing of
 * time but the deadlines: whether it may be believed at all is {@link Freshness}'s to say. Bounded;
 * thread-safe; nobody who reads waits. Not final: the simulation breaks it.
 */
class LiveTokens {

  /** Of how many parts of the budget one must be in question before the cache is told. */
  private static final int GRAIN = 64;

  private final Supplier<Epochs> epochs;
  private final long budget;
  private volatile Generation generation;

  /**
   * All that is kept between two times that everything is forgotten. What many tokens have in
   * common is no token's: it takes its part of the budget, and the tokens have what is left.
   */
  private static final class Generation {
    final SharedValues<Set<String>> roles = new SharedValues<>(HeapSize::of);
    final SharedValues<Map<String, String>> attributes = new SharedValues<>(HeapSize::of);
    final Cache<TokenId, LiveToken> tokens;
    final Epochs epochs;
    private final long budget;
    private final AtomicLong setAside = new AtomicLong();

    Generation(Epochs epochs, long budget) {
      this.epochs = epochs;
      this.budget = budget;
      this.tokens =
          Caffeine.newBuilder()
              .maximumWeight(budget)
              .weigher((TokenId id, LiveToken token) -> token.ownBytes())
              .removalListener(
                  (@Nullable TokenId id, @Nullable LiveToken token, RemovalCause why) ->
                      release(token))
              .executor(Runnable::run)
              .build();
    }

    LiveToken held(TokenRecord record) {
      return new LiveToken(
          record, roles.hold(record.roles()), attributes.hold(record.attributes()));
    }

    private void release(@Nullable LiveToken token) {
      if (token != null) {
        roles.release(token.roles());
        attributes.release(token.attributes());
      }
    }

    /** Now and then: it takes the cache's lock. */
    void setAsideWhatIsShared() {
      long shared = roles.bytes() + attributes.bytes();
      long before = setAside.get();
      if (Math.abs(shared - before) > budget / GRAIN && setAside.compareAndSet(before, shared)) {
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

  /** What whoever reads the store for a token has noted before. */
  record Filling(Object generation, TokenId id, int epoch) {}

  LiveTokens() {
    this(MemoryBudget.ofHeap(MemoryBudget.SHARE).tokens());
  }

  /**
   * None yet.
   *
   * @param budget how much heap they may take, by an estimate
   */
  LiveTokens(long budget) {
    this(Epochs::new, budget);
  }

  LiveTokens(Supplier<Epochs> epochs) {
    this(epochs, MemoryBudget.ofHeap(MemoryBudget.SHARE).tokens());
  }

  private LiveTokens(Supplier<Epochs> epochs, long budget) {
    this.epochs = epochs;
    this.budget = budget;
    this.generation = next();
  }

  private Generation next() {
    return new Generation(epochs.get(), budget);
  }

  /** A token whose acknowledged deadline is still to come. */
  @Nullable LiveToken get(TokenId id, Instant now) {
    LiveToken token = generation.tokens.getIfPresent(id);
    return token != null && token.liveAt(now) ? token : null;
  }

  boolean holds(TokenId id) {
    return generation.tokens.asMap().containsKey(id);
  }

  /** To be noted before the store is read. */
  Filling filling(TokenId id) {
    Generation current = generation;
    return new Filling(current, id, current.epochs.of(id));
  }

  /** Keeps what was read, unless an end came meanwhile. */
  void put(Filling filling, TokenRecord record) {
    Generation noted = (Generation) filling.generation();
    // In one step with the look at the epoch: whoever drops raises it first and removes then.
    noted
        .tokens
        .asMap()
        .compute(
            filling.id(),
            (id, kept) -> {
              if (noted.epochs.of(id) != filling.epoch()) {
                return kept;
              }
              LiveToken read = noted.held(record);
              if (kept != null) {
                read.acknowledge(kept.usedAt(), kept.idleUntil());
              }
              return read;
            });
    noted.setAsideWhatIsShared();
  }

  /** One that is not kept here. */
  LiveToken of(TokenRecord record) {
    Generation current = generation;
    return new LiveToken(
        record,
        current.roles.sharedOf(record.roles()),
        current.attributes.sharedOf(record.attributes()));
  }

  /** The store has acknowledged a use. */
  void acknowledge(Renewal renewal) {
    LiveToken token = generation.tokens.getIfPresent(renewal.id());
    if (token != null) {
      token.acknowledge(renewal.usedAt().toEpochMilli(), LiveToken.millis(renewal.idleExpiresAt()));
    }
  }

  /** Some of those whose acknowledged deadline has come. Looks at all. */
  List<TokenId> deadAt(Instant time, int most) {
    return generation.tokens.asMap().entrySet().stream()
        .filter(entry -> !entry.getValue().liveAt(time))
        .map(Map.Entry::getKey)
        .limit(most)
        .toList();
  }

  /** It has ended, or may have. */
  void drop(TokenId id) {
    Generation current = generation;
    current.epochs.raise(id);
    current.tokens.invalidate(id);
  }

  /** Ends may have been missed. Whoever is reading the store keeps what he reads no more. */
  void empty() {
    generation = next();
  }

  /** How much heap they take, by an estimate. */
  long bytes() {
    return generation.bytes();
  }

  long size() {
    Generation current = generation;
    current.tokens.cleanUp();
    return current.tokens.estimatedSize();
  }
}
