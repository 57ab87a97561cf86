package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenId;

/**
 * The statements of the sweep. It visits the records whose time in {@code visit_at} has come, and
 * skips those that are locked. This time is first the deadline at insertion, then the deadline that
 * the last sweep found, and for a revoked record the end of its life.
 */
final class Sweeping {

  /**
   * The columns of a record that its expiry needs; they can be read even if the record cannot.
   *
   * @param deadline null for a record that never expires, whose {@code visit_at} was set from
   *     outside
   */
  private record Due(TokenId id, @Nullable Instant deadline) {

    private static final String COLUMNS = "id, idle_expires_at, expires_at";

    static Due read(ResultSet row) throws SQLException {
      Instant idle = RecordRows.timeOrNull(row, "idle_expires_at");
      Instant hard = RecordRows.timeOrNull(row, "expires_at");
      boolean idleFirst = hard == null || (idle != null && idle.isBefore(hard));
      return new Due(RecordRows.id(row), idleFirst ? idle : hard);
    }
  }

  private record Done(
      DueRows.Portion<Due> due,
      DueRows.Portion<TokenId> dead,
      List<TokenId> expired,
      boolean more) {}

  private final Endings endings;
  private final EndLog log;
  private final DueRows<Due> toExpire;
  private final DueRows<TokenId> toDelete;
  private final String mark;
  private final String delete;

  Sweeping(Tables tables, Dialect dialect, Endings endings, EndLog log) {
    this.endings = endings;
    this.log = log;
    this.toExpire = new DueRows<>(tables, dialect, Due.COLUMNS, 0, Due::read);
    this.toDelete = new DueRows<>(tables, dialect, "id", 1, RecordRows::id);
    this.mark = tables.sql("update ${prefix}token_record set visit_at = ? where id = ?");
    this.delete = tables.sql("delete from ${prefix}token_record where id in (${ids})");
  }

  Sweep sweep(Transactions transactions, Instant expiredBefore, Instant deadBefore, int limit) {
    Done done = transactions.together(session -> sweep(session, expiredBefore, deadBefore, limit));
    toExpire.done(done.due());
    toDelete.done(done.dead());
    return new Sweep(done.expired(), done.dead().rows().size(), done.more());
  }

  private Done sweep(Session session, Instant expiredBefore, Instant deadBefore, int limit)
      throws SQLException {
    DueRows.Portion<Due> due = toExpire.free(session, expiredBefore, limit);
    int rest = limit - due.rows().size();
    DueRows.Portion<TokenId> dead = toDelete.free(session, deadBefore, rest);
    if (due.rows().isEmpty() && dead.rows().isEmpty()) {
      // If all due rows are locked, wait for one, so that the caller does not retry at once.
      due = toExpire.first(session, expiredBefore);
      dead = due.rows().isEmpty() ? toDelete.first(session, deadBefore) : dead;
    }
    List<TokenId> expired = expire(session, due.rows(), expiredBefore);
    InList.update(session, delete, dead.rows());
    log.trim(session, 2 * limit);
    boolean more =
        due.rows().size() + dead.rows().size() >= limit
            || toExpire.left(session, expiredBefore)
            || toDelete.left(session, deadBefore);
    return new Done(due, dead, expired, more);
  }

  private List<TokenId> expire(Session session, List<Due> due, Instant expiredBefore)
      throws SQLException {
    Map<TokenId, Ending> expired = new LinkedHashMap<>();
    List<@Nullable Object[]> renewed = new ArrayList<>();
    for (Due record : due) {
      Instant deadline = record.deadline();
      if (deadline != null && deadline.isBefore(expiredBefore)) {
        // As of its deadline, because the record was unusable from then on.
        expired.put(record.id(), Ending.of(Reason.EXPIRED, deadline));
      } else {
        renewed.add(new @Nullable Object[] {RecordRows.millis(deadline), record.id()});
      }
    }
    session.batch(mark, renewed);
    return endings.expireLocked(session, expired, expiredBefore);
  }
}
