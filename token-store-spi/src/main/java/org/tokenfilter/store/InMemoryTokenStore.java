package org.tokenfilter.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A token store that keeps all records in memory, for a single node, for trials and for tests. The
 * records are lost with the object. Safe for use by multiple threads.
 *
 * <p>{@link #find} takes no lock; all other methods share one. A {@link #sweep} deletes dead
 * records. If the store is not swept, each insertion deletes a few records that have been dead for
 * longer than the retention, so that memory use is bounded by the number of live and recently dead
 * records.
 */
public final class InMemoryTokenStore implements TokenStore {

  private static final Duration DEFAULT_RETENTION = Duration.ofHours(1);

  /**
   * More than one, so that deletion keeps up with insertion: a record may be visited to reschedule
   * it and to revoke it before it is deleted.
   */
  private static final int SWEPT_PER_INSERTION = 4;

  private final Object lock = new Object();
  private final Duration retention;
  private final MarkTable marks = new MarkTable();
  private final ChangeLog changes;
  private final RecordTable records;
  private final GroupLimitEnforcer groups;
  private volatile boolean closed;

  /** Creates an empty store that uses the system clock and keeps dead records for an hour. */
  public InMemoryTokenStore() {
    this(Clock.systemUTC(), DEFAULT_RETENTION);
  }

  /**
   * Creates an empty store.
   *
   * @param clock the store's own clock, which {@link #changes} uses
   * @param retention the minimum time for which dead records are kept (S4); not negative
   * @throws IllegalArgumentException if the retention is negative
   */
  public InMemoryTokenStore(Clock clock, Duration retention) {
    if (retention.isNegative()) {
      throw new IllegalArgumentException("retention must not be negative, but is " + retention);
    }
    this.retention = retention;
    this.changes = new ChangeLog(clock);
    this.records = new RecordTable(changes);
    this.groups = new GroupLimitEnforcer(records);
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    requireOpen();
    StoreArguments.requireNew(record);
    synchronized (lock) {
      if (records.get(record.id()) != null) {
        throw new DuplicateTokenException(record.id());
      }
      if (record.parent() != null && !records.parentIsLive(record, now)) {
        return InsertResult.of(InsertResult.Outcome.PARENT_ENDED);
      }
      Optional<List<TokenId>> evicted = groups.makeRoom(record, limit, now);
      if (evicted.isEmpty()) {
        return InsertResult.of(InsertResult.Outcome.GROUP_FULL);
      }
      records.add(record);
      sweepSome(now);
      return new InsertResult(InsertResult.Outcome.INSERTED, evicted.get());
    }
  }

  @Override
  public FindResult find(Collection<TokenId> ids) {
    requireOpen();
    return FindResult.of(
        ids.stream()
            .map(records::get)
            .filter(Objects::nonNull)
            .collect(Collectors.toMap(TokenRecord::id, Function.identity())));
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    requireOpen();
    return Optional.ofNullable(records.get(id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    requireOpen();
    Set<TokenId> missed = new HashSet<>();
    synchronized (lock) {
      for (Renewal renewal : renewals) {
        if (!records.renew(renewal, now)) {
          missed.add(renewal.id());
        }
      }
    }
    return Set.copyOf(missed);
  }

  @Override
  public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    requireOpen();
    StoreArguments.requireNewVersion(details, expectedVersion);
    synchronized (lock) {
      return records.amend(id, expectedVersion, details, now);
    }
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    requireOpen();
    StoreArguments.requireSuccessor(successor);
    synchronized (lock) {
      TokenRecord replaced = records.get(id);
      if (replaced == null || !replaced.liveAt(now)) {
        return false;
      }
      StoreArguments.requireSuccessorOf(replaced, successor);
      // The replaced record is one of its group.
      if (replaced.version() != version
          || records.liveInGroupOf(replaced, now).size() > limit.max()) {
        return false;
      }
      // The successor first: a reader that finds its id in the replaced record must find it, too.
      records.add(successor);
      records.revoke(id, new Revocation(now, RevocationReason.REPLACED, successor.id()));
      sweepSome(now);
      return true;
    }
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    requireOpen();
    synchronized (lock) {
      return records.revoke(id, revocation);
    }
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    requireOpen();
    synchronized (lock) {
      List<TokenId> chosen = records.selected(selection).map(TokenRecord::id).limit(limit).toList();
      return chosen.stream().flatMap(id -> records.revoke(id, revocation).stream()).toList();
    }
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    requireOpen();
    synchronized (lock) {
      return records
          .ofSubjectBefore(subject, after)
          .filter(record -> record.liveAt(now))
          .limit(limit)
          .toList();
    }
  }

  @Override
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    requireOpen();
    synchronized (lock) {
      return changes.since(cursor, limit);
    }
  }

  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    requireOpen();
    synchronized (lock) {
      marks.forgetBefore(deadBefore);
      return records.sweep(expiredBefore, deadBefore, limit);
    }
  }

  @Override
  public boolean mark(String name, Instant until, Instant now) {
    requireOpen();
    synchronized (lock) {
      marks.forgetBefore(now.minus(retention));
      return marks.mark(name, until, now);
    }
  }

  @Override
  public boolean marked(String name, Instant now) {
    requireOpen();
    synchronized (lock) {
      return marks.isSet(name, now);
    }
  }

  /** Closes the store: from then on each call throws, and none answers "not found". */
  @Override
  public void close() {
    closed = true;
  }

  private void sweepSome(Instant now) {
    Instant forgotten = now.minus(retention);
    records.sweep(forgotten, forgotten, SWEPT_PER_INSERTION);
  }

  private void requireOpen() {
    if (closed) {
      throw new TokenStoreException("the store is closed", null, false);
    }
  }
}
