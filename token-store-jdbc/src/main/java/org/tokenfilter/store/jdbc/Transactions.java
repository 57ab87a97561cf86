package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.tokenfilter.store.TokenStoreException;

/**
 * Runs work on connections of a DataSource, each piece as a whole or not at all.
 *
 * <ol>
 *   <li>A connection is taken; one that is inside of a transaction already is refused, one that
 *       leads to nobody or to a server without writes is given up for another one.
 *   <li>The work runs, bounded by the timeout of its statements and of the network.
 *   <li>It is committed, unless 5 s have passed: a write that comes later could be missed by those
 *       who ask what ended lately. For the same reason a commit that the database holds back is not
 *       acknowledged: the answer is not known, and the next call makes sure.
 *   <li>The connection goes back as it came, or is given up where it is of no use to anybody.
 *   <li>What was too much for one transaction is done in others, before anything is answered.
 *   <li>Where the work surely had no effect, it is tried again, at most twice and while there is
 *       time: after a deadlock, on a server that takes no writes, on a process that does not know a
 *       statement, on a connection that was lost before the commit was sent.
 * </ol>
 */
final class Transactions {

  /** Work on a connection; may run several times. */
  interface Work<T> {
    T run(Session session) throws SQLException;
  }

  /** How work is run. */
  private enum Kind {
    SINGLE,
    REPEATABLE,
    TOGETHER
  }

  /** How long after its begin a write may be committed. */
  static final Duration LATEST_COMMIT = Duration.ofSeconds(5);

  private static final int RETRIES = 2;
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

  private final DataSource source;
  private final Dialect dialect;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private final LongSupplier wallMillis;
  private final Surroundings surroundings;
  private final UsableConnections usable;

  /**
   * A runner.
   *
   * @param timeout how long a piece of work may take before no further statement is begun
   * @param wallMillis the wall clock: the other one may stand still while the machine is suspended
   */
  Transactions(
      DataSource source,
      Dialect dialect,
      Duration timeout,
      LongSupplier nanoTime,
      LongSupplier wallMillis,
      Surroundings surroundings) {
    this.wallMillis = wallMillis;
    this.source = source;
    this.dialect = dialect;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
    this.surroundings = surroundings;
    this.usable = new UsableConnections(dialect, nanoTime);
  }

  /** How long a call can hang on the network: longer than any statement may take. */
  static Duration networkTimeout(Duration timeout) {
    return timeout.plusSeconds(2);
  }

  /** How long after the begin of a write it may be acknowledged. */
  static Duration latestAcknowledgement(Duration timeout) {
    return LATEST_COMMIT.plus(networkTimeout(timeout));
  }

  /** Runs a single statement, which is a transaction of its own. */
  <T> T single(Work<T> work) {
    return repeat(Kind.SINGLE, work);
  }

  /** Runs a single statement that does no more when it runs twice. */
  <T> T repeatable(Work<T> work) {
    return repeat(Kind.REPEATABLE, work);
  }

  /** Runs several statements in one transaction. */
  <T> T together(Work<T> work) {
    return repeat(Kind.TOGETHER, work);
  }

  private <T> T repeat(Kind kind, Work<T> work) {
    Deadline deadline = Deadline.in(timeout, nanoTime);
    for (int retries = 0; ; retries++) {
      Attempt attempt = new Attempt(kind, deadline);
      try {
        T result = attempt.run(work);
        attempt.toBeDone.forEach(this::together);
        return result;
      } catch (SQLException e) {
        // Elsewhere a deadlock has the same SQLState, and says nothing of the isolation.
        surroundings.learn(e, dialect == Dialect.POSTGRESQL && kind != Kind.TOGETHER);
        if (retries == RETRIES || deadline.passed() || !attempt.hadNoEffect(e)) {
          throw Failures.unknown(e);
        }
        // By chance, so that those who met do not meet again.
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE));
      }
    }
  }

  /** One try at a piece of work. */
  private final class Attempt {

    private final Kind kind;
    private final Deadline deadline;
    private List<Work<?>> toBeDone = List.of();
    private boolean harmless;

    Attempt(Kind kind, Deadline deadline) {
      this.kind = kind;
      this.deadline = deadline;
    }

    <T> T run(Work<T> work) throws SQLException {
      try (Loan loan = take()) {
        try {
          return kind == Kind.TOGETHER || surroundings.strict()
              ? runTogether(work, loan)
              : work.run(new Session(loan.connection(), deadline));
        } catch (SQLException e) {
          harmless = kind == Kind.REPEATABLE || !loan.mayBeCommitted();
          if (Failures.lost(e)) {
            usable.lost();
          }
          if (Failures.misnamed(e) || (Failures.readOnly(e) && usable.refused())) {
            loan.giveUp();
          }
          throw e;
        }
      }
    }

    private Loan take() throws SQLException {
      while (!deadline.passed()) {
        Loan loan = Loan.from(source, networkTimeout(timeout));
        boolean ready = false;
        try {
          loan.requireOwnTransactions();
          if (surroundings.pooled()) {
            loan.sendUnnamed();
          }
          ready = usable.accepts(loan.connection());
          if (ready) {
            return loan;
          }
          loan.giveUp();
        } finally {
          if (!ready) {
            loan.close();
          }
        }
      }
      throw new SQLTimeoutException("no time is left for another connection");
    }

    private <T> T runTogether(Work<T> work, Loan loan) throws SQLException {
      BooleanSupplier tooLateToCommit = passed(LATEST_COMMIT);
      BooleanSupplier tooLateToTell = passed(latestAcknowledgement(timeout));
      loan.begin(dialect);
      Session session = new Session(loan.connection(), deadline);
      T result = work.run(session);
      if (session.undone()) {
        return result;
      }
      if (tooLateToCommit.getAsBoolean()) {
        throw new TokenStoreException("a write took too long and was undone", null, true);
      }
      loan.commit();
      if (tooLateToTell.getAsBoolean()) {
        throw new TokenStoreException(
            "a commit was held back for so long that other nodes may not have heard of it",
            null,
            true);
      }
      session.committed();
      toBeDone = session.toBeDone();
      return result;
    }

    boolean hadNoEffect(SQLException failure) {
      return Failures.undone(failure)
          || Failures.misnamed(failure)
          || Failures.readOnly(failure)
          || (harmless && Failures.lost(failure));
    }
  }

  /** Whether so much time has passed from now on, by either clock. */
  private BooleanSupplier passed(Duration time) {
    Deadline monotonic = Deadline.in(time, nanoTime);
    long wall = wallMillis.getAsLong();
    return () -> monotonic.passed() || wallMillis.getAsLong() - wall >= time.toMillis();
  }
}
