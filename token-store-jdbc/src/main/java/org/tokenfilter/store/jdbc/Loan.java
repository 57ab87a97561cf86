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
 * A connection that goes back as it came: out of any transaction, with its own settings. One that
 * cannot be cleaned, or is of no use, is aborted, so that no pool hands it to somebody else.
 */
final class Loan implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Loan.class);

  /** For connections whose driver has no network timeout. */
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

  /** Some pools throw something else when they have been closed. */
  private static Connection take(DataSource source) throws SQLException {
    try {
      return source.getConnection();
    } catch (RuntimeException e) {
      throw new SQLNonTransientConnectionException(
          "the DataSource gives no connection", "08001", e);
    }
  }

  Connection connection() {
    return connection;
  }

  /** A connection inside of a transaction is not ours to commit; its owner could undo a log-out. */
  void requireOwnTransactions() throws SQLException {
    if (!connection.getAutoCommit()) {
      throw new TokenStoreException(
          "the DataSource gave a connection inside of a transaction (autoCommit is off)",
          null,
          false);
    }
  }

  /** Begins a transaction at READ COMMITTED, whatever the connection's isolation is. */
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

  /** Undoes what was done so far. */
  void undo() throws SQLException {
    connection.rollback();
    open = false;
    connection.setAutoCommit(true);
  }

  /** Whether it may be that what was done is there to stay, although that was not answered. */
  boolean mayBeCommitted() {
    return committing || !begun;
  }

  /**
   * From now on statements get no names on the server, where the driver is PostgreSQL's own: behind
   * a pooler the next one may reach another server process.
   */
  void sendUnnamed() throws SQLException {
    if (usualPrepareThreshold == UNKNOWN && PostgresDriver.isOf(connection)) {
      PostgresDriver driver = PostgresDriver.of(connection);
      usualPrepareThreshold = driver.prepareThreshold();
      driver.prepareThreshold(0);
    }
  }

  /** The connection itself is of no use to anybody: it is not to go back into its pool. */
  void giveUp() {
    spoiled = true;
  }

  /** Undoes what was not committed. Never throws: the answer does not hang on the cleaning. */
  @Override
  public void close() {
    boolean clean = false;
    try {
      restore();
      clean = !spoiled;
    } catch (SQLException | RuntimeException e) {
      log.debug("a connection could not be cleaned and is given up", e);
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
      log.debug("a connection was given up: {}", e.toString());
    }
    try {
      connection.close();
    } catch (SQLException | RuntimeException e) {
      log.debug("a connection could not be closed", e);
    }
  }

  /** Some pools give up a connection only when it fails, and would lend this one once more. */
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
