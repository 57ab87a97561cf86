package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The rows of one kind whose time for a visit ({@code visit_at}) has come, the earliest first as
 * far as the database's index distinguishes them. Thread-safe.
 *
 * @param <T> the type that is read from a row
 */
final class DueRows<T> {

  /**
   * Rows that were found and locked.
   *
   * @param nextStart the {@code visit_at} at which the next search starts, once this is committed
   */
  record Batch<T>(List<T> rows, long nextStart) {

    static <T> Batch<T> empty(long from) {
      return new Batch<>(List.of(), from);
    }
  }

  private record Marked<T>(T row, long visitAt) {}

  private static final long START = Long.MIN_VALUE;

  /** Takes the time as parameter twice: for the index, and to the millisecond. */
  private static final String BEFORE = " and ${visit} <= ${visit?} and visit_at < ?";

  /** Forces the index; without an order, a database that expects many rows may scan the table. */
  private static final String FIRST = " order by ${visit} limit 1";

  private static final String DUE =
      BEFORE + " and ${visit} >= ${visit?} order by ${visit} limit ? for update";

  private final SqlExecutor.RowMapper<T> row;
  private final String findUnlocked;
  private final String findLocking;
  private final String hasMore;

  /**
   * The {@code visit_at} at which the last full batch started, so that the next one need not scan
   * all swept rows that the database has not cleared yet; the minimum after a batch that was not
   * full. The next search scans the previous batch once more, which lets PostgreSQL mark its index
   * entries as dead; the last search, from the minimum, skips them without access to the table. It
   * is only a hint.
   */
  private final AtomicLong nextStart = new AtomicLong(START);

  /**
   * Creates the statements for rows of one kind.
   *
   * @param ended 1 for rows that are revoked, 0 for those that are not
   */
  DueRows(
      TableNames tableNames,
      Dialect dialect,
      String columns,
      int ended,
      SqlExecutor.RowMapper<T> row) {
    String where =
        " from ${prefix}token_record where ended = " + ended + " and " + RecordRows.HAS_VALID_ID;
    String due = sql(tableNames, dialect, "select visit_at, " + columns + where + DUE);
    this.row = row;
    this.findUnlocked = due + " skip locked";
    this.findLocking = due;
    this.hasMore =
        sql(
            tableNames,
            dialect,
            "select count(*) as waiting from (select visit_at" + where + BEFORE + FIRST + ") due");
  }

  private static String sql(TableNames tableNames, Dialect dialect, String text) {
    return tableNames.sql(
        text.replace("${visit}", dialect.visitExpression("visit_at"))
            .replace("${visit?}", dialect.visitExpression("?")));
  }

  /** Finds and locks rows that are not locked, at most {@code limit}. */
  Batch<T> findUnlocked(SqlExecutor executor, Instant before, int limit) throws SQLException {
    long start = nextStart.get();
    if (limit == 0) {
      return Batch.empty(start);
    }
    List<Marked<T>> found = query(executor, findUnlocked, start, before, limit);
    return new Batch<>(rows(found), found.size() < limit ? START : found.get(0).visitAt());
  }

  /** Finds and locks the first row; waits while another transaction has locked it. */
  Batch<T> awaitFirst(SqlExecutor executor, Instant before) throws SQLException {
    return new Batch<>(rows(query(executor, findLocking, START, before, 1)), START);
  }

  /** Returns whether any row is due. */
  boolean hasMore(SqlExecutor executor, Instant before) throws SQLException {
    Long time = RecordRows.millis(before);
    return executor.query(hasMore, one -> one.getInt("waiting"), time, time).get(0) > 0;
  }

  /** Sets the start of the next search, after the transaction of this batch was committed. */
  void onCommitted(Batch<T> batch) {
    nextStart.set(batch.nextStart());
  }

  private List<Marked<T>> query(
      SqlExecutor executor, String sql, long start, Instant before, int limit) throws SQLException {
    Long time = RecordRows.millis(before);
    return executor.query(
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
