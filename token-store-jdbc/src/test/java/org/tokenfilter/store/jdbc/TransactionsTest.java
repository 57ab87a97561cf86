package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.tokenfilter.store.jdbc.FakeDatabase.failure;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStoreException;

class TransactionsTest {

  private static final Change CHANGE = Change.amended(TokenId.of(new byte[TokenId.LENGTH]), 1);

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final String SQL = "update something";

  private final FakeDatabase database = new FakeDatabase();
  private final DatabaseEnvironment environment = new DatabaseEnvironment();
  private final Transactions transactions = transactions(Dialect.H2);

  @Test
  void transactionCommitsAndRestoresTheConnection() {
    assertThat(transactions.<Integer>inTransaction(executor -> executor.update(SQL))).isEqualTo(1);

    assertThat(database.calls)
        .containsExactly(
            "network 12000",
            "isolation " + Connection.TRANSACTION_READ_COMMITTED,
            "autoCommit false",
            "timeout 10",
            SQL,
            "timeout 9",
            "commit",
            "autoCommit true",
            "isolation " + Connection.TRANSACTION_SERIALIZABLE,
            "network 77",
            "close");
  }

  @Test
  void isolationIsSetPerTransactionIfTheDatabaseSupportsIt() {
    transactions(Dialect.POSTGRESQL).inTransaction(executor -> executor.update(SQL));

    assertThat(database.calls)
        .containsSubsequence(
            "autoCommit false", "set transaction isolation level read committed", SQL, "commit")
        .noneMatch(call -> call.startsWith("isolation"));
  }

  @Test
  void singleStatementNeedsNoTransaction() {
    transactions.autoCommitted(executor -> executor.update(SQL));

    assertThat(database.calls)
        .containsExactly("network 12000", "timeout 10", SQL, "timeout 9", "network 77", "close");
  }

  @Test
  void thirdAttemptSucceedsAfterTwoDeadlocks() {
    database.failNext(failure("40001"));
    database.failNext(failure("40P01"));

    assertThat(transactions.<Integer>inTransaction(executor -> executor.update(SQL))).isEqualTo(1);
    assertThat(database.calls)
        .containsSubsequence("rollback", "close", "rollback", "close", "commit", "close");
  }

  @Test
  void deadlocksAndLockTimeoutsOfMySqlAndH2AreRetried() {
    for (int code : List.of(1020, 1205, 1213, 50200, 90131)) {
      database.failNext(new SQLException("lost", "HY000", code));
      assertThat(transactions.<Integer>inTransaction(executor -> executor.update(SQL)))
          .isEqualTo(1);
    }
  }

  @Test
  void threeDeadlocksLeaveTheOutcomeUnknown() {
    for (int attempt = 0; attempt < 3; attempt++) {
      database.failNext(failure("40001"));
    }

    assertThat(failsRetryably()).isTrue();
    assertThat(database.calls.stream().filter(SQL::equals)).hasSize(3);
  }

  @Test
  void nothingIsRetriedAfterTheDeadline() {
    database.scripts.add(
        () -> {
          database.advance(10);
          throw failure("40001");
        });

    assertThat(failsRetryably()).isTrue();
    assertThat(database.calls.stream().filter(SQL::equals)).hasSize(1);
  }

  @Test
  void noStatementStartsAfterTheDeadline() {
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(
            () ->
                transactions.inTransaction(
                    executor -> {
                      database.advance(10);
                      return executor.update(SQL);
                    }))
        .matches(TokenStoreException::retryable);
    assertThat(database.calls).contains("rollback").doesNotContain(SQL, "commit");
  }

  @Test
  void eachStatementHasTheRemainingTime() {
    transactions.inTransaction(
        executor -> {
          database.advance(3);
          return executor.update(SQL);
        });

    assertThat(database.calls).contains("timeout 7");
  }

  @Test
  void otherFailuresAreNotRetriedAndHideTheStatement() {
    database.failNext(failure("42501"));
    assertThat(failsRetryably()).isFalse();
    database.failNext(failure("57014"));
    assertThat(failsRetryably()).isTrue();
    database.failNext(new SQLTransientConnectionException("the pool is empty"));
    assertThat(failsRetryably()).isTrue();

    assertThat(database.calls.stream().filter(SQL::equals)).hasSize(3);
  }

  @Test
  void readOnlyServersConnectionIsAbortedAndCallRetried() {
    database.failNext(failure("25006"));
    assertThat(transactions.<Integer>inTransaction(executor -> executor.update(SQL))).isEqualTo(1);
    assertThat(database.calls)
        .containsSubsequence(SQL, "rollback", "abort", "createStatement", "close", SQL, "commit");

    database.calls.clear();
    database.failNext(new SQLException("read_only", "HY000", 1290));
    assertThat(transactions.<Integer>autoCommitted(executor -> executor.update(SQL))).isEqualTo(1);
    assertThat(database.calls).containsSubsequence(SQL, "abort", "close", SQL, "close");
  }

