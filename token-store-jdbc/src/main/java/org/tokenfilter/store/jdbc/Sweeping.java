package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * Looks at the records whose mark ({@code visit_at}) has come, and leaves those alone that somebody
 * else holds. The mark is the deadline that a record was inserted with, and later the one that the
 * sweep found; of an ended record it is the death.
 */
final class Sweeping {

  private static final long START = Long.MIN_VALUE;

  private static final String EXPIRY =
      "select " + RecordRows.COLUMNS + ", visit_at from ${prefix}token_record where ended = 0";

  private static final String DELETION =
      "select id, visit_at from ${prefix}token_record where ended = 1";

  private static final String DUE =
      " and visit_at >= ? and visit_at < ? order by visit_at limit ? for update skip locked";

  private record Due<T>(T what, long visitAt) {}

  private record Done(List<TokenId> expired, int looked, int deleted, long expiry, long deletion) {}

  private final Transactions transactions;
  private final Endings endings;
  private final EndLog log;
  private final String toExpire;
  private final String toDelete;
  private final String mark;
  private final String delete;

  /**
   * Where a full portion left off, so that the next one need not walk what was swept and is not yet
   * cleared away; from the start again after one that was not full.
   */
  private final AtomicLong expiryFrom = new AtomicLong(START);

  private final AtomicLong deletionFrom = new AtomicLong(START);

  Sweeping(Tables tables, Transactions transactions, Endings endings, EndLog log) {
    this.transactions = transactions;
    this.endings = endings;
    this.log = log;
    this.toExpire = tables.sql(EXPIRY + DUE);
    this.toDelete = tables.sql(DELETION + DUE);
    this.mark = tables.sql("update ${prefix}token_record set visit_at = ? where id = ?");
    this.delete = tables.sql("delete from ${prefix}token_record where id in (${ids})");
  }

  Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    long expiry = expiryFrom.get();
    long deletion = deletionFrom.get();
    Done done =
        transactions.together(
            session -> sweep(session, expiredBefore, deadBefore, limit, expiry, deletion));
    expiryFrom.set(done.expiry());
    deletionFrom.set(done.deletion());
    boolean fromStart = expiry == START && deletion == START;
    return new Sweep(
        done.expired(), done.deleted(), done.looked() + done.deleted() >= limit || !fromStart);
  }

  private Done sweep(
      Session session,
      Instant expiredBefore,
      Instant deadBefore,
      int limit,
      long expiryFrom,
      long deletionFrom)
      throws SQLException {
    List<Due<TokenRecord>> due =
        due(session, toExpire, RecordRows::read, expiryFrom, expiredBefore, limit);
    List<TokenId> expired = expire(session, due, expiredBefore);
    int rest = limit - due.size();
    List<Due<TokenId>> dead =
        rest == 0
            ? List.of()
            : due(session, toDelete, RecordRows::id, deletionFrom, deadBefore, rest);
    InList.update(session, delete, dead.stream().map(Due::what).toList());
    log.trim(session, 2 * limit);
    return new Done(
        expired,
        due.size(),
        dead.size(),
        next(due, limit),
        rest == 0 ? deletionFrom : next(dead, rest));
  }

  private List<TokenId> expire(Session session, List<Due<TokenRecord>> due, Instant expiredBefore)
      throws SQLException {
    Map<TokenId, Ending> expired = new LinkedHashMap<>();
    List<@Nullable Object[]> renewed = new ArrayList<>();
    for (Due<TokenRecord> one : due) {
      TokenRecord record = one.what();
      Instant deadline = Objects.requireNonNull(record.deadline());
      if (deadline.isBefore(expiredBefore)) {
        // At its deadline: from then on nobody could use it, whenever the sweep came by.
        expired.put(record.id(), Ending.of(Reason.EXPIRED, deadline));
      } else {
        renewed.add(new @Nullable Object[] {RecordRows.millis(deadline), record.id()});
      }
    }
    session.batch(mark, renewed);
    return endings.endLocked(session, expired);
  }

  private static <T> List<Due<T>> due(
      Session session, String sql, Session.Row<T> row, long from, Instant before, int limit)
      throws SQLException {
    return session.query(
        sql,
        (ResultSet found) -> new Due<>(row.read(found), found.getLong("visit_at")),
        from,
        RecordRows.millis(before),
        limit);
  }

  private static long next(List<? extends Due<?>> due, int limit) {
    return due.size() < limit ? START : due.get(due.size() - 1).visitAt();
  }
}
