package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The properties of the path between the store and its database. They are detected by checks at the
 * start and later from failures. Each property is logged once and then stays. Thread-safe.
 */
final class DatabaseEnvironment {

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStore.class);

  private volatile boolean behindPooler;
  private volatile boolean higherIsolation;

  /**
   * Returns whether statements on one connection may reach different server processes. If so,
   * statements outside of a transaction must not leave state in a session, such as statement names.
   */
  boolean behindPooler() {
    return behindPooler;
  }

  /**
   * Returns whether the database runs auto-committed statements at a higher isolation than READ
   * COMMITTED, where a statement fails instead of waiting for a concurrent one.
   */
  boolean higherIsolation() {
    return higherIsolation;
  }

  /** Detects the properties with a connection of the DataSource. */
  void inspect(BorrowedConnection borrowed, Dialect dialect) throws SQLException {
    Connection connection = borrowed.connection();
    if (dialect != Dialect.POSTGRESQL) {
      return;
    }
    if (PostgresDriver.supports(connection)) {
      borrowed.disableNamedStatements();
      if (ServerProcessQuery.pidOf(connection) != PostgresDriver.of(connection).backendPid()) {
        behindPooler = true;
        log.info(
            "a connection pooler is in front of PostgreSQL; the token store sends statements"
                + " without names, which a server process would have to remember");
      }
    }
    if (connection.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
      onHigherIsolation();
    }
  }

  /**
   * Detects the properties from a failure; the next attempt uses the result.
   *
   * @param single whether the failed statement was auto-committed and the isolation can be detected
   */
  void learnFrom(SQLException failure, boolean single) {
    if (SqlErrors.isStatementNameMismatch(failure) && !behindPooler) {
      behindPooler = true;
      log.warn(
          "a server process of PostgreSQL does not know a statement that the driver prepared on"
              + " another one (SQLState {}): a connection pooler in transaction mode is in front of"
              + " it. The token store stops naming statements; set prepareThreshold=0 in the URL of"
              + " the DataSource for all other statements",
          failure.getSQLState());
    }
    if (single && SqlErrors.isSerializationFailure(failure) && !higherIsolation) {
      onHigherIsolation();
    }
  }

  private void onHigherIsolation() {
    higherIsolation = true;
    log.info(
        "the default isolation of these connections is not READ COMMITTED; the token store sets it"
            + " for each of its transactions");
  }
}
