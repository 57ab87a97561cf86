package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** Behaviour of a store behind PgBouncer that the contract does not cover. */
@EnabledIf(
    value = "org.tokenfilter.integration.PgBouncer#isInstalled",
    disabledReason = PgBouncer.MISSING)
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PgBouncerTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final String url = PostgresServer.newDatabase();
  private final Instant now = Clock.systemUTC().instant();
  private final AtomicInteger notified = new AtomicInteger();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("org.tokenfilter.store.jdbc");

  @BeforeEach
  void captureLog() {
    lines.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(lines);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  // Transaction mode.

  @Test
  void revocationsSucceedInTransactionMode() throws Exception {
    try (PgBouncer bouncer = new PgBouncer(PostgresServer.port(), "pool_mode = transaction");
        HikariDataSource pool = pool(bouncer);
        TokenStore store = open(pool, false)) {
      ExecutorService threads = Executors.newFixedThreadPool(8);
      try {
        List<Future<TokenId>> ends = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          ends.add(threads.submit(() -> insertAndRevoke(store)));
        }
        for (Future<TokenId> end : ends) {
          assertThat(store.find(end.get()).orElseThrow().revocation()).isNotNull();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  /**
   * Other transactions have made the driver prepare BEGIN and COMMIT under names on many servers.
   */
  @Test
  void statementNamesOfOtherClientsFailNoCall() throws Exception {
    try (PgBouncer bouncer =
            new PgBouncer(
                PostgresServer.port(), "pool_mode = transaction", "server_round_robin = 1");
        HikariDataSource pool = pool(bouncer);
        TokenStore store = open(pool, false)) {
      ExecutorService threads = Executors.newFixedThreadPool(6);
      try {
        List<Future<?>> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          others.add(threads.submit(() -> runApplicationTransaction(pool)));
        }
        for (int i = 0; i < 30; i++) {
          insertAndRevoke(store);
        }
        for (Future<?> other : others) {
          other.get();
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  /** Runs a transaction of the application, which drops its connection if it fails, as it must. */
  private static void runApplicationTransaction(HikariDataSource pool) {
    try (Connection connection = pool.getConnection()) {
      try (Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("select 1");
        connection.commit();
      } catch (SQLException disorder) {
        pool.evictConnection(connection);
        throw disorder;
      }
    } catch (SQLException disorder) {
      assertThat(disorder.getSQLState()).isIn("26000", "42P05", "25P02", "08003");
    }
  }

  @Test
  void transactionModeLogsWarningAndLeavesNoListener() throws Exception {
    try (PgBouncer bouncer = new PgBouncer(PostgresServer.port(), "pool_mode = transaction");
        HikariDataSource pool = pool(bouncer);
        TokenStore store = open(pool, true)) {
      store.watch(notified::incrementAndGet);
      await().atMost(PATIENCE).until(() -> logged(Level.WARN, "notifications are not delivered"));
      assertThat(lines())
          .anyMatch(line -> line.contains("pooler in transaction mode") && line.contains("listen"));
      assertThat(logged(Level.INFO, "delivery of notifications is confirmed")).isFalse();
      String cursor = store.changes(0, null, 9).cursor();
      TokenId ended = insertAndRevoke(store);
      assertThat(store.changes(0, cursor, 9).changes())
          .containsExactly(Change.revoked(ended, RevocationReason.CLOSED));
      assertThat(countListeningSessions()).isZero();
    }
    assertThat(notified).hasValue(0);
    assertThat(lines().stream().filter(line -> line.contains("notifications are not delivered")))
        .hasSize(1);
  }

  @Test
  void listeningStartsOncePoolerIsInSessionMode() throws Exception {
    try (PgBouncer bouncer =
            new PgBouncer(
                PostgresServer.port(), "pool_mode = transaction", "default_pool_size = 40");
        HikariDataSource pool = pool(bouncer);
        TokenStore store = open(pool, true)) {
      store.watch(notified::incrementAndGet);
      await().atMost(PATIENCE).until(() -> logged(Level.WARN, "notifications are not delivered"));
      bouncer.changeSetting("pool_mode = transaction", "pool_mode = session");
      await().atMost(PATIENCE).until(() -> logged(Level.INFO, "listening for changes again"));
      awaitNotification(store);
    }
  }

  // Session mode.

  @Test
  void notifiesRevocationsInSessionMode() throws Exception {
    try (PgBouncer bouncer =
            new PgBouncer(PostgresServer.port(), "pool_mode = session", "default_pool_size = 40");
        HikariDataSource pool = pool(bouncer);
        TokenStore store = open(pool, true)) {
      store.watch(notified::incrementAndGet);
      await()
          .atMost(PATIENCE)
          .until(() -> logged(Level.INFO, "delivery of notifications is confirmed"));
      awaitNotification(store);
      assertThat(logged(Level.WARN, "listening")).isFalse();
      assertThat(logged(Level.WARN, "notifications are not delivered")).isFalse();
    }
  }

  // Statement mode.

  @Test
  void refusesStatementMode() {
    try (PgBouncer bouncer = new PgBouncer(PostgresServer.port(), "pool_mode = statement");
        HikariDataSource pool = pool(bouncer)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> open(pool, false))
          .withMessageContainingAll("statement mode", "pool_mode=transaction");
    }
  }

  // A pooler that is paused or restarted.

  @Test
  void pausedPoolerFailsInTimeAndRecovers() throws Exception {
    try (PgBouncer bouncer = new PgBouncer(PostgresServer.port(), "pool_mode = transaction");
        HikariDataSource pool = pool(bouncer);
        HikariDataSource hastyPool = pool(bouncer, Duration.ofSeconds(1));
        TokenStore store = open(pool, false);
        TokenStore hasty =
            JdbcTokenStore.builder(hastyPool).timeout(Duration.ofSeconds(1)).open()) {
      TokenRecord record = record();
      store.insert(record, Limit.NONE, now);
      bouncer.pause();
      await().atMost(PATIENCE).until(() -> isUnknown(() -> hasty.find(record.id())));
      assertUnknown(() -> hasty.revoke(record.id(), closed()));
      bouncer.resume();
      awaitFound(hasty, record.id());
      assertThat(store.find(record.id()).orElseThrow().revocation()).isNull();
      assertThat(store.revoke(record.id(), closed())).containsExactly(record.id());
    }
  }

  @Test
  void restartedPoolerFailsNoCall() throws Exception {
    try (PgBouncer bouncer = new PgBouncer(PostgresServer.port(), "pool_mode = transaction");
        HikariDataSource pool = pool(bouncer, Duration.ofSeconds(3));
        TokenStore store = open(pool, false)) {
      TokenId ended = insertAndRevoke(store);
      bouncer.kill();
      assertUnknown(() -> store.find(ended));
      bouncer.start();
      awaitFound(store, ended);
      TokenRecord record = record();
      store.insert(record, Limit.NONE, now);
      // No call happens in between: the pool does not know that its connections are lost.
      bouncer.kill();
      bouncer.start();
      assertThat(store.revoke(record.id(), closed())).containsExactly(record.id());
      assertThat(store.find(ended)).isPresent();
    }
  }

  private static TokenStore open(HikariDataSource pool, boolean listen) {
    return JdbcTokenStore.builder(pool)
        .createSchema(true)
        .listen(listen)
        .timeout(Duration.ofSeconds(20))
        .open();
  }

  private HikariDataSource pool(PgBouncer bouncer) {
    return PostgresServer.pool(bouncer.url(url), 8);
  }

  /** Returns a pool with this timeout for taking a connection; a pool applies a change late. */
  private HikariDataSource pool(PgBouncer bouncer, Duration wait) {
    return PostgresServer.pool(bouncer.url(url), 8, wait);
  }

  private static void awaitFound(TokenStore store, TokenId id) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(TokenStoreException.class)
        .until(() -> store.find(id).isPresent());
  }

  private static boolean isUnknown(Runnable call) {
    try {
      call.run();
      return false;
    } catch (TokenStoreException unknown) {
      return true;
    }
  }

  private static void assertUnknown(Runnable call) {
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(call::run)
        .matches(TokenStoreException::retryable);
  }

  private Revocation closed() {
    return Revocation.of(RevocationReason.CLOSED, now);
  }

  private TokenRecord record() {
    byte[] bytes = new byte[TokenId.LENGTH];
    ThreadLocalRandom.current().nextBytes(bytes);
    return TokenRecord.builder(TokenId.of(bytes), TokenKind.OPEN, "alice", now).build();
  }

  private TokenId insertAndRevoke(TokenStore store) {
    TokenRecord record = record();
    store.insert(record, Limit.NONE, now);
    assertThat(store.revoke(record.id(), closed())).containsExactly(record.id());
    return record.id();
  }

  private void awaitNotification(TokenStore store) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              insertAndRevoke(store);
              return notified.get() > 0;
            });
  }

  private List<String> lines() {
    return List.copyOf(lines.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private boolean logged(Level level, String text) {
    return List.copyOf(lines.list).stream()
        .anyMatch(
            line -> line.getLevel().equals(level) && line.getFormattedMessage().contains(text));
  }

  private long countListeningSessions() throws SQLException {
    try (HikariDataSource direct = PostgresServer.pool(url, 1);
        Connection connection = direct.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and query ilike 'listen %'\
                """)) {
      row.next();
      return row.getLong(1);
    }
  }
}
