package org.tokenfilter.store.base;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.StoreArguments;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** The steps of a store on its records, within one transaction. Used by one thread. */
final class StoreTransaction {

  private final RecordRows records;
  private final ChangeRows changes;
  private final MarkRows marks;

  StoreTransaction(Rows rows, Instant storeTime, UnreadableRecordLog log) {
    records = new RecordRows(rows, log);
    changes = new ChangeRows(rows, storeTime);
    marks = new MarkRows(rows);
  }

  RecordRows records() {
    return records;
  }

  ChangeRows changes() {
    return changes;
  }

  MarkRows marks() {
    return marks;
  }

  /** Completes a write. */
  void finish() throws Exception {
    records.finish();
    changes.finish();
  }

  InsertResult insert(TokenRecord record, Limit limit, Instant now) throws Exception {
    records.requireUnused(record.id());
    if (record.parent() != null && !parentIsLive(record, record.parent(), now)) {
      return InsertResult.of(InsertResult.Outcome.PARENT_ENDED);
    }
    Optional<List<TokenId>> evicted = new GroupRoom(this).makeRoom(record, limit, now);
    if (evicted.isEmpty()) {
      return InsertResult.of(InsertResult.Outcome.GROUP_FULL);
    }
    records.add(record);
    return new InsertResult(InsertResult.Outcome.INSERTED, evicted.get());
  }

  private boolean parentIsLive(TokenRecord child, TokenId parentId, Instant now) throws Exception {
    RecordRow parent = records.get(parentId);
    if (parent == null) {
      return false;
    }
    if (parent.hasParent() || !parent.hasLink(RowKeys.ofSubject(child.subject()))) {
      throw new IllegalArgumentException(
          "the parent must have the same subject and must not have a parent itself");
    }
    return parent.liveAt(now);
  }

  Set<TokenId> renew(Collection<Renewal> renewals, Instant now) throws Exception {
    Set<TokenId> missed = new HashSet<>();
    for (Renewal renewal : renewals) {
      RecordRow row = records.get(renewal.id());
      TokenRecord record = row == null || !row.liveAt(now) ? null : records.recordOrNull(row);
      if (row == null || record == null) {
        missed.add(renewal.id());
      } else {
        records.change(row, row.with(record.renewed(renewal)));
      }
    }
    return missed;
  }

  AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now)
      throws Exception {
    RecordRow row = records.get(id);
    if (row == null || !row.liveAt(now)) {
      return AmendResult.ENDED;
    }
    TokenRecord record = records.record(row);
    if (record.version() != expectedVersion) {
      return AmendResult.STALE;
    }
    records.change(row, row.with(record.amended(details)));
    changes.add(List.of(Change.amended(id, details.version())));
    return AmendResult.AMENDED;
  }

  boolean replace(TokenId id, long version, TokenRecord successor, Limit limit, Instant now)
      throws Exception {
    RecordRow row = records.get(id);
    if (row == null || !row.liveAt(now)) {
      return false;
    }
    TokenRecord replaced = records.record(row);
    StoreArguments.requireSuccessorOf(replaced, successor);
    // The replaced record is one of its group.
    if (replaced.version() != version
        || new GroupRoom(this).live(replaced, now).size() > limit.max()) {
      return false;
    }
    records.requireUnused(successor.id());
    records.add(successor);
    revoke(id, new Revocation(now, RevocationReason.REPLACED, successor.id()));
    return true;
  }

  List<TokenId> revoke(TokenId id, Revocation revocation) throws Exception {
    List<TokenId> ids = revokeFamily(id, revocation).stream().map(RecordRow::id).toList();
    changes.add(ids.stream().map(it -> Change.revoked(it, revocation.reason())).toList());
    return ids;
  }

  List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) throws Exception {
    String link = RowKeys.of(selection);
    List<RecordRow> chosen =
        records.some(
            link, link + RowKeys.END, limit, row -> !selection.except().contains(row.id()));
    List<TokenId> revoked = new ArrayList<>();
    for (RecordRow row : chosen) {
      revoked.addAll(revoke(row.id(), revocation));
    }
    return revoked;
  }

  /**
   * Revokes a record and its children, without a change for the log; returns their former rows, or
   * none if the record was not unrevoked.
   */
  List<RecordRow> revokeFamily(TokenId id, Revocation revocation) throws Exception {
    RecordRow row = records.get(id);
    if (row == null || row.revoked()) {
      return List.of();
    }
    List<RecordRow> children = records.linked(RowKeys.ofParent(id), child -> true);
    for (RecordRow child : children) {
      records.change(child, child.revoked(Revocation.of(revocation.reason(), revocation.at())));
    }
    records.change(row, row.revoked(revocation));
    return Stream.concat(Stream.of(row), children.stream()).toList();
  }

  List<TokenRecord> list(String subject, Instant now, @Nullable PageCursor after, int limit)
      throws Exception {
    String link = RowKeys.ofSubject(subject);
    String from = after == null ? link : RowKeys.entry(link, after.issuedAt(), after.id()) + "0";
    List<TokenRecord> page = new ArrayList<>();
    records.some(
        from,
        link + RowKeys.END,
        limit,
        row -> {
          TokenRecord record = row.liveAt(now) ? records.recordOrNull(row) : null;
          if (record != null) {
            page.add(record);
          }
          return record != null;
        });
    return page;
  }
}
