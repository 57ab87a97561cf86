package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.StoreArguments;

/**
 * The statements of marks (S22). One insert decides who gets a new mark, one guarded update who
 * gets one that has ended.
 */
final class MarkStatements {

  /** The most rounds in which a mark that is in the way may be deleted before it is taken over. */
  private static final int MAX_ROUNDS = 5;

  private final String insert;
  private final String takeOver;
  private final String find;
  private final String due;
  private final String trim;
  private final TextCodec codec;

  MarkStatements(TableNames tableNames, Dialect dialect) {
    this.codec = dialect.textCodec();
    this.insert =
        tableNames.sql(
            "insert into ${prefix}token_mark (name, marked_until) values (?, ?)"
                // Without an error in the log of the server.
                + (dialect == Dialect.POSTGRESQL ? " on conflict do nothing" : ""));
    this.takeOver =
        tableNames.sql(
            """
            update ${prefix}token_mark set marked_until = ? where name = ? and marked_until <= ?\
            """);
    this.find =
        tableNames.sql(
            "select marked_until from ${prefix}token_mark where name = ? and marked_until > ?");
    this.due =
        tableNames.sql(
            """
            select max(marked_until) as last_one from (
              select marked_until from ${prefix}token_mark where marked_until < ?
              order by marked_until limit ?) due\
            """);
    this.trim = tableNames.sql("delete from ${prefix}token_mark where marked_until <= ?");
  }

  /**
   * Sets a mark.
   *
   * @throws IllegalArgumentException if the name is invalid, or the end is not after now
   */
  boolean mark(Transactions transactions, String name, Instant until, Instant now) {
    StoreArguments.requireMark(name, until, now);
    Object text = codec.value(name);
    long end = endMillis(until);
    for (int round = 0; round < MAX_ROUNDS; round++) {
      if (transactions.autoCommitted(executor -> insert(executor, text, end))
          || transactions.autoCommitted(executor -> takeOver(executor, text, end, now))) {
        return true;
      }
      if (isSet(transactions, name, now)) {
        return false;
      }
    }
    return false;
  }

  private boolean insert(SqlExecutor executor, @Nullable Object name, long end)
      throws SQLException {
    try {
      return executor.update(insert, name, end) > 0;
    } catch (SQLException e) {
      if (SqlErrors.isDuplicateKey(e)) {
        return false;
      }
      throw e;
    }
  }

  private boolean takeOver(SqlExecutor executor, @Nullable Object name, long end, Instant now)
      throws SQLException {
    return executor.update(takeOver, end, name, now.toEpochMilli()) > 0;
  }

  boolean isSet(Transactions transactions, String name, Instant now) {
    return transactions.idempotent(
        executor ->
            executor
                .queryFirst(
                    find, row -> row.getLong("marked_until"), codec.value(name), now.toEpochMilli())
                .isPresent());
  }

  /** Deletes about {@code limit} of the marks that ended before a time. */
  void trim(SqlExecutor executor, Instant endedBefore, int limit) throws SQLException {
    Long last =
        executor
            .query(
                due,
                row -> {
                  long time = row.getLong("last_one");
                  return row.wasNull() ? Long.MIN_VALUE : time;
                },
                endedBefore.toEpochMilli(),
                limit)
            .get(0);
    if (last > Long.MIN_VALUE) {
      executor.update(trim, last);
    }
  }

  /** Returns the time in milliseconds, rounded up, so that no mark ends before its time. */
  private static long endMillis(Instant until) {
    try {
      long millis = until.toEpochMilli();
      return Instant.ofEpochMilli(millis).isBefore(until) ? Math.addExact(millis, 1) : millis;
    } catch (ArithmeticException never) {
      return Long.MAX_VALUE;
    }
  }
}
