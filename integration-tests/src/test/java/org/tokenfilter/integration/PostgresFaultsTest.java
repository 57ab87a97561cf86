package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** S16 on PostgreSQL: what cannot be done now is unknown, soon; and goes on when it can. */
class PostgresFaultsTest {

  private static final Duration BOUND = Duration.ofSeconds(10);

  private final String url = PostgresServer.newDatabase();

  private final HikariDataSource pool = PostgresServer.pool(url, 2, Duration.ofMillis(500));

  private final TokenStore store =
      JdbcTokenStore.builder(pool).createSchema(true).timeout(Duration.ofSeconds(1)).open();

  private final Instant now = Clock.systemUTC().instant();
  private final TokenRecord record = record(1);

  PostgresFaultsTest() {
    store.insert(record, Limit.NONE, now);
  }

  @AfterEach
  void stop() {
    store.close();
    pool.close();
  }

  @Test
  void lockedTableIsUnknownInBoundedTime() throws SQLException {
    try (Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("lock table token_record in access exclusive mode");
      calls().forEach(PostgresFaultsTest::assertUnknown);
      other.rollback();
    }
    assertWorks();
  }

  @Test
  void lockedRowIsUnknownToWhoWritesItAndFoundByWhoReadsIt() throws SQLException {
    try (Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("select * from token_record for update");
      assertUnknown(() -> store.end(record.id(), Ending.of(Reason.CLOSED, now)));
      assertThat(store.find(record.id())).contains(record);
      other.rollback();
    }
    assertWorks();
  }

  @Test
  void lostConnectionsAreUnknownOnceAndThenTakenAnew() throws SQLException {
    try (Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      statement.execute(
          """
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()""");
    }
    for (int connection = 0; connection < 2; connection++) {
      try {
        store.find(record.id());
      } catch (TokenStoreException lost) {
        assertThat(lost.retryable()).isTrue();
      }
    }
    assertWorks();
  }

  @Test
  void readOnlyDatabaseIsUnknownToWhoWrites() throws SQLException {
    try (Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      statement.execute(
          "do $$ begin execute format('alter database %I set default_transaction_read_only = on',"
              + " current_database()); end $$");
    }
    pool.getHikariPoolMXBean().softEvictConnections();

    assertUnknown(() -> store.insert(record(2), Limit.NONE, now));
    assertUnknown(() -> store.end(record.id(), Ending.of(Reason.CLOSED, now)));
    assertThat(store.find(record.id())).contains(record);
  }

  @Test
  void connectionsThatAreUsedUpAreUnknown() throws SQLException {
    try (Connection one = pool.getConnection();
        Connection other = pool.getConnection()) {
      assertThat(List.of(one, other)).hasSize(2);
      calls().forEach(PostgresFaultsTest::assertUnknown);
    }
    assertWorks();
  }

  private List<ThrowingCallable> calls() {
    return List.of(
        () -> store.find(record.id()),
        () -> store.insert(record(2), Limit.NONE, now),
        () -> store.renew(List.of(new Renewal(record.id(), now, null)), now),
        () -> store.replace(record.id(), record(3), now),
        () -> store.end(record.id(), Ending.of(Reason.CLOSED, now)),
        () -> store.list("alice", now, null, 9),
        () -> store.sweep(now, now, 9));
  }

  private static void assertUnknown(ThrowingCallable call) {
    assertTimeout(
        BOUND,
        () ->
            assertThatExceptionOfType(TokenStoreException.class)
                .isThrownBy(call)
                .isNotInstanceOf(DuplicateTokenException.class)
                .matches(failure -> !String.valueOf(failure.getMessage()).contains("token_")));
  }

  private void assertWorks() {
    assertThat(store.find(record.id())).contains(record);
    assertThat(store.list("alice", now, null, 9)).containsExactly(record);
    assertThatNoException().isThrownBy(() -> store.insert(record(9), Limit.NONE, now));
    assertThat(store.end(record.id(), Ending.of(Reason.CLOSED, now))).containsExactly(record.id());
  }

  private TokenRecord record(int number) {
    byte[] id = new byte[TokenId.LENGTH];
    id[0] = (byte) number;
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", now).build();
  }
}
