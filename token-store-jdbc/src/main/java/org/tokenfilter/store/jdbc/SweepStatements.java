package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;

/**
 * The statements of the sweep. It visits the records whose time in {@code visit_at} has come, and
 * skips those that are locked. This time is first the deadline at insertion, then the deadline that
 * the last sweep found, and for a revoked record the end of its life.
 */
final class SweepStatements {

  /**
   * The columns of a record that its expiry needs; they can be read even if the record cannot.
   *
   * @param deadline null for a record that never expires, whose {@code visit_at} was set from
   *     outside
   */
  private record ExpiryCandidate(TokenId id, @Nullable Instant deadline) {

    private static final String COLUMNS = "id, idle_expires_at, expires_at";

    static ExpiryCandidate read(ResultSet row) throws SQLException {
      Instant idle = RecordRows.timeOrNull(row, "idle_expires_at");
      Instant hard = RecordRows.timeOrNull(row, "expires_at");
      boolean idleFirst = hard == null || (idle != null && idle.isBefore(hard));
      return new ExpiryCandidate(RecordRows.id(row), idleFirst ? idle : hard);
    }
  }

  private record SweptRows(
      DueRows.Batch<ExpiryCandidate> due,
      DueRows.Batch<TokenId> dead,
      List<TokenId> expired,
      boolean more) {}

  /** The least number of old changes that a sweep deletes, which may be more than records. */
  private static final int MIN_TRIMMED = 5_000;

  private final RevokeStatements revokeStatements;
  private final MarkStatements marks;
  private final ChangeFeed feed;
  private final DueRows<ExpiryCandidate> toExpire;
  private final DueRows<TokenId> toDelete;
  private final String setVisitAt;
  private final String delete;

  SweepStatements(
      TableNames tableNames,
      Dialect dialect,
      RevokeStatements revokeStatements,
      MarkStatements marks,
      ChangeFeed feed) {
    this.revokeStatements = revokeStatements;
    this.marks = marks;
    this.feed = feed;
    this.toExpire =
        new DueRows<>(tableNames, dialect, ExpiryCandidate.COLUMNS, 0, ExpiryCandidate::read);
    this.toDelete = new DueRows<>(tableNames, dialect, "id", 1, RecordRows::id);
    this.setVisitAt = tableNames.sql("update ${prefix}token_record set visit_at = ? where id = ?");
    this.delete = tableNames.sql("delete from ${prefix}token_record where id in (${ids})");
  }

  SweepResult sweep(
      Transactions transactions, Instant expiredBefore, Instant deadBefore, int limit) {
    SweptRows done =
        transactions.inTransaction(executor -> sweep(executor, expiredBefore, deadBefore, limit));
    toExpire.onCommitted(done.due());
    toDelete.onCommitted(done.dead());
    return new SweepResult(done.expired(), done.dead().rows().size(), done.more());
  }

  private SweptRows sweep(
      SqlExecutor executor, Instant expiredBefore, Instant deadBefore, int limit)
      throws SQLException {
    DueRows.Batch<ExpiryCandidate> due = toExpire.findUnlocked(executor, expiredBefore, limit);
    int rest = limit - due.rows().size();
    DueRows.Batch<TokenId> dead = toDelete.findUnlocked(executor, deadBefore, rest);
    if (due.rows().isEmpty() && dead.rows().isEmpty()) {
      // If all due rows are locked, wait for one, so that the caller does not retry at once.
      due = toExpire.awaitFirst(executor, expiredBefore);
      dead = due.rows().isEmpty() ? toDelete.awaitFirst(executor, deadBefore) : dead;
    }
    List<TokenId> expired = expire(executor, due.rows(), expiredBefore);
    InList.update(executor, delete, dead.rows());
    marks.trim(executor, deadBefore, 2 * limit);
    boolean more =
        feed.trim(executor, Math.max(MIN_TRIMMED, 2 * limit))
            || due.rows().size() + dead.rows().size() >= limit
            || toExpire.hasMore(executor, expiredBefore)
            || toDelete.hasMore(executor, deadBefore);
    return new SweptRows(due, dead, expired, more);
  }

  private List<TokenId> expire(
      SqlExecutor executor, List<ExpiryCandidate> due, Instant expiredBefore) throws SQLException {
    Map<TokenId, Revocation> expired = new LinkedHashMap<>();
    List<@Nullable Object[]> renewed = new ArrayList<>();
    for (ExpiryCandidate record : due) {
      Instant deadline = record.deadline();
      if (deadline != null && deadline.isBefore(expiredBefore)) {
        // As of its deadline, because the record was unusable from then on.
        expired.put(record.id(), Revocation.of(RevocationReason.EXPIRED, deadline));
      } else {
        renewed.add(new @Nullable Object[] {RecordRows.millis(deadline), record.id()});
      }
    }
    executor.batch(setVisitAt, renewed);
    return revokeStatements.expireLocked(executor, expired, expiredBefore);
  }
}
