package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.util.List;
import org.tokenfilter.store.Change;

/** A writer of changes, as the last step of the transactions that make them. Thread-safe. */
interface ChangeWriter {

  /** A writer for work that changes nothing. */
  ChangeWriter NONE =
      new ChangeWriter() {
        @Override
        public void write(SqlExecutor executor, List<Change> changes) {
          throw new IllegalStateException("changes need a writer");
        }

        @Override
        public void onCommitted() {}
      };

  /** Writes changes in their transaction, after all of its other statements. */
  void write(SqlExecutor executor, List<Change> changes) throws SQLException;

  /** Receives that changes were committed. */
  void onCommitted();
}
