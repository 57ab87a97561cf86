package org.tokenfilter.store.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.TokenId;

/**
 * The executor of SQL statements for one attempt at a piece of work. Each statement is limited to
 * the time that is left for the call. Not thread-safe.
 */
final class SqlExecutor {

  /** A function that reads one row. */
  interface RowMapper<T> {
    T read(ResultSet row) throws SQLException;
  }

  private interface StatementAction<T> {
    T apply(PreparedStatement statement) throws SQLException;
  }

  private final Connection connection;
  private final TimeBudget budget;
  private final List<Change> changes = new ArrayList<>();
  private boolean rollbackOnly;

  SqlExecutor(Connection connection, TimeBudget budget) {
    this.connection = connection;
    this.budget = budget;
  }

  <T> List<T> query(String sql, RowMapper<T> row, @Nullable Object... values) throws SQLException {
    return prepare(
        sql,
        statement -> {
          bind(statement, values);
          try (ResultSet rows = statement.executeQuery()) {
            List<T> read = new ArrayList<>();
            while (rows.next()) {
              read.add(row.read(rows));
            }
            return read;
          }
        });
  }

  <T> Optional<T> queryFirst(String sql, RowMapper<T> row, @Nullable Object... values)
      throws SQLException {
    return query(sql, row, values).stream().findFirst();
  }

  /** Runs a statement and returns the number of changed rows. */
  int update(String sql, @Nullable Object... values) throws SQLException {
    return prepare(
        sql,
        statement -> {
          bind(statement, values);
          return statement.executeUpdate();
        });
  }

  /** Runs a statement once for each list of values, and returns the numbers of changed rows. */
  int[] batch(String sql, List<@Nullable Object[]> repetitions) throws SQLException {
    if (repetitions.isEmpty()) {
      return new int[0];
    }
    return prepare(
        sql,
        statement -> {
          for (@Nullable Object[] values : repetitions) {
            bind(statement, values);
            statement.addBatch();
          }
          return statement.executeBatch();
        });
  }

  Array createArray(String type, @Nullable Object[] elements) throws SQLException {
    return connection.createArrayOf(type, elements);
  }

  /** Marks the transaction for rollback, although no error occurred. */
  void setRollbackOnly() {
    rollbackOnly = true;
  }

  boolean rollbackOnly() {
    return rollbackOnly;
  }

  /** Adds a change to those that all nodes read once this transaction is committed (S12). */
  void report(Change change) {
    changes.add(change);
  }

  List<Change> changes() {
    return changes;
  }

  private <T> T prepare(String sql, StatementAction<T> action) throws SQLException {
    if (budget.isExhausted()) {
      throw new SQLTimeoutException(
          "the timeout of the call was reached before the next statement");
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      // H2 keeps the query timeout for the connection, not for the statement.
      int usual = statement.getQueryTimeout();
      statement.setQueryTimeout(budget.remainingSeconds());
      try {
        return action.apply(statement);
      } finally {
        statement.setQueryTimeout(usual);
      }
    }
  }

  private static void bind(PreparedStatement statement, @Nullable Object... values)
      throws SQLException {
    for (int index = 0; index < values.length; index++) {
      Object value = values[index];
      if (value instanceof TokenId id) {
        statement.setBytes(index + 1, id.bytes());
      } else if (value instanceof byte[] bytes) {
        statement.setBytes(index + 1, bytes);
      } else {
        statement.setObject(index + 1, value);
      }
    }
  }
}
