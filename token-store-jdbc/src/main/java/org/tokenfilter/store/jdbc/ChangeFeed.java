package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;

/** The table of changes and the questions for them (S12). Thread-safe. */
interface ChangeFeed {

  /** Writes changes in their transaction, after all of its other statements. */
  void write(SqlExecutor executor, List<Change> changes) throws SQLException;

  /**
   * Returns a page of the changes since a cursor.
   *
   * @param cursor the cursor of an earlier page; null for the first question
   */
  Changes read(SqlExecutor executor, @Nullable String cursor, int limit) throws SQLException;

  /**
   * Deletes some of the changes that all readers can have seen for long enough.
   *
   * @return whether there are more of them
   */
  boolean trim(SqlExecutor executor, int limit) throws SQLException;

  /** Returns the feed of this database. */
  static ChangeFeed of(Dialect dialect, TableNames tableNames) {
    return dialect == Dialect.POSTGRESQL
        ? new SnapshotFeed(tableNames)
        : new LaneFeed(tableNames, dialect);
  }
}
