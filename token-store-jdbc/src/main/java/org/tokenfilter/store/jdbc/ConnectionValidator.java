package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A validator of pooled connections. After a restart or a failover a pool still holds connections
 * that are dead or lead to a demoted server. Validation starts when a connection is lost, a write
 * is rejected, or a server reports that it is a standby, and lasts one minute. Unusable connections
 * are discarded so that the pool opens new ones. If the new ones lead to such a server too, only a
 * few connections a second are discarded until one is usable.
 *
 * <p>The store does not read from a standby, which may not know the latest revocations yet.
 * Thread-safe.
 */
final class ConnectionValidator {

  private enum State {
    WRITABLE,
    READ_ONLY,
    STANDBY,
    LOST
  }

  /** The time for which each connection is validated before use, after a problem. */
  private static final Duration VALIDATION_PERIOD = Duration.ofMinutes(1);

  /** The number of connections that may be discarded in a burst; more than a pool holds. */
  private static final int MAX_DISCARDS = 64;

  /** The time after which one more connection may be discarded. */
  private static final Duration DISCARD_INTERVAL = Duration.ofMillis(250);

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStore.class);

  private final Dialect dialect;
  private final LongSupplier nanoTime;
  private boolean validating;
  private long validatingSince;
  private boolean warned;
  private long warnedAt;
  private int discardsLeft = MAX_DISCARDS;
  private long refilledAt;

  ConnectionValidator(Dialect dialect, LongSupplier nanoTime) {
    this.dialect = dialect;
    this.nanoTime = nanoTime;
    this.refilledAt = nanoTime.getAsLong();
  }

  /** Starts validation after a connection was lost, since others of its age may be lost too. */
  synchronized void onConnectionLost() {
    validating = true;
    validatingSince = nanoTime.getAsLong();
  }

  /**
   * Starts validation after a write was rejected, and logs a warning at most once a minute.
   *
   * @return whether the caller must discard the connection
   */
  synchronized boolean onWriteRefused() {
    if (!warned || nanoTime.getAsLong() - warnedAt >= VALIDATION_PERIOD.toNanos()) {
      warned = true;
      warnedAt = nanoTime.getAsLong();
      log.warn(
          "the database server accepts no writes; it was demoted or is read-only. Connections to it"
              + " are discarded so that the DataSource opens new ones. The URL of the DataSource"
              + " must lead to the primary");
    }
    onConnectionLost();
    return tryAcquireDiscard();
  }

  /**
   * Returns whether this connection may be used; if false, the caller must discard it.
   *
   * @throws SQLException if the server is a standby and no more connections may be discarded now
   */
  boolean isUsable(Connection connection) throws SQLException {
    if (!validating() && !reportsStandby(connection)) {
      return true;
    }
    State state = state(connection);
    if (state == State.WRITABLE) {
      return true;
    }
    if (state == State.LOST ? tryAcquireDiscard() : onWriteRefused()) {
      return false;
    }
    if (state == State.STANDBY) {
      throw new SQLException("the server is a standby and may not know all revocations", "25006");
    }
    return true;
  }

  private synchronized boolean validating() {
    return validating && nanoTime.getAsLong() - validatingSince < VALIDATION_PERIOD.toNanos();
  }

  private synchronized boolean tryAcquireDiscard() {
    long more = (nanoTime.getAsLong() - refilledAt) / DISCARD_INTERVAL.toNanos();
    discardsLeft = (int) Math.min(MAX_DISCARDS, discardsLeft + more);
    refilledAt += more * DISCARD_INTERVAL.toNanos();
    if (discardsLeft == 0) {
      return false;
    }
    discardsLeft--;
    return true;
  }

  private boolean reportsStandby(Connection connection) throws SQLException {
    return dialect == Dialect.POSTGRESQL
        && PostgresDriver.supports(connection)
        && PostgresDriver.of(connection).reportsStandby();
  }

  private State state(Connection connection) throws SQLException {
    String question = dialect.serverStateQuery();
    if (question == null) {
      return State.WRITABLE;
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question)) {
      row.next();
      if (row.getInt("standby") != 0) {
        return State.STANDBY;
      }
      return row.getInt("read_only") != 0 ? State.READ_ONLY : State.WRITABLE;
    } catch (SQLException e) {
      if (SqlErrors.isConnectionLost(e) || SqlErrors.isStatementNameMismatch(e)) {
        return State.LOST;
      }
      throw e;
    }
  }
}
