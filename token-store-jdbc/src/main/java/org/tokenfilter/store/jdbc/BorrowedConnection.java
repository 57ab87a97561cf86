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
final class BorrowedConnection implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(BorrowedConnection.class);

  /** The value for a setting that was not changed, or that the driver does not support. */
  private static final int NOT_CHANGED = -1;

  private final Connection connection;
  private int originalNetworkTimeout = NOT_CHANGED;
  private int originalIsolation = NOT_CHANGED;
  private int originalPrepareThreshold = NOT_CHANGED;
  private boolean autoCommitOff;
  private boolean transactionOpen;
  private boolean committing;
  private boolean discarded;

  private BorrowedConnection(Connection connection) {
    this.connection = connection;
  }

  static BorrowedConnection from(DataSource source, Duration networkTimeout) throws SQLException {
    BorrowedConnection borrowed = new BorrowedConnection(borrow(source));
    boolean ready = false;
    try {
      borrowed.setNetworkTimeout((int) networkTimeout.toMillis());
      ready = true;
      return borrowed;
    } finally {
      if (!ready) {
        borrowed.close();
      }
    }
  }

  /**
   * Borrows a connection. Some closed pools throw a RuntimeException, which becomes SQLException.
   */
  private static Connection borrow(DataSource source) throws SQLException {
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
  void requireAutoCommit() throws SQLException {
    if (!connection.getAutoCommit()) {
      throw new TokenStoreException(
          "the DataSource provided a connection inside a transaction; autoCommit must be on",
          null,
          false);
    }
  }

  /** Begins a transaction at READ COMMITTED, regardless of the connection's isolation. */
  void begin(Dialect dialect) throws SQLException {
    String isolation = dialect.isolationStatement();
    if (isolation == null) {
      int usual = connection.getTransactionIsolation();
      if (usual != Connection.TRANSACTION_READ_COMMITTED) {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        originalIsolation = usual;
      }
    }
    autoCommitOff = true;
    connection.setAutoCommit(false);
    transactionOpen = true;
    if (isolation != null) {
      try (PreparedStatement statement = connection.prepareStatement(isolation)) {
        statement.execute();
      }
    }
  }

  void commit() throws SQLException {
    committing = true;
    connection.commit();
    transactionOpen = false;
  }

  /** Rolls the transaction back and turns autoCommit on. */
  void rollback() throws SQLException {
    connection.rollback();
    transactionOpen = false;
    connection.setAutoCommit(true);
  }

  /** Returns whether changes may be committed although no result arrived. */
  boolean mayBeCommitted() {
    return committing || !autoCommitOff;
  }

  /**
   * Stops the PostgreSQL driver from naming statements on the server until this connection is
   * closed, because behind a pooler the next statement may reach another server process. Does
   * nothing with other drivers.
   */
  void disableNamedStatements() throws SQLException {
    if (originalPrepareThreshold == NOT_CHANGED && PostgresDriver.supports(connection)) {
      PostgresDriver driver = PostgresDriver.of(connection);
      originalPrepareThreshold = driver.prepareThreshold();
      driver.prepareThreshold(0);
    }
  }

  /** Marks the connection as unusable, so that closing aborts it. */
  void discardOnClose() {
    discarded = true;
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
      clean = !discarded;
    } catch (SQLException | RuntimeException e) {
      log.debug("a connection could not be restored and is discarded", e);
    } finally {
      returnToPool(clean);
    }
  }

  private void restore() throws SQLException {
    if (transactionOpen) {
      connection.rollback();
      transactionOpen = false;
    }
    if (autoCommitOff) {
      connection.setAutoCommit(true);
    }
    if (originalIsolation != NOT_CHANGED) {
      connection.setTransactionIsolation(originalIsolation);
    }
    if (originalPrepareThreshold != NOT_CHANGED) {
      PostgresDriver.of(connection).prepareThreshold(originalPrepareThreshold);
    }
    if (originalNetworkTimeout != NOT_CHANGED) {
      connection.setNetworkTimeout(Runnable::run, originalNetworkTimeout);
    }
  }

  private void returnToPool(boolean clean) {
    try {
      if (!clean) {
        connection.abort(Runnable::run);
        triggerPoolEviction();
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
  private void triggerPoolEviction() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("select 1");
    }
  }

  private void setNetworkTimeout(int millis) throws SQLException {
    try {
      int usual = connection.getNetworkTimeout();
      connection.setNetworkTimeout(Runnable::run, millis);
      originalNetworkTimeout = usual;
    } catch (SQLFeatureNotSupportedException | AbstractMethodError missing) {
      log.trace("the driver has no network timeout", missing);
    }
  }
}
