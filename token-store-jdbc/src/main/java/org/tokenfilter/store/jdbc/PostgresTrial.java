package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import org.tokenfilter.store.TokenStoreException;

/** Tries a transaction before the first one counts: it must be one, and may write. */
final class PostgresTrial {

  private PostgresTrial() {}

  /**
   * Begins a transaction on this connection and asks in it; whoever closes the loan undoes it.
   *
   * @throws IllegalArgumentException if there are no transactions of several statements
   * @throws TokenStoreException if nothing may be written
   */
  static void run(Loan loan) throws SQLException {
    try {
      loan.begin(Dialect.POSTGRESQL);
      requireWrites(loan.connection());
      loan.undo();
    } catch (SQLException e) {
      // PgBouncer in statement mode closes the connection, and says so in words alone.
      if (String.valueOf(e.getMessage()).contains("statement pooling mode")) {
        throw new IllegalArgumentException(
            "the connection pooler before PostgreSQL is in statement mode, where no log-out is a"
                + " transaction: use pool_mode=transaction or session, or connect to PostgreSQL"
                + " itself",
            e);
      }
      throw e;
    }
  }

  private static void requireWrites(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(Objects.requireNonNull(Dialect.POSTGRESQL.readOnly()))) {
      row.next();
      if (row.getInt("standby") != 0) {
        throw new TokenStoreException(
            "the database server is a standby, which takes no writes: let the URL lead to the"
                + " primary, with several hosts by targetServerType=primary",
            null,
            true);
      }
      if (row.getInt("read_only") != 0) {
        throw new TokenStoreException(
            "transactions are read-only: the DataSource says so (readOnly), or the database or the"
                + " role does (default_transaction_read_only). The token store needs to write",
            null,
            true);
      }
    }
  }
}
