package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * What PostgreSQL's own driver knows and does beyond JDBC. The only class that needs it, and only
 * for connections that {@link #isOf} accepts.
 */
final class PostgresDriver {

  private final PGConnection connection;

  private PostgresDriver(PGConnection connection) {
    this.connection = connection;
  }

  /**
   * Whether this is a connection of that driver, which may also be missing altogether. Some that
   * wrap a connection say yes, and hand out a wrapper of their own.
   */
  static boolean isOf(Connection connection) throws SQLException {
    try {
      Class<?> driver = PGConnection.class;
      return connection.isWrapperFor(driver) && driver.isInstance(connection.unwrap(driver));
    } catch (LinkageError missing) {
      return false;
    }
  }

  /** The driver's side of a connection that {@link #isOf} accepts. */
  static PostgresDriver of(Connection connection) throws SQLException {
    return new PostgresDriver(connection.unwrap(PGConnection.class));
  }

  /** After how many executions a statement gets a name on the server; 0 is never. */
  int prepareThreshold() {
    return connection.getPrepareThreshold();
  }

  /** Changes the driver's own state alone; nothing is sent. */
  void prepareThreshold(int executions) {
    connection.setPrepareThreshold(executions);
  }

  /** The process that the connection was told to be served by. */
  int backend() {
    return connection.getBackendPID();
  }

  /** Whether the server has said that it is a standby, as it does from version 14 on. */
  boolean saysStandby() {
    return "on".equals(connection.getParameterStatus("in_hot_standby"));
  }

  /** What was told since the last time; waits for the first word. */
  PGNotification[] notifications(int millis) throws SQLException {
    PGNotification[] told = connection.getNotifications(millis);
    return told == null ? new PGNotification[0] : told;
  }
}
