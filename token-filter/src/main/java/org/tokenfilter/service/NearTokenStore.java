package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.Sweep;
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
final class NearTokenStore implements TokenStore {

  private final TokenStore store;
  private final Clock clock;
  private final Freshness freshness;
  private final LiveTokens tokens;
  private final RenewalBuffer uses;
  private final SharedFinds finds;
  private final TokenCounts counts;
  private final EndedTokens ended;

  NearTokenStore(
      TokenStore store,
      Clock clock,
      Freshness freshness,
      LiveTokens tokens,
      RenewalBuffer uses,
      SharedFinds finds,
      TokenCounts counts) {
    this(store, clock, freshness, tokens, uses, finds, counts, new EndedTokens());
  }

  private NearTokenStore(
      TokenStore store,
      Clock clock,
      Freshness freshness,
      LiveTokens tokens,
      RenewalBuffer uses,
      SharedFinds finds,
      TokenCounts counts,
      EndedTokens ended) {
    this.store = store;
    this.clock = clock;
    this.freshness = freshness;
    this.tokens = tokens;
    this.uses = uses;
    this.finds = finds;
    this.counts = counts;
    this.ended = ended;
  }

  /** Returns a store that shares this one's memory and calls the same store by another path. */
  NearTokenStore over(TokenStore other) {
    return new NearTokenStore(other, clock, freshness, tokens, uses, finds, counts, ended);
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
      LiveToken token = tokens.get(id, now);
      if (token != null) {
        counts.hit();
        return Optional.of(shown(token, id));
      }
    }
    TokenRecord dead = ended.get(id, now);
    if (dead != null) {
      counts.hit();
      return Optional.of(dead);
    }
    counts.miss();
    Optional<TokenRecord> found = finds.find(id, () -> read(id));
    found.filter(record -> record.id().equals(id)).ifPresent(record -> ended.put(record, now));
    return found.map(record -> record.liveAt(now) ? uses.with(record) : record);
  }

  /** Reads the record from the store, and caches it only if it is live. */
  Optional<TokenRecord> readAgain(TokenId id) {
    Optional<TokenRecord> found = read(id);
    if (found.map(TokenRecord::ending).isPresent() || found.isEmpty()) {
      forget(List.of(id));
    }
    return found;
  }

  private TokenRecord shown(LiveToken token, TokenId id) {
    Use use = uses.latest(id);
    return use == null ? token.record() : token.record(use.usedAt(), use.idleUntil());
  }

  private Optional<TokenRecord> read(TokenId id) {
    if (!freshness.isPossible()) {
      return store.find(id);
    }
    LiveTokens.Filling filling = tokens.filling(id);
    Optional<TokenRecord> found = store.find(id);
    found
        .filter(record -> record.id().equals(id) && record.liveAt(clock.instant()))
        .ifPresent(record -> tokens.put(filling, record));
    return found;
  }

  @Override
  public Insertion insert(TokenRecord record, Limit limit, Instant now) {
    Insertion insertion = store.insert(record, limit, now);
    forget(insertion.evicted());
    if (insertion.outcome() == Insertion.Outcome.PARENT_ENDED && record.parent() != null) {
      forget(List.of(record.parent()));
    }
    return insertion;
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    Set<TokenId> missed = store.renew(renewals, now);
    for (Renewal renewal : renewals) {
      if (!missed.contains(renewal.id())) {
        tokens.acknowledge(renewal);
        uses.written(renewal, now);
        counts.write();
      }
    }
    forget(missed);
    return missed;
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    tokens.drop(id);
    try {
      return store.replace(id, successor, now);
    } finally {
      tokens.drop(id);
    }
  }

  /** Revokes a record. It is read from the store again afterwards, even if the call fails. */
  @Override
  public List<TokenId> end(TokenId id, Ending ending) {
    tokens.drop(id);
    try {
      List<TokenId> ended = store.end(id, ending);
      forget(ended);
      return ended;
    } finally {
      tokens.drop(id);
    }
  }

  @Override
  public List<TokenId> endAll(Selection selection, Ending ending, int limit) {
    List<TokenId> ended = store.endAll(selection, ending, limit);
    forget(ended);
    return ended;
  }

  @Override
  public List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit) {
    return store.list(subject, now, after, limit);
  }

  @Override
  public Ends endedWithin(Duration window, int limit) {
    return store.endedWithin(window, limit);
  }

  @Override
  public Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    Sweep sweep = store.sweep(expiredBefore, deadBefore, limit);
    forget(sweep.expired());
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
  void forget(Collection<TokenId> ended) {
    for (TokenId id : ended) {
      tokens.drop(id);
      uses.forget(id);
    }
  }
}
