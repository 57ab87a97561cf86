package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * A runner of work on connections of a DataSource. Each piece of work takes effect as a whole or
 * not at all:
 *
 * <ol>
 *   <li>It borrows a connection. A connection inside a transaction is rejected. A dead connection,
 *       or one to a server that accepts no writes, is discarded and replaced.
 *   <li>The work runs within the timeout of its statements and of the network.
 *   <li>The changes of records are written to the feed, as the last step before the commit.
 *   <li>The connection is returned with its settings restored, or discarded if it is unusable.
 *   <li>Work that surely had no effect is retried, at most twice and only within the timeout: after
 *       a deadlock, on a server that accepts no writes, on a server process that does not know a
 *       statement name, or after the connection was lost before the commit was sent.
 * </ol>
 *
 * <p>Thread-safe.
 */
final class Transactions {

  /** A piece of work on a connection; may run several times. */
  interface Work<T> {
    T run(SqlExecutor executor) throws SQLException;
  }

  /** A way to run work. */
  private enum Mode {
    AUTO_COMMIT,
    IDEMPOTENT,
    TRANSACTION
  }

  private static final int MAX_RETRIES = 2;
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final DataSource source;
  private final Dialect dialect;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private final DatabaseEnvironment environment;
  private final ConnectionValidator validator;
  private final ChangeWriter changeWriter;

  /**
   * Creates a runner.
   *
   * @param timeout the time after which a piece of work starts no further statement
   * @param nanoTime the monotonic clock
   * @param changeWriter the writer of the changes that work reports
   */
  Transactions(
      DataSource source,
      Dialect dialect,
      Duration timeout,
      LongSupplier nanoTime,
      DatabaseEnvironment environment,
      ChangeWriter changeWriter) {
    this.changeWriter = changeWriter;
    this.source = source;
    this.dialect = dialect;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
    this.environment = environment;
    this.validator = new ConnectionValidator(dialect, nanoTime);
  }

  /** Returns the network timeout of a call, which is longer than that of any statement. */
  static Duration networkTimeout(Duration timeout) {
    return timeout.plusSeconds(2);
  }

  /** Runs a single statement as an auto-committed transaction. */
  <T> T autoCommitted(Work<T> work) {
    return runWithRetries(Mode.AUTO_COMMIT, work);
  }

  /** Runs a single idempotent statement as an auto-committed transaction. */
  <T> T idempotent(Work<T> work) {
    return runWithRetries(Mode.IDEMPOTENT, work);
  }

  /** Runs several statements in one transaction. */
  <T> T inTransaction(Work<T> work) {
    return runWithRetries(Mode.TRANSACTION, work);
  }

  private <T> T runWithRetries(Mode mode, Work<T> work) {
    TimeBudget budget = TimeBudget.start(timeout, nanoTime);
    for (int retries = 0; ; retries++) {
      Attempt attempt = new Attempt(mode, budget);
      try {
        T result = attempt.run(work);
        if (attempt.changed) {
          changeWriter.onCommitted();
        }
        return result;
      } catch (SQLException e) {
        // On other databases a deadlock has the same SQLState and does not show the isolation.
        environment.learnFrom(e, dialect == Dialect.POSTGRESQL && mode != Mode.TRANSACTION);
        if (retries == MAX_RETRIES || budget.isExhausted() || !attempt.hadNoEffect(e)) {
          throw SqlErrors.toStoreException(e);
        }
        // A random pause, so that the same transactions do not collide again.
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MAX_PAUSE_NANOS));
      }
    }
  }

  /** One attempt at a piece of work. */
  private final class Attempt {

    private final Mode mode;
    private final TimeBudget budget;
    private boolean changed;
    private boolean retryableIfLost;

    Attempt(Mode mode, TimeBudget budget) {
      this.mode = mode;
      this.budget = budget;
    }

    <T> T run(Work<T> work) throws SQLException {
      try (BorrowedConnection borrowed = borrow()) {
        try {
          return mode == Mode.TRANSACTION || environment.higherIsolation()
              ? runInTransaction(work, borrowed)
              : work.run(new SqlExecutor(borrowed.connection(), budget));
        } catch (SQLException e) {
          retryableIfLost = mode == Mode.IDEMPOTENT || !borrowed.mayBeCommitted();
          if (SqlErrors.isConnectionLost(e)) {
            validator.onConnectionLost();
          }
          if (SqlErrors.isStatementNameMismatch(e)
              || (SqlErrors.isReadOnly(e) && validator.onWriteRefused())) {
            borrowed.discardOnClose();
          }
          throw e;
        }
      }
    }

    private BorrowedConnection borrow() throws SQLException {
      while (!budget.isExhausted()) {
        BorrowedConnection borrowed = BorrowedConnection.from(source, networkTimeout(timeout));
        boolean ready = false;
        try {
          borrowed.requireAutoCommit();
          if (environment.behindPooler()) {
            borrowed.disableNamedStatements();
          }
          ready = validator.isUsable(borrowed.connection());
          if (ready) {
            return borrowed;
          }
          borrowed.discardOnClose();
        } finally {
          if (!ready) {
            borrowed.close();
          }
        }
      }
      throw new SQLTimeoutException(
          "the timeout of the call was reached before a usable connection was found");
    }

    private <T> T runInTransaction(Work<T> work, BorrowedConnection borrowed) throws SQLException {
      borrowed.begin(dialect);
      SqlExecutor executor = new SqlExecutor(borrowed.connection(), budget);
      T result = work.run(executor);
      if (executor.rollbackOnly()) {
        return result;
      }
      if (!executor.changes().isEmpty()) {
        changeWriter.write(executor, executor.changes());
      }
      borrowed.commit();
      changed = !executor.changes().isEmpty();
      return result;
    }

    boolean hadNoEffect(SQLException failure) {
      return SqlErrors.isRolledBack(failure)
          || SqlErrors.isStatementNameMismatch(failure)
          || SqlErrors.isReadOnly(failure)
          || (retryableIfLost && SqlErrors.isConnectionLost(failure));
    }
  }
}