  @Test
  void abortsOfConnectionsAreRateLimited() {
    for (int call = 0; call < 30; call++) {
      refuseWrites(3);
    }
    assertThat(database.calls.stream().filter("abort"::equals)).hasSize(64);

    database.calls.clear();
    refuseWrites(3);
    assertThat(database.calls).doesNotContain("abort");

    database.advance(1);
    refuseWrites(3);
    refuseWrites(3);
    assertThat(database.calls.stream().filter("abort"::equals)).hasSize(4);
  }

  /** Refuses the given number of attempts of one call. */
  private void refuseWrites(int times) {
    for (int attempt = 0; attempt < times; attempt++) {
      database.failNext(failure("25006"));
    }
    assertThat(failsRetryably()).isTrue();
  }

  @Test
  void unknownStatementNameAbortsConnectionAndRetriesCall() {
    for (String state : List.of("26000", "42P05")) {
      database.calls.clear();
      database.failNext(failure(state));
      assertThat(transactions.<Integer>inTransaction(executor -> executor.update(SQL)))
          .isEqualTo(1);
      assertThat(database.calls).containsSubsequence(SQL, "rollback", "abort", SQL, "commit");
    }
    assertThat(environment.behindPooler()).isTrue();
  }

  @Test
  void connectionLostBeforeTheCommitIsReplacedAndCallRetried() {
    for (String state : List.of("08006", "57P01", "57P02")) {
      database.calls.clear();
      database.failNext(failure(state));
      assertThat(transactions.<Integer>inTransaction(executor -> executor.update(SQL)))
          .isEqualTo(1);
      database.failNext(failure(state));
      assertThat(transactions.<Integer>idempotent(executor -> executor.update(SQL))).isEqualTo(1);
      assertThat(database.calls.stream().filter(SQL::equals)).hasSize(4);
    }
  }

