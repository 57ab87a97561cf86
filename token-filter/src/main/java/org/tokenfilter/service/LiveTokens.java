package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
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

  /** With what a node otherwise needs, they fit into a heap of 1 GiB. */
  static final int MOST = 1_000_000;

  private final Supplier<Epochs> epochs;
  private final SharedValues<Set<String>> roles = new SharedValues<>();
  private final SharedValues<Map<String, String>> attributes = new SharedValues<>();
  private volatile Generation generation;

  /** All that is kept between two times that everything is forgotten. */
  private record Generation(Cache<TokenId, LiveToken> tokens, Epochs epochs) {}

  /** What whoever reads the store for a token has noted before. */
  record Filling(Object generation, TokenId id, int epoch) {}

  LiveTokens() {
    this(Epochs::new);
  }

  LiveTokens(Supplier<Epochs> epochs) {
    this.epochs = epochs;
    this.generation = next();
  }

  private Generation next() {
    return new Generation(
        Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build(), epochs.get());
  }

  /** A token whose acknowledged deadline is still to come. */
  @Nullable LiveToken get(TokenId id, Instant now) {
    LiveToken token = generation.tokens().getIfPresent(id);
    return token != null && token.liveAt(now) ? token : null;
  }

  boolean holds(TokenId id) {
    return generation.tokens().asMap().containsKey(id);
  }

  /** To be noted before the store is read. */
  Filling filling(TokenId id) {
    Generation current = generation;
    return new Filling(current, id, current.epochs().of(id));
  }

  /** Keeps what was read, unless an end came meanwhile. */
  void put(Filling filling, TokenRecord record) {
    Generation noted = (Generation) filling.generation();
    LiveToken read = of(record);
    // In one step with the look at the epoch: whoever drops raises it first and removes then.
    noted
        .tokens()
        .asMap()
        .compute(
            filling.id(),
            (id, kept) -> {
              if (noted.epochs().of(id) != filling.epoch()) {
                return kept;
              }
              if (kept != null) {
                read.acknowledge(kept.usedAt(), kept.idleUntil());
              }
              return read;
            });
  }

  LiveToken of(TokenRecord record) {
    return new LiveToken(
        record, roles.sharedOf(record.roles()), attributes.sharedOf(record.attributes()));
  }

  /** The store has acknowledged a use. */
  void acknowledge(Renewal renewal) {
    LiveToken token = generation.tokens().getIfPresent(renewal.id());
    if (token != null) {
      token.acknowledge(renewal.usedAt().toEpochMilli(), LiveToken.millis(renewal.idleExpiresAt()));
    }
  }

  /** It has ended, or may have. */
  void drop(TokenId id) {
    Generation current = generation;
    current.epochs().raise(id);
    current.tokens().invalidate(id);
  }

  /** Ends may have been missed. Whoever is reading the store keeps what he reads no more. */
  void empty() {
    generation = next();
  }

  long size() {
    Generation current = generation;
    current.tokens().cleanUp();
    return current.tokens().estimatedSize();
  }
}
