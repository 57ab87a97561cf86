package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.DuplicateTokenException;
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
 * A store of several shards, each a store of its own, which keeps all records of a subject in one.
 * It remembers where each id is, as long as it lives.
 */
final class ShardingTokenStore implements TokenStore {

  private final Map<TokenId, Integer> places = new ConcurrentHashMap<>();
  private final List<? extends TokenStore> parts;

  ShardingTokenStore(List<? extends TokenStore> parts) {
    this.parts = parts;
  }

  @Override
  public int shards() {
    return parts.size();
  }

  @Override
  public int shardOf(TokenId id) {
    return places.getOrDefault(id, 0);
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    TokenId parent = record.parent();
    if (parent != null
        && shardOf(parent) != shardOfText(record.subject())
        && partOf(parent).find(parent).isPresent()) {
      throw new IllegalArgumentException("the parent must have the same subject");
    }
    return placed(record).insert(record, limit, now);
  }

  @Override
  public FindResult find(Collection<TokenId> ids) {
    Map<TokenId, TokenRecord> records = new HashMap<>();
    Set<TokenId> unreadable = new HashSet<>();
    byShard(ids, Function.identity())
        .forEach(
            (shard, some) -> {
              FindResult found = parts.get(shard).find(some);
              records.putAll(found.records());
              unreadable.addAll(found.unreadable());
            });
    return new FindResult(records, unreadable);
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    Set<TokenId> missed = new HashSet<>();
    byShard(renewals, Renewal::id)
        .forEach((shard, some) -> missed.addAll(parts.get(shard).renew(some, now)));
    return missed;
  }

  @Override
  public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    return partOf(id).amend(id, expectedVersion, details, now);
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    if (shardOfText(successor.subject()) != shardOf(id) && partOf(id).find(id).isPresent()) {
      throw new IllegalArgumentException("successor must have the replaced record's subject");
    }
    placed(successor);
    return partOf(id).replace(id, version, successor, limit, now);
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return partOf(id).revoke(id, revocation);
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    String subject = selection.subject();
    if (subject != null) {
      return parts.get(shardOfText(subject)).revokeAll(selection, revocation, limit);
    }
    List<TokenId> revoked = new ArrayList<>();
    for (TokenStore part : parts) {
      if (revoked.size() < limit) {
        revoked.addAll(part.revokeAll(selection, revocation, limit - revoked.size()));
      }
    }
    return revoked;
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return parts.get(shardOfText(subject)).list(subject, now, after, limit);
  }

  @Override
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    return parts.get(shard).changes(0, cursor, limit);
  }

  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    return parts.get(shard).sweep(0, expiredBefore, deadBefore, limit);
  }

  @Override
  public boolean mark(String name, Instant until, Instant now) {
    return parts.get(shardOfText(name)).mark(name, until, now);
  }

  @Override
  public boolean marked(String name, Instant now) {
    return parts.get(shardOfText(name)).marked(name, now);
  }

  @Override
  public void close() {
    parts.forEach(TokenStore::close);
  }

  /** Returns the shard of a new record, and remembers it. */
  private TokenStore placed(TokenRecord record) {
    int shard = shardOfText(record.subject());
    Integer before = places.putIfAbsent(record.id(), shard);
    if (before != null && before != shard) {
      if (parts.get(before).find(record.id()).isPresent()) {
        throw new DuplicateTokenException(record.id());
      }
      places.put(record.id(), shard);
    }
    return parts.get(shard);
  }

  private TokenStore partOf(TokenId id) {
    return parts.get(shardOf(id));
  }

  private int shardOfText(String text) {
    return Math.floorMod(text.hashCode(), parts.size());
  }

  private <T> Map<Integer, List<T>> byShard(Collection<T> values, Function<T, TokenId> id) {
    return values.stream().collect(Collectors.groupingBy(value -> shardOf(id.apply(value))));
  }
}