  @Test
  void connectionLostInASingleWriteLeavesTheOutcomeUnknown() {
    database.failNext(failure("08006"));

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> transactions.autoCommitted(executor -> executor.update(SQL)))
        .matches(TokenStoreException::retryable);
    assertThat(database.calls.stream().filter(SQL::equals)).hasSize(1);
  }

  @Test
  void lostCommitIsNotRetried() {
    database.failures.put("commit", failure("08006"));

    assertThat(failsRetryably()).isTrue();
    assertThat(database.calls.stream().filter(SQL::equals)).hasSize(1);
  }

  @Test
  void serializationFailureSwitchesToReadCommitted() {
    Transactions postgres = transactions(Dialect.POSTGRESQL);
    database.failNext(failure("40001"));

    assertThat(postgres.<Integer>autoCommitted(executor -> executor.update(SQL))).isEqualTo(1);
    assertThat(database.calls)
        .containsSubsequence(
            SQL, "close", "set transaction isolation level read committed", SQL, "commit");

    database.calls.clear();
    assertThat(postgres.<Integer>idempotent(executor -> executor.update(SQL))).isEqualTo(1);
    assertThat(database.calls)
        .containsSubsequence("set transaction isolation level read committed", SQL, "commit");
  }

  @Test
  void deadlockOnAnotherDatabaseKeepsTheIsolation() {
    database.failNext(failure("40001"));

    assertThat(transactions.<Integer>autoCommitted(executor -> executor.update(SQL))).isEqualTo(1);
    assertThat(database.calls.stream().filter(SQL::equals)).hasSize(2);
    assertThat(database.calls).doesNotContain("commit");
  }

  @Test
  void workThatThrowsIsRolledBack() {
    List<Throwable> all = List.of(new IllegalStateException("mine"), new OutOfMemoryError("mine"));
    for (Throwable mine : all) {
      database.calls.clear();
      assertThatExceptionOfType(Throwable.class)
          .isThrownBy(
              () ->
                  transactions.inTransaction(
                      executor -> {
                        executor.update(SQL);
                        if (mine instanceof Error error) {
                          throw error;
                        }
                        throw (RuntimeException) mine;
                      }))
          .isSameAs(mine);
      assertThat(database.calls)
          .containsSubsequence(SQL, "rollback", "autoCommit true", "network 77", "close")
          .doesNotContain("commit", "abort");
    }
  }

  @Test
  void workCanRequestARollback() {
    assertThat(
            transactions.<String>inTransaction(
                executor -> {
                  executor.update(SQL);
                  executor.setRollbackOnly();
                  return "no";
                }))
        .isEqualTo("no");

    assertThat(database.calls).contains("rollback", "close").doesNotContain("commit");
  }

  @Test
  void connectionThatCannotBeRestoredIsAborted() {
    database.failNext(failure("42000"));
    database.failures.put("rollback", failure("08006"));

    assertThat(failsRetryably()).isFalse();
    // Turning autoCommit on again would commit.
    assertThat(database.calls)
        .endsWith("abort", "createStatement", "close")
        .doesNotContain("autoCommit true");
  }

  @Test
  void failureToCloseDoesNotChangeTheAnswer() {
    database.failures.put("close", new IllegalStateException("the pool was closed"));

    assertThat(transactions.<Integer>inTransaction(executor -> executor.update(SQL))).isEqualTo(1);
  }

  @Test
  void failedCommitLeavesTheOutcomeUnknown() {
    database.failures.put("commit", failure("08006"));

    assertThat(failsRetryably()).isTrue();
    assertThat(database.calls).contains("rollback", "autoCommit true", "close");
  }

  @Test
  void changesAreWrittenLastAndAnnouncedAfterTheCommit() {
    transactions.inTransaction(
        executor -> {
          executor.report(CHANGE);
          return executor.update(SQL);
        });

    assertThat(database.calls).containsSubsequence(SQL, "write 1", "commit", "close", "committed");
  }

  @Test
  void workWithoutChangesWritesAndAnnouncesNone() {
    transactions.inTransaction(executor -> executor.update(SQL));

    assertThat(database.calls).contains("commit").doesNotContain("write 1", "committed");
  }

  @Test
  void changesOfRolledBackWorkAreNeitherWrittenNorAnnounced() {
    transactions.inTransaction(
        executor -> {
          executor.report(CHANGE);
          executor.setRollbackOnly();
          return executor.update(SQL);
        });

    assertThat(database.calls).contains("rollback").doesNotContain("write 1", "committed");
  }

  @Test
  void changesOfAFailedCommitAreNotAnnounced() {
    database.failures.put("commit", failure("08006"));

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(
            () ->
                transactions.inTransaction(
                    executor -> {
                      executor.report(CHANGE);
                      return executor.update(SQL);
                    }));
    assertThat(database.calls).contains("write 1").doesNotContain("committed");
  }

  @Test
  void connectionInsideATransactionIsRefusedUnchanged() {
    database.autoCommit = false;

    for (Runnable call :
        List.<Runnable>of(
            () -> transactions.autoCommitted(executor -> executor.update(SQL)),
            () -> transactions.inTransaction(executor -> executor.update(SQL)))) {
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(call::run)
          .withMessageContaining("autoCommit");
    }
    assertThat(database.calls)
        .containsOnly("network 12000", "network 77", "close")
        .doesNotContain(SQL);
  }

  @Test
  void driverWithoutANetworkTimeoutIsAccepted() {
    database.failures.put("getNetworkTimeout", new SQLFeatureNotSupportedException());
    database.failures.put("setNetworkTimeout", new SQLFeatureNotSupportedException());

    assertThat(transactions.<Integer>inTransaction(executor -> executor.update(SQL))).isEqualTo(1);
  }

  @Test
  void interruptedThreadStaysInterruptedWithCleanConnection() {
    database.failNext(failure("40001"));
    Thread.currentThread().interrupt();
    try {
      assertThat(transactions.<Integer>inTransaction(executor -> executor.update(SQL)))
          .isEqualTo(1);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(database.calls).endsWith("network 77", "close");
  }

  @Test
  void unreachableDatabaseLeavesTheOutcomeUnknown() {
    Transactions unreachable =
        new Transactions(
            SwitchableDataSource.of(database.dataSource(), new AtomicBoolean(false)),
            Dialect.H2,
            TIMEOUT,
            () -> database.nanoTime,
            new DatabaseEnvironment(),
            ChangeWriter.NONE);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> unreachable.autoCommitted(executor -> executor.update(SQL)))
        .matches(TokenStoreException::retryable);
    assertThat(database.calls).isEmpty();
  }

  /** Makes a call that fails, and returns whether the failure is retryable. */
  private boolean failsRetryably() {
    var caught =
        catchThrowableOfType(
            TokenStoreException.class,
            () -> transactions.inTransaction(executor -> executor.update(SQL)));
    assertThat(caught).isNotNull();
    assertThat(caught.getMessage()).doesNotContain("select", "secret");
    return caught.retryable();
  }

  private Transactions transactions(Dialect dialect) {
    return new Transactions(
        database.dataSource(),
        dialect,
        TIMEOUT,
        () -> database.nanoTime,
        environment,
        new RecordingWriter());
  }

  private final class RecordingWriter implements ChangeWriter {

    @Override
    public void write(SqlExecutor executor, List<Change> changes) {
      database.calls.add("write " + changes.size());
    }

    @Override
    public void onCommitted() {
      database.calls.add("committed");
    }
  }
}
