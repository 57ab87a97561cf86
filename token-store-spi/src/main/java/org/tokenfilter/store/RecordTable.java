package org.tokenfilter.store;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
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

  private final Map<TokenId, TokenRecord> records = new ConcurrentHashMap<>();
  private final RecordIndex<String> byGroup = new RecordIndex<>(TokenRecord::group);
  private final RecordIndex<TokenId> byParent = new RecordIndex<>(TokenRecord::parent);
  private final RecordIndex<String> bySubject = new RecordIndex<>(TokenRecord::subject);
  private final DueQueue toExpire = new DueQueue();
  private final DueQueue toDelete = new DueQueue();
  private final RevocationLog revocations;

  RecordTable(RevocationLog revocations) {
    this.revocations = revocations;
  }

  @Nullable TokenRecord get(TokenId id) {
    return records.get(id);
  }

  /**
   * Returns whether the record with this id exists and is live at {@code now}, so that a child may
   * be inserted.
   *
   * @throws IllegalArgumentException if that record has a parent itself
   */
  boolean mayHaveChildren(TokenId id, Instant now) {
    TokenRecord parent = records.get(id);
    if (parent == null) {
      return false;
    }
    if (parent.parent() != null) {
      throw new IllegalArgumentException("the parent must not have a parent itself");
    }
    return parent.liveAt(now);
  }

  /** Returns a group's live records, the oldest first. */
  List<TokenRecord> liveInGroup(String group, Instant now) {
    return lookUp(byGroup.get(group)).filter(record -> record.liveAt(now)).toList();
  }

  /** Returns a subject's unrevoked records issued at or before a time, the oldest first. */
  Stream<TokenRecord> ofSubject(String subject, Instant issuedUntil) {
    return lookUp(bySubject.get(subject))
        .takeWhile(record -> !record.issuedAt().isAfter(issuedUntil));
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
    byGroup.add(record);
    byParent.add(record);
    bySubject.add(record);
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

  /** Revokes a record and its children; returns their ids, or none if it was not unrevoked. */
  List<TokenId> revoke(TokenId id, Revocation revocation) {
    List<TokenRecord> ended = revokeFamily(id, revocation);
    List<TokenId> ids = ended.stream().map(TokenRecord::id).toList();
    revocations.add(ids);
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
      revocations.add(
          ended.stream()
              .filter(record -> isAfter(record.deadline(), expiredBefore))
              .map(TokenRecord::id)
              .toList());
      return ended.stream().map(TokenRecord::id).toList();
    }
    toExpire.schedule(due, deadline);
    return List.of();
  }

  private static boolean isAfter(@Nullable Instant deadline, Instant expiredBefore) {
    return deadline == null || !deadline.isBefore(expiredBefore);
  }

  private void revokeOne(TokenRecord record, Revocation revocation) {
    byGroup.remove(record);
    byParent.remove(record);
    bySubject.remove(record);
    TokenRecord ended = record.revoked(revocation);
    toExpire.schedule(ended.id(), null);
    toDelete.schedule(ended.id(), ended.endOfLife());
    records.put(ended.id(), ended);
  }

  private Stream<TokenRecord> lookUp(Collection<PageCursor> positions) {
    return positions.stream().map(position -> lookUp(position.id()));
  }

  private TokenRecord lookUp(TokenId id) {
    return Objects.requireNonNull(records.get(id));
  }
}
