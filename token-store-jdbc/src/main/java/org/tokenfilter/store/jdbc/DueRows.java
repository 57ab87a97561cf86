package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The rows of one kind whose mark ({@code visit_at}) has come, the earliest first as far as the
 * database's index tells them apart.
 *
 * @param <T> what is read from a row
 */
final class DueRows<T> {

  /**
   * What was found, and locked.
   *
   * @param from where to look the next time, once this is committed
   */
  record Portion<T>(List<T> rows, long from) {

    static <T> Portion<T> none(long from) {
      return new Portion<>(List.of(), from);
    }
  }

  private record Marked<T>(T row, long visitAt) {}

  private static final long START = Long.MIN_VALUE;

  /** Binds the time twice: for the index, and to the millisecond. */
  private static final String BEFORE = " and ${visit} <= ${visit?} and visit_at < ?";

  /** In order, or a database may look for any one, which it expects to be many, in the table. */
  private static final String FIRST = " order by ${visit} limit 1";

  private static final String DUE =
      BEFORE + " and ${visit} >= ${visit?} order by ${visit} limit ? for update";

  private final Session.Row<T> row;
  private final String free;
  private final String any;
  private final String left;

  /**
   * Where a full portion began, so that the next one need not walk all that was swept and is not
   * yet cleared away; from the start again after one that was not full. That it walks the portion
   * before once more lets PostgreSQL note in the index that those are gone, and the last walk, from
   * the start, passes over them without a look at the table. A hint.
   */
  private final AtomicLong from = new AtomicLong(START);

  /**
   * Rows of one kind.
   *
   * @param ended of those that have ended (1) or have not (0)
   */
  DueRows(Tables tables, Dialect dialect, String columns, int ended, Session.Row<T> row) {
    String where =
        " from ${prefix}token_record where ended = " + ended + " and " + RecordRows.IS_ID;
    String due = sql(tables, dialect, "select visit_at, " + columns + where + DUE);
    this.row = row;
    this.free = due + " skip locked";
    this.any = due;
    this.left =
        sql(
            tables,
            dialect,
            "select count(*) as waiting from (select visit_at" + where + BEFORE + FIRST + ") due");
  }

  private static String sql(Tables tables, Dialect dialect, String text) {
    return tables.sql(
        text.replace("${visit}", dialect.visit("visit_at"))
            .replace("${visit?}", dialect.visit("?")));
  }

  /** Those that nobody holds. */
  Portion<T> free(Session session, Instant before, int limit) throws SQLException {
    long start = from.get();
    if (limit == 0) {
      return Portion.none(start);
    }
    List<Marked<T>> found = query(session, free, start, before, limit);
    return new Portion<>(rows(found), found.size() < limit ? START : found.get(0).visitAt());
  }

  /** The first one; waits for whoever holds it. */
  Portion<T> first(Session session, Instant before) throws SQLException {
    return new Portion<>(rows(query(session, any, START, before, 1)), START);
  }

  /** Whether there is any. */
  boolean left(Session session, Instant before) throws SQLException {
    Long time = RecordRows.millis(before);
    return session.query(left, one -> one.getInt("waiting"), time, time).get(0) > 0;
  }

  /** The portion was committed. */
  void done(Portion<T> portion) {
    from.set(portion.from());
  }

  private List<Marked<T>> query(Session session, String sql, long start, Instant before, int limit)
      throws SQLException {
    Long time = RecordRows.millis(before);
    return session.query(
        sql,
        found -> new Marked<>(row.read(found), found.getLong("visit_at")),
        time,
        time,
        start,
        limit);
  }

  private static <T> List<T> rows(List<Marked<T>> marked) {
    return marked.stream().map(Marked::row).toList();
  }
}
