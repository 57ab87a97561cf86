package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenStoreException;

/**
 * A borrowed connection. Closing it ends any transaction, restores its settings and returns it to
 * the pool. A connection that cannot be restored, or is unusable, is aborted so that the pool does
 * not lend it again. Not thread-safe.
 */
final class Loan implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Loan.class);

  /** The value for a setting that was not changed, or that the driver does not support. */
  private static final int UNKNOWN = -1;

  private final Connection connection;
  private int usualNetworkTimeout = UNKNOWN;
  private int usualIsolation = UNKNOWN;
  private int usualPrepareThreshold = UNKNOWN;
  private boolean begun;
  private boolean open;
  private boolean committing;
  private boolean spoiled;

  private Loan(Connection connection) {
    this.connection = connection;
  }

  static Loan from(DataSource source, Duration networkTimeout) throws SQLException {
    Loan loan = new Loan(take(source));
    boolean ready = false;
    try {
      loan.limitNetwork((int) networkTimeout.toMillis());
      ready = true;
      return loan;
    } finally {
      if (!ready) {
        loan.close();
      }
    }
  }

  /**
   * Borrows a connection. Some closed pools throw a RuntimeException, which becomes SQLException.
   */
  private static Connection take(DataSource source) throws SQLException {
    try {
      return source.getConnection();
    } catch (RuntimeException e) {
      throw new SQLNonTransientConnectionException(
          "the DataSource failed to provide a connection", "08001", e);
    }
  }

  Connection connection() {
    return connection;
  }

  /**
   * Throws if the connection is inside a transaction, which the store must not commit and whose
   * owner could undo a logout.
   */
  void requireOwnTransactions() throws SQLException {
    if (!connection.getAutoCommit()) {
      throw new TokenStoreException(
          "the DataSource provided a connection inside a transaction; autoCommit must be on",
          null,
          false);
    }
  }

  /** Begins a transaction at READ COMMITTED, regardless of the connection's isolation. */
  void begin(Dialect dialect) throws SQLException {
    String isolation = dialect.isolation();
    if (isolation == null) {
      int usual = connection.getTransactionIsolation();
      if (usual != Connection.TRANSACTION_READ_COMMITTED) {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        usualIsolation = usual;
      }
    }
    begun = true;
    connection.setAutoCommit(false);
    open = true;
    if (isolation != null) {
      try (PreparedStatement statement = connection.prepareStatement(isolation)) {
        statement.execute();
      }
    }
  }

  void commit() throws SQLException {
    committing = true;
    connection.commit();
    open = false;
  }

  /** Rolls the transaction back and turns autoCommit on. */
  void undo() throws SQLException {
    connection.rollback();
    open = false;
    connection.setAutoCommit(true);
  }

  /** Returns whether changes may be committed although no result arrived. */
  boolean mayBeCommitted() {
    return committing || !begun;
  }

  /**
   * Stops the PostgreSQL driver from naming statements on the server until this connection is
   * closed, because behind a pooler the next statement may reach another server process. Does
   * nothing with other drivers.
   */
  void sendUnnamed() throws SQLException {
    if (usualPrepareThreshold == UNKNOWN && PostgresDriver.isOf(connection)) {
      PostgresDriver driver = PostgresDriver.of(connection);
      usualPrepareThreshold = driver.prepareThreshold();
      driver.prepareThreshold(0);
    }
  }

  /** Marks the connection as unusable, so that closing aborts it. */
  void giveUp() {
    spoiled = true;
  }

  /**
   * Rolls back uncommitted changes, restores the settings and returns the connection. Never throws,
   * because the result of the call does not depend on this.
   */
  @Override
  public void close() {
    boolean clean = false;
    try {
      restore();
      clean = !spoiled;
    } catch (SQLException | RuntimeException e) {
      log.debug("a connection could not be restored and is discarded", e);
    } finally {
      giveBack(clean);
    }
  }

  private void restore() throws SQLException {
    if (open) {
      connection.rollback();
      open = false;
    }
    if (begun) {
      connection.setAutoCommit(true);
    }
    if (usualIsolation != UNKNOWN) {
      connection.setTransactionIsolation(usualIsolation);
    }
    if (usualPrepareThreshold != UNKNOWN) {
      PostgresDriver.of(connection).prepareThreshold(usualPrepareThreshold);
    }
    if (usualNetworkTimeout != UNKNOWN) {
      connection.setNetworkTimeout(Runnable::run, usualNetworkTimeout);
    }
  }

  private void giveBack(boolean clean) {
    try {
      if (!clean) {
        connection.abort(Runnable::run);
        letThePoolNotice();
      }
    } catch (SQLException | RuntimeException e) {
      log.debug("a discarded connection failed: {}", e.toString());
    }
    try {
      connection.close();
    } catch (SQLException | RuntimeException e) {
      log.debug("a connection could not be closed", e);
    }
  }

  /** Lets a statement fail, because some pools only evict a connection after a failure. */
  private void letThePoolNotice() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("select 1");
    }
  }

  private void limitNetwork(int millis) throws SQLException {
    try {
      int usual = connection.getNetworkTimeout();
      connection.setNetworkTimeout(Runnable::run, millis);
      usualNetworkTimeout = usual;
    } catch (SQLFeatureNotSupportedException | AbstractMethodError missing) {
      log.trace("the driver has no network timeout", missing);
    }
  }
}
