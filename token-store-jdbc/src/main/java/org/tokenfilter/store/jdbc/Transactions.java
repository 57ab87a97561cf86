package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.tokenfilter.store.TokenStoreException;

/**
 * Runs work on connections of a DataSource, each piece as a whole or not at all.
 *
 * <ol>
 *   <li>A connection is taken; one that is inside of a transaction already is refused.
 *   <li>The work runs, bounded by the timeout of its statements and of the network.
 *   <li>It is committed, unless 5 s have passed: a write that comes later could be missed by those
 *       who ask what ended lately.
 *   <li>The connection goes back as it came.
 *   <li>Where the database itself has undone the work, as after a deadlock, it is tried again, at
 *       most twice and while there is time.
 * </ol>
 */
final class Transactions {

  /** Work on a connection; may run several times. */
  interface Work<T> {
    T run(Session session) throws SQLException;
  }

  /** How long after its begin a write may be committed. */
  static final Duration LATEST_COMMIT = Duration.ofSeconds(5);

  private static final int RETRIES = 2;
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

  private final DataSource source;
  private final Dialect dialect;
  private final Duration timeout;
  private final LongSupplier nanoTime;

  /**
   * A runner.
   *
   * @param timeout how long a piece of work may take before no further statement is begun
   */
  Transactions(DataSource source, Dialect dialect, Duration timeout, LongSupplier nanoTime) {
    this.source = source;
    this.dialect = dialect;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  /** How long a call can hang on the network: longer than any statement may take. */
  static Duration networkTimeout(Duration timeout) {
    return timeout.plusSeconds(2);
  }

  /** Runs a single statement, which is a transaction of its own. */
  <T> T single(Work<T> work) {
    return repeat(deadline -> runSingle(work, deadline));
  }

  /** Runs several statements in one transaction. */
  <T> T together(Work<T> work) {
    return repeat(deadline -> runTogether(work, deadline));
  }

  private <T> T runSingle(Work<T> work, Deadline deadline) throws SQLException {
    try (Loan loan = Loan.from(source, networkTimeout(timeout))) {
      loan.requireOwnTransactions();
      return work.run(new Session(loan.connection(), deadline));
    }
  }

  private <T> T runTogether(Work<T> work, Deadline deadline) throws SQLException {
    try (Loan loan = Loan.from(source, networkTimeout(timeout))) {
      Deadline commit = Deadline.in(LATEST_COMMIT, nanoTime);
      loan.requireOwnTransactions();
      loan.begin(dialect);
      Session session = new Session(loan.connection(), deadline);
      T result = work.run(session);
      if (session.undone()) {
        return result;
      }
      if (commit.passed()) {
        throw new TokenStoreException("a write took too long and was undone", null, true);
      }
      loan.commit();
      return result;
    }
  }

  private interface Attempt<T> {
    T run(Deadline deadline) throws SQLException;
  }

  private <T> T repeat(Attempt<T> attempt) {
    Deadline deadline = Deadline.in(timeout, nanoTime);
    for (int retries = 0; ; retries++) {
      try {
        return attempt.run(deadline);
      } catch (SQLException e) {
        if (retries == RETRIES || deadline.passed() || !Failures.undone(e)) {
          throw Failures.unknown(e);
        }
        // By chance, so that those who met do not meet again.
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE));
      }
    }
  }
}
