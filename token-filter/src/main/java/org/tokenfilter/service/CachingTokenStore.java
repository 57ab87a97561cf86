package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.guard.Bulkhead;
import org.tokenfilter.guard.SingleFlight;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * A caching decorator, which shows the store as one node sees it. A live record that was read once
 * is returned from memory for as long as the node is {@link Freshness fresh} and the acknowledged
 * deadlines of the record have not passed. It is returned with its latest use on this node. So
 * {@link #find} may be late by the revocation lag, and keeps clause S3 only to that extent. A
 * revoked record is returned from memory for a minute, since its revocation is final. All other
 * calls go to the store at once, and their results update the memory. Thread-safe.
 */
final class CachingTokenStore implements TokenStore {

  /** Half of the concurrent store calls of requests by default; the other half is for writers. */
  private static final int MAX_CONCURRENT_READS = 16;

  private final TokenStore store;
  private final Clock clock;
  private final Freshness freshness;
  private final TokenCache cache;
  private final RenewalBuffer buffer;
  private final SingleFlight<TokenId, Optional<TokenRecord>> reads;
  private final TokenStatistics statistics;
  private final RevokedTokens revokedTokens;

  /**
   * Creates a store with an empty memory.
   *
   * @param maxWait the longest time that a request waits for the read of another one, and for a
   *     permit to read
   */
  CachingTokenStore(
      TokenStore store,
      Clock clock,
      Freshness freshness,
      TokenCache cache,
      RenewalBuffer buffer,
      Duration maxWait,
      TokenStatistics statistics) {
    this.store = store;
    this.clock = clock;
    this.freshness = freshness;
    this.cache = cache;
    this.buffer = buffer;
    Bulkhead bulkhead = new Bulkhead(MAX_CONCURRENT_READS, maxWait, "store reads");
    this.reads = SingleFlight.sharingNext(bulkhead, maxWait, "store read");
    this.statistics = statistics;
    this.revokedTokens = new RevokedTokens();
  }

  private CachingTokenStore(CachingTokenStore shared, TokenStore store) {
    this.store = store;
    this.clock = shared.clock;
    this.freshness = shared.freshness;
    this.cache = shared.cache;
    this.buffer = shared.buffer;
    this.reads = shared.reads;
    this.statistics = shared.statistics;
    this.revokedTokens = shared.revokedTokens;
  }

  /** Returns a store that shares this one's memory and calls the same store by another path. */
  CachingTokenStore withStore(TokenStore other) {
    return new CachingTokenStore(this, other);
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return find(id, clock.instant());
  }

  /**
   * Returns the record with this id, if there is one.
   *
   * @param now the start of the request
   */
  Optional<TokenRecord> find(TokenId id, Instant now) {
    if (freshness.isFresh(now)) {
      CachedToken token = cache.get(id, now);
      if (token != null) {
        statistics.recordHit();
        return Optional.of(toRecord(token, id));
      }
    }
    TokenRecord dead = revokedTokens.get(id, now);
    if (dead != null) {
      statistics.recordHit();
      return Optional.of(dead);
    }
    statistics.recordMiss();
    Optional<TokenRecord> found = reads.share(id, () -> load(id));
    found
        .filter(record -> record.id().equals(id))
        .ifPresent(record -> revokedTokens.put(record, now));
    return found.map(record -> record.liveAt(now) ? buffer.withLatestUse(record) : record);
  }

  /** Reads the record from the store, and caches it only if it is live. */
  Optional<TokenRecord> reload(TokenId id) {
    Optional<TokenRecord> found = load(id);
    if (found.map(TokenRecord::revocation).isPresent() || found.isEmpty()) {
      invalidate(List.of(id));
    }
    return found;
  }

  private TokenRecord toRecord(CachedToken token, TokenId id) {
    PendingRenewal pending = buffer.latest(id);
    return pending == null
        ? token.toRecord()
        : token.toRecord(pending.usedAt(), pending.idleUntil());
  }

  private Optional<TokenRecord> load(TokenId id) {
    if (!freshness.isCachingEnabled()) {
      return store.find(id);
    }
    TokenCache.LoadTicket ticket = cache.beginLoad(id);
    Optional<TokenRecord> found = store.find(id);
    found
        .filter(record -> record.id().equals(id) && record.liveAt(clock.instant()))
        .ifPresent(record -> cache.put(ticket, record));
    return found;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    InsertResult insertion = store.insert(record, limit, now);
    invalidate(insertion.evicted());
    if (insertion.outcome() == InsertResult.Outcome.PARENT_ENDED && record.parent() != null) {
      invalidate(List.of(record.parent()));
    }
    return insertion;
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    Set<TokenId> missed = store.renew(renewals, now);
    for (Renewal renewal : renewals) {
      if (!missed.contains(renewal.id())) {
        cache.acknowledge(renewal);
        buffer.acknowledge(renewal, now);
        statistics.recordRenewalWritten();
      }
    }
    invalidate(missed);
    return missed;
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    cache.invalidate(id);
    try {
      return store.replace(id, successor, now);
    } finally {
      cache.invalidate(id);
    }
  }

  /** Revokes a record. It is read from the store again afterwards, even if the call fails. */
  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    cache.invalidate(id);
    try {
      List<TokenId> ended = store.revoke(id, revocation);
      invalidate(ended);
      return ended;
    } finally {
      cache.invalidate(id);
    }
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    List<TokenId> ended = store.revokeAll(selection, revocation, limit);
    invalidate(ended);
    return ended;
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return store.list(subject, now, after, limit);
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return store.revokedWithin(window, limit);
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    SweepResult sweep = store.sweep(expiredBefore, deadBefore, limit);
    invalidate(sweep.expired());
    return sweep;
  }

  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    return store.watch(ended);
  }

  @Override
  public void close() {
    store.close();
  }

  /** Removes records that are revoked or expired from memory. */
  void invalidate(Collection<TokenId> ended) {
    for (TokenId id : ended) {
      cache.invalidate(id);
      buffer.remove(id);
    }
  }

  /**
   * A cache of records that the store reported as revoked, each for a minute. A client that keeps
   * presenting a revoked token costs the store one read a minute, and takes no space from live
   * tokens. A revocation is final (S6), so an entry is never wrong. Expired records are not cached,
   * since a renewal in flight may still extend them, and neither are unknown ids, which may be
   * inserted at any moment. Bounded; thread-safe.
   */
  static final class RevokedTokens {

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
}
