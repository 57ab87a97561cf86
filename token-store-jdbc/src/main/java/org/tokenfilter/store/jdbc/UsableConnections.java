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
 * Keeps connections out of use that lead to nobody, or to a server that has been demoted: after a
 * restart or a failover a pool still holds them. They are looked for from the moment on that a
 * connection was lost, that a write was refused, or that a server says it is a standby; and given
 * up, so that the pool makes new ones. Where that does not help, since the new ones lead to such a
 * server too, a few a second are given up until it does.
 *
 * <p>A standby is not even read from: it may not yet know what has ended. Safe for many threads.
 */
final class UsableConnections {

  private enum State {
    WRITABLE,
    READ_ONLY,
    STANDBY,
    LOST
  }

  /** For how long each connection is looked at before it is used. */
  private static final Duration SUSPICION = Duration.ofMinutes(1);

  /** More than a pool holds; given up at once, if need be. */
  private static final int MOST = 64;

  /** After so long one more may be given up. */
  private static final Duration ONE_MORE = Duration.ofMillis(250);

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStore.class);

  private final Dialect dialect;
  private final LongSupplier nanoTime;
  private boolean suspected;
  private long suspectedAt;
  private boolean told;
  private long toldAt;
  private int left = MOST;
  private long countedAt;

  UsableConnections(Dialect dialect, LongSupplier nanoTime) {
    this.dialect = dialect;
    this.nanoTime = nanoTime;
    this.countedAt = nanoTime.getAsLong();
  }

  /** A connection was lost: others of its age may be, too. */
  synchronized void lost() {
    suspected = true;
    suspectedAt = nanoTime.getAsLong();
  }

  /** A write was refused. Whether the connection that it was refused on is to be given up. */
  synchronized boolean refused() {
    if (!told || nanoTime.getAsLong() - toldAt >= SUSPICION.toNanos()) {
      told = true;
      toldAt = nanoTime.getAsLong();
      log.warn(
          "the database server takes no writes: it has been demoted, or is read-only. Connections"
              + " to it are given up, so that the DataSource makes new ones; its URL has to lead to"
              + " the primary");
    }
    lost();
    return giveUp();
  }

  /** Whether work may be done on this connection; else it is to be given up. */
  boolean accepts(Connection connection) throws SQLException {
    if (!suspected() && !saysStandby(connection)) {
      return true;
    }
    State state = state(connection);
    if (state == State.WRITABLE) {
      return true;
    }
    if (state == State.LOST ? giveUp() : refused()) {
      return false;
    }
    if (state == State.STANDBY) {
      throw new SQLException("the server is a standby, which may not know all ends", "25006");
    }
    return true;
  }

  private synchronized boolean suspected() {
    return suspected && nanoTime.getAsLong() - suspectedAt < SUSPICION.toNanos();
  }

  private synchronized boolean giveUp() {
    long more = (nanoTime.getAsLong() - countedAt) / ONE_MORE.toNanos();
    left = (int) Math.min(MOST, left + more);
    countedAt += more * ONE_MORE.toNanos();
    if (left == 0) {
      return false;
    }
    left--;
    return true;
  }

  private boolean saysStandby(Connection connection) throws SQLException {
    return dialect == Dialect.POSTGRESQL
        && PostgresDriver.isOf(connection)
        && PostgresDriver.of(connection).saysStandby();
  }

  private State state(Connection connection) throws SQLException {
    String question = dialect.readOnly();
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
      if (Failures.lost(e) || Failures.misnamed(e)) {
        return State.LOST;
      }
      throw e;
    }
  }
}
