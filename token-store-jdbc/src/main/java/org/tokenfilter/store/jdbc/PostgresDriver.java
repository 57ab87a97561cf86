package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * The functions of PostgreSQL's own driver beyond JDBC, for connections that {@link #supports}
 * accepts. The driver is optional; without it, {@link #supports} returns false for all connections.
 */
final class PostgresDriver {

  private final PGConnection connection;

  private PostgresDriver(PGConnection connection) {
    this.connection = connection;
  }

  /**
   * Returns whether this is a connection of that driver; false if the driver is missing. Some
   * wrappers claim to wrap such a connection and unwrap to another wrapper.
   */
  static boolean supports(Connection connection) throws SQLException {
    try {
      Class<?> driver = PGConnection.class;
      return connection.isWrapperFor(driver) && driver.isInstance(connection.unwrap(driver));
    } catch (LinkageError missing) {
      return false;
    }
  }

  /** Returns the driver's view of a connection that {@link #supports} accepts. */
  static PostgresDriver of(Connection connection) throws SQLException {
    return new PostgresDriver(connection.unwrap(PGConnection.class));
  }

  /** Returns the number of executions after which a statement is named on the server; 0: never. */
  int prepareThreshold() {
    return connection.getPrepareThreshold();
  }

  /** Sets the number of executions, without communication with the server. */
  void prepareThreshold(int executions) {
    connection.setPrepareThreshold(executions);
  }

  /** Returns the id of the server process that was reported when the connection was opened. */
  int backendPid() {
    return connection.getBackendPID();
  }

  /** Returns whether the server reported that it is a standby; servers do so from version 14 on. */
  boolean reportsStandby() {
    return "on".equals(connection.getParameterStatus("in_hot_standby"));
  }

  /**
   * Returns the notifications since the last call.
   *
   * @param millis the longest wait for the first notification
   */
  PGNotification[] notifications(int millis) throws SQLException {
    PGNotification[] told = connection.getNotifications(millis);
    return told == null ? new PGNotification[0] : told;
  }
}
