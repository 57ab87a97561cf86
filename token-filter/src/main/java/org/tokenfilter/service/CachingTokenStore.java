package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.guard.MergedCalls;
import org.tokenfilter.memory.HeapSize;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
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

  private final TokenStore store;
  private final Clock clock;
  private final Freshness freshness;
  private final TokenCache cache;
  private final RenewalBuffer buffer;

  /** The reads of each shard by itself, so that one that does not answer holds up no other. */
  private final List<MergedCalls<TokenId, FindResult>> reads;

  private final TokenStatistics statistics;
  private final RevokedTokens revokedTokens;
  private final RememberedEnds remembered;

  /**
   * Creates a store with an empty memory.
   *
   * @param maxWait the longest time that a request waits for the read of another one
   * @param nanoTime the monotonic clock of the merged reads, in nanoseconds
   * @param remembered the correction of records that the store shows as live by mistake
   */
  CachingTokenStore(
      TokenStore store,
      Clock clock,
      Freshness freshness,
      TokenCache cache,
      RenewalBuffer buffer,
      Duration maxWait,
      LongSupplier nanoTime,
      TokenStatistics statistics,
      RememberedEnds remembered) {
    this.store = store;
    this.clock = clock;
    this.freshness = freshness;
    this.cache = cache;
    this.buffer = buffer;
    this.reads =
        Stream.generate(() -> new MergedCalls<>(this::load, maxWait, "store read", nanoTime))
            .limit(Math.max(1, store.shards()))
            .toList();
    this.statistics = statistics;
    this.revokedTokens = new RevokedTokens();
    this.remembered = remembered;
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
    this.remembered = shared.remembered;
  }

  /** Returns a store that shares this one's memory and calls the same store by another path. */
  CachingTokenStore withStore(TokenStore other) {
    return new CachingTokenStore(this, other);
  }

  @Override
  public FindResult find(Collection<TokenId> ids) {
    return store.find(ids);
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
    if (freshness.isFresh(store.shardOf(id), now)) {
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
    return read(id, now);
  }

  /**
   * Reads a record from the store, whatever the memory holds, together with the records that other
   * requests need at this moment.
   *
   * @param now the start of the request
   */
  Optional<TokenRecord> read(TokenId id, Instant now) {
    MergedCalls<TokenId, FindResult> shard = reads.get(shardOfRead(id));
    TokenRecord found = shard.ask(id).get(id);
    if (found != null && remembered.contradicts(found)) {
      // The answer may be older than the end. One to a question that begins now is not.
      found = shard.ask(id).get(id);
      if (found != null && remembered.contradicts(found)) {
        return Optional.of(remembered.revokeAnew(found, store));
      }
    }
    if (found == null) {
      return Optional.empty();
    }
    if (found.id().equals(id)) {
      revokedTokens.put(found, now);
    }
    return Optional.of(found.liveAt(now) ? buffer.withLatestUse(found) : found);
  }

  private int shardOfRead(TokenId id) {
    return reads.size() == 1 ? 0 : Math.floorMod(store.shardOf(id), reads.size());
  }

  /** Reads the record from the store, and caches it only if it is live. */
  Optional<TokenRecord> reload(TokenId id) {
    Optional<TokenRecord> found = Optional.ofNullable(load(List.of(id)).get(id));
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

  /** Reads records from the store, and caches those that are live. */
  private FindResult load(List<TokenId> ids) {
    if (!freshness.isCachingEnabled()) {
      return store.find(ids);
    }
    List<TokenCache.LoadTicket> tickets = ids.stream().map(cache::beginLoad).toList();
    FindResult found = store.find(ids);
    Instant answered = clock.instant();
    for (TokenCache.LoadTicket ticket : tickets) {
      TokenRecord record = found.records().get(ticket.id());
      if (record != null
          && record.id().equals(ticket.id())
          && record.liveAt(answered)
          && !remembered.hasEnded(ticket.id())) {
        cache.put(ticket, record);
      }
    }
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

  /** Replaces the details. The record is read from the store again, even if the call fails. */
  @Override
  public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    cache.invalidate(id);
    try {
      return store.amend(id, expectedVersion, details, now);
    } finally {
      cache.invalidate(id);
    }
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    cache.invalidate(id);
    try {
      return store.replace(id, version, successor, limit, now);
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
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    return store.changes(shard, cursor, limit);
  }

  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    SweepResult sweep = store.sweep(shard, expiredBefore, deadBefore, limit);
    invalidate(sweep.expired());
    return sweep;
  }

  @Override
  public boolean mark(String name, Instant until, Instant now) {
    return store.mark(name, until, now);
  }

  @Override
  public boolean marked(String name, Instant now) {
    return store.marked(name, now);
  }

  @Override
  public AutoCloseable watch(Runnable changed) {
    return store.watch(changed);
  }

  @Override
  public int shards() {
    return store.shards();
  }

  @Override
  public int shardOf(TokenId id) {
    return store.shardOf(id);
  }

  @Override
  public boolean expiresByItself() {
    return store.expiresByItself();
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
      long bytes = HeapSize.CACHE_ENTRY + HeapSize.of(record);
      return (int) Math.min(bytes, Integer.MAX_VALUE);
    }
  }
}
