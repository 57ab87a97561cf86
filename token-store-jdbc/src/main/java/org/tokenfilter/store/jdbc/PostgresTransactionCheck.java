package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.tokenfilter.store.TokenStoreException;

/** A check at the start that transactions work and may write. */
final class PostgresTransactionCheck {

  private PostgresTransactionCheck() {}

  /**
   * Runs the check in a transaction on this connection, which is rolled back when the check
   * succeeds or the caller closes the connection.
   *
   * @throws IllegalArgumentException if transactions of several statements are not supported
   * @throws TokenStoreException if the transaction may not write
   */
  static void requireTransactions(BorrowedConnection borrowed) throws SQLException {
    try {
      borrowed.begin(Dialect.POSTGRESQL);
      requireWrites(borrowed.connection());
      borrowed.rollback();
    } catch (SQLException e) {
      // PgBouncer in statement mode closes the connection; only the message gives the reason.
      if (String.valueOf(e.getMessage()).contains("statement pooling mode")) {
        throw new IllegalArgumentException(
            "the connection pooler in front of PostgreSQL is in statement mode, which supports no"
                + " transactions; use pool_mode=transaction or session, or connect to PostgreSQL"
                + " itself",
            e);
      }
      throw e;
    }
  }

  private static void requireWrites(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(Objects.requireNonNull(Dialect.POSTGRESQL.serverStateQuery()))) {
      row.next();
      if (row.getInt("standby") != 0) {
        throw new TokenStoreException(
            "the database server is a standby and accepts no writes; the URL must lead to the"
                + " primary, with several hosts by targetServerType=primary",
            null,
            true);
      }
      if (row.getInt("read_only") != 0) {
        throw new TokenStoreException(
            "transactions are read-only because of the DataSource (readOnly), the database or the"
                + " role (default_transaction_read_only); the token store must be allowed to write",
            null,
            true);
      }
    }
  }
}
