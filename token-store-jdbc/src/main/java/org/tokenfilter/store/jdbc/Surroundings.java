package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What stands between the store and its database, as far as has been found out: at the start by
 * trying, and later by what goes wrong. Each finding is told once, and stays. Safe for many
 * threads.
 */
final class Surroundings {

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStore.class);

  private volatile boolean pooled;
  private volatile boolean strict;

  /**
   * Whether statements may reach different server processes, although they are sent on one
   * connection: outside of a transaction nothing may be left in a session, names of statements
   * included.
   */
  boolean pooled() {
    return pooled;
  }

  /**
   * Whether the database runs a statement that is a transaction of its own at a higher isolation
   * than READ COMMITTED, where it fails instead of waiting for another one.
   */
  boolean strict() {
    return strict;
  }

  /** Looks at a connection of the kind that will be used. */
  void explore(Loan loan, Dialect dialect) throws SQLException {
    Connection connection = loan.connection();
    if (dialect != Dialect.POSTGRESQL) {
      return;
    }
    if (PostgresDriver.isOf(connection)) {
      loan.sendUnnamed();
      if (PostgresBackend.of(connection) != PostgresDriver.of(connection).backend()) {
        pooled = true;
        log.info(
            "a connection pooler stands before PostgreSQL: statements are sent without names that"
                + " a server process would have to remember");
      }
    }
    if (connection.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
      isolated();
    }
  }

  /** Draws a conclusion from a failure; the next attempt is made by what is known then. */
  void learn(SQLException failure, boolean single) {
    if (Failures.misnamed(failure) && !pooled) {
      pooled = true;
      log.warn(
          "a server process of PostgreSQL does not know what the driver prepared on another one"
              + " (SQLState {}): a connection pooler in transaction mode stands before it. The"
              + " token store names no statements from now on; set prepareThreshold=0 in the URL of"
              + " the DataSource for all others",
          failure.getSQLState());
    }
    if (single && Failures.unserializable(failure) && !strict) {
      isolated();
    }
  }

  private void isolated() {
    strict = true;
    log.info(
        "the isolation of these connections is not READ COMMITTED by default: the token store sets"
            + " it for each of its transactions");
  }
}
