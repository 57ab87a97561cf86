package org.tokenfilter.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The records in memory and their indexes. {@link #get} is thread-safe. Callers of all other
 * methods must hold the store's lock.
 *
 * <p>The indexes hold only unrevoked records, since a revoked record counts for no limit, is not
 * listed and cannot be revoked again.
 */
final class RecordTable {

  /** The subject and the group that the records of one group share. */
  private record GroupKey(String subject, String group) {}

  private final Map<TokenId, TokenRecord> records = new ConcurrentHashMap<>();
  private final RecordIndex<GroupKey> byGroup = new RecordIndex<>(RecordTable::groupKey);
  private final RecordIndex<TokenId> byParent = new RecordIndex<>(TokenRecord::parent);
  private final RecordIndex<String> bySubject = new RecordIndex<>(TokenRecord::subject);
  private final RecordIndex<ExternalId> byExternalSession =
      new RecordIndex<>(record -> origin(record, Origin::session));
  private final RecordIndex<ExternalId> byExternalAccount =
      new RecordIndex<>(record -> origin(record, Origin::account));
  private final DueQueue toExpire = new DueQueue();
  private final DueQueue toDelete = new DueQueue();
  private final ChangeLog changes;

  RecordTable(ChangeLog changes) {
    this.changes = changes;
  }

  @Nullable TokenRecord get(TokenId id) {
    return records.get(id);
  }

  /**
   * Returns whether the parent of a new record exists and is live at {@code now}.
   *
   * @throws IllegalArgumentException if the parent has a parent itself, or another subject
   */
  boolean parentIsLive(TokenRecord child, Instant now) {
    TokenRecord parent = records.get(Objects.requireNonNull(child.parent()));
    if (parent == null) {
      return false;
    }
    if (parent.parent() != null || !parent.subject().equals(child.subject())) {
      throw new IllegalArgumentException(
          "the parent must have the same subject and must not have a parent itself");
    }
    return parent.liveAt(now);
  }

  /** Returns the live records of a record's group, the oldest first; none if it has no group. */
  List<TokenRecord> liveInGroupOf(TokenRecord record, Instant now) {
    GroupKey key = groupKey(record);
    return key == null
        ? List.of()
        : lookUp(byGroup.get(key)).filter(other -> other.liveAt(now)).toList();
  }

  /** Returns the unrevoked records of a selection, the oldest first. */
  Stream<TokenRecord> selected(Selection selection) {
    NavigableSet<PageCursor> all =
        switch (selection.by()) {
          case SUBJECT, GROUP -> bySubject.get(Objects.requireNonNull(selection.subject()));
          case EXTERNAL_SESSION ->
              byExternalSession.get(Objects.requireNonNull(selection.external()));
          case EXTERNAL_ACCOUNT ->
              byExternalAccount.get(Objects.requireNonNull(selection.external()));
        };
    return lookUp(all).filter(selection::contains);
  }

  /** Returns a subject's unrevoked records before a position, the newest first. */
  Stream<TokenRecord> ofSubjectBefore(String subject, @Nullable PageCursor position) {
    var all = bySubject.get(subject);
    return lookUp((position == null ? all : all.headSet(position, false)).descendingSet());
  }

  void add(TokenRecord record) {
    if (records.putIfAbsent(record.id(), record) != null) {
      throw new DuplicateTokenException(record.id());
    }
    indexes().forEach(index -> index.add(record));
    toExpire.schedule(record.id(), record.deadline());
  }

  /** Renews a live record, without rescheduling it; returns false if there is none. */
  boolean renew(Renewal renewal, Instant now) {
    TokenRecord record = records.get(renewal.id());
    if (record == null || !record.liveAt(now)) {
      return false;
    }
    records.put(record.id(), record.renewed(renewal));
    return true;
  }

  AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    TokenRecord record = records.get(id);
    if (record == null || !record.liveAt(now)) {
      return AmendResult.ENDED;
    }
    if (record.version() != expectedVersion) {
      return AmendResult.STALE;
    }
    TokenRecord amended = record.amended(details);
    indexes().forEach(index -> index.remove(record));
    indexes().forEach(index -> index.add(amended));
    records.put(id, amended);
    changes.add(Change.amended(id, details.version()));
    return AmendResult.AMENDED;
  }

  /** Revokes a record and its children; returns their ids, or none if it was not unrevoked. */
  List<TokenId> revoke(TokenId id, Revocation revocation) {
    List<TokenId> ids = revokeFamily(id, revocation).stream().map(TokenRecord::id).toList();
    ids.forEach(revoked -> changes.add(Change.revoked(revoked, revocation.reason())));
    return ids;
  }

  /** Returns the revoked records as they were before: the given one, then its children. */
  private List<TokenRecord> revokeFamily(TokenId id, Revocation revocation) {
    TokenRecord record = records.get(id);
    if (record == null || record.revocation() != null) {
      return List.of();
    }
    // The children first: readers take no lock, and no reader may find a revoked parent with a
    // live child.
    List<TokenRecord> children = lookUp(byParent.get(id)).toList();
    children.forEach(
        child -> revokeOne(child, Revocation.of(revocation.reason(), revocation.at())));
    revokeOne(record, revocation);
    return Stream.concat(Stream.of(record), children.stream()).toList();
  }

  SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    List<TokenId> expired = new ArrayList<>();
    int looked = 0;
    for (TokenId due = toExpire.firstDueBefore(expiredBefore);
        due != null && looked < limit;
        due = toExpire.firstDueBefore(expiredBefore)) {
      expired.addAll(expire(due, expiredBefore));
      looked++;
    }
    int deleted = 0;
    for (TokenId due = toDelete.firstDueBefore(deadBefore);
        due != null && looked < limit;
        due = toDelete.firstDueBefore(deadBefore)) {
      toDelete.schedule(due, null);
      records.remove(due);
      deleted++;
      looked++;
    }
    boolean more =
        toExpire.firstDueBefore(expiredBefore) != null
            || toDelete.firstDueBefore(deadBefore) != null;
    return new SweepResult(expired, deleted, more);
  }

  /**
   * Revokes a due record, or reschedules it for its new deadline if it was renewed. Each node
   * detects expiry by itself, so the log receives only children that would have lived longer.
   */
  private List<TokenId> expire(TokenId due, Instant expiredBefore) {
    Instant deadline = Objects.requireNonNull(lookUp(due).deadline());
    if (deadline.isBefore(expiredBefore)) {
      // Revoked as of its deadline, from which it was unusable, and not as of the sweep.
      List<TokenRecord> ended =
          revokeFamily(due, Revocation.of(RevocationReason.EXPIRED, deadline));
      ended.stream()
          .filter(record -> isAfter(record.deadline(), expiredBefore))
          .forEach(record -> changes.add(Change.revoked(record.id(), RevocationReason.EXPIRED)));
      return ended.stream().map(TokenRecord::id).toList();
    }
    toExpire.schedule(due, deadline);
    return List.of();
  }

  private static boolean isAfter(@Nullable Instant deadline, Instant expiredBefore) {
    return deadline == null || !deadline.isBefore(expiredBefore);
  }

  private void revokeOne(TokenRecord record, Revocation revocation) {
    indexes().forEach(index -> index.remove(record));
    TokenRecord ended = record.revoked(revocation);
    toExpire.schedule(ended.id(), null);
    toDelete.schedule(ended.id(), ended.endOfLife());
    records.put(ended.id(), ended);
  }

  private Stream<RecordIndex<?>> indexes() {
    return Stream.of(byGroup, byParent, bySubject, byExternalSession, byExternalAccount);
  }

  private static @Nullable GroupKey groupKey(TokenRecord record) {
    return record.group() == null ? null : new GroupKey(record.subject(), record.group());
  }

  private static @Nullable ExternalId origin(
      TokenRecord record, Function<Origin, @Nullable ExternalId> part) {
    Origin origin = record.details().origin();
    return origin == null ? null : part.apply(origin);
  }

  private Stream<TokenRecord> lookUp(Collection<PageCursor> positions) {
    return positions.stream().map(position -> lookUp(position.id()));
  }

  private TokenRecord lookUp(TokenId id) {
    return Objects.requireNonNull(records.get(id));
  }
}
