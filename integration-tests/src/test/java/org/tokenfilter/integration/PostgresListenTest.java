package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** Clause S17 on PostgreSQL: one node is notified of a revocation on the other. */
class PostgresListenTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HikariDataSource pool = PostgresServer.pool(PostgresServer.newDatabase(), 4);
  private final TokenStore store = open();
  private final TokenStore otherNode = open();
  private final Instant now = Clock.systemUTC().instant();
  private final Queue<TokenId> notified = new ConcurrentLinkedQueue<>();

  private TokenStore open() {
    return JdbcTokenStore.builder(pool).createSchema(true).listen(true).open();
  }

  @AfterEach
  void stop() {
    store.close();
    otherNode.close();
    pool.close();
  }

  @Test
  void otherNodeIsNotifiedUntilWatchIsClosed() throws Exception {
    AutoCloseable watching = otherNode.watch(notified::add);
    awaitNotification();
    assertThat(countListenerThreads()).isEqualTo(1);

    watching.close();
    assertThat(countListenerThreads()).isZero();
    notified.clear();
    insertAndRevoke();
    insertAndRevoke();
    assertThat(notified).isEmpty();
  }

  @Test
  void replacesLostConnection() throws Exception {
    otherNode.watch(notified::add);
    awaitNotification();

    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query ilike 'listen%'""");
    }
    notified.clear();
    awaitNotification();
  }

  @Test
  void throwingWatcherIsNotifiedOfNextRevocation() {
    otherNode.watch(
        id -> {
          notified.add(id);
          throw new IllegalStateException("must not");
        });
    awaitNotification();
    notified.clear();
    awaitNotification();
  }

  @Test
  void closingTheStoreStopsItsThreads() {
    otherNode.watch(notified::add);
    otherNode.watch(notified::add);
    assertThat(countListenerThreads()).isEqualTo(2);

    otherNode.close();

    assertThat(countListenerThreads()).isZero();
  }

  /** Waits for the first notification: listening starts a little after {@code watch} was called. */
  private void awaitNotification() {
    await()
        .atMost(PATIENCE)
        .until(() -> notified.contains(insertAndRevoke()) || !notified.isEmpty());
  }

  private TokenId insertAndRevoke() {
    byte[] bytes = new byte[TokenId.LENGTH];
    ThreadLocalRandom.current().nextBytes(bytes);
    TokenId id = TokenId.of(bytes);
    TokenRecord record = TokenRecord.builder(id, TokenKind.OPEN, "alice", now).build();
    store.insert(record, Limit.NONE, now);
    assertThat(store.revoke(id, Revocation.of(RevocationReason.CLOSED, now))).containsExactly(id);
    return id;
  }

  private static long countListenerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("token-store-listen"))
        .count();
  }
}
