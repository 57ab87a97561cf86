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
 * A runner of work on connections of a DataSource. Each piece of work takes effect as a whole or
 * not at all:
 *
 * <ol>
 *   <li>It borrows a connection. A connection inside a transaction is rejected. A dead connection,
 *       or one to a server that accepts no writes, is discarded and replaced.
 *   <li>The work runs within the timeout of its statements and of the network.
 *   <li>The transaction is committed, unless 5 s have passed, because readers of the latest
 *       revocations could miss a later write. For the same reason a commit that the database
 *       delayed is not acknowledged; its outcome is reported as unknown, and a repeated call gives
 *       certainty.
 *   <li>The connection is returned with its settings restored, or discarded if it is unusable.
 *   <li>Work that is too much for one transaction runs in further transactions before the result is
 *       returned.
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
    T run(Session session) throws SQLException;
  }

  /** A way to run work. */
  private enum Kind {
    SINGLE,
    REPEATABLE,
    TOGETHER
  }

  /** The time after the start of a write until which it may be committed. */
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
   * Creates a runner.
   *
   * @param timeout the time after which a piece of work starts no further statement
   * @param nanoTime the monotonic clock
   * @param wallMillis the wall clock; the monotonic clock may stop while the machine is suspended
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

  /** Returns the network timeout of a call, which is longer than that of any statement. */
  static Duration networkTimeout(Duration timeout) {
    return timeout.plusSeconds(2);
  }

  /** Returns the time after the start of a write until which it may be acknowledged. */
  static Duration latestAcknowledgement(Duration timeout) {
    return LATEST_COMMIT.plus(networkTimeout(timeout));
  }

  /** Runs a single statement as an auto-committed transaction. */
  <T> T single(Work<T> work) {
    return repeat(Kind.SINGLE, work);
  }

  /** Runs a single idempotent statement as an auto-committed transaction. */
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
        // On other databases a deadlock has the same SQLState and does not show the isolation.
        surroundings.learn(e, dialect == Dialect.POSTGRESQL && kind != Kind.TOGETHER);
        if (retries == RETRIES || deadline.passed() || !attempt.hadNoEffect(e)) {
          throw Failures.unknown(e);
        }
        // A random pause, so that the same transactions do not collide again.
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(LONGEST_PAUSE));
      }
    }
  }

  /** One attempt at a piece of work. */
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
      throw new SQLTimeoutException(
          "the timeout of the call was reached before a usable connection was found");
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
            "a commit was delayed for so long that other nodes may have missed it; its outcome is"
                + " unknown until the call is repeated",
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

  /** Returns a check whether the given time has elapsed from now on, by either clock. */
  private BooleanSupplier passed(Duration time) {
    Deadline monotonic = Deadline.in(time, nanoTime);
    long wall = wallMillis.getAsLong();
    return () -> monotonic.passed() || wallMillis.getAsLong() - wall >= time.toMillis();
  }
}
