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
  private final Queue<TokenId> heard = new ConcurrentLinkedQueue<>();

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
  void endIsHeardOnTheOtherNodeUntilTheWatchingIsClosed() throws Exception {
    AutoCloseable watching = otherNode.watch(heard::add);
    awaitHeard();
    assertThat(listening()).isEqualTo(1);

    watching.close();
    assertThat(listening()).isZero();
    heard.clear();
    end();
    end();
    assertThat(heard).isEmpty();
  }

  @Test
  void lostConnectionIsTakenAnew() throws Exception {
    otherNode.watch(heard::add);
    awaitHeard();

    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query ilike 'listen%'""");
    }
    heard.clear();
    awaitHeard();
  }

  @Test
  void watcherThatThrowsHearsTheNextEnd() {
    otherNode.watch(
        id -> {
          heard.add(id);
          throw new IllegalStateException("must not");
        });
    awaitHeard();
    heard.clear();
    awaitHeard();
  }

  @Test
  void closingTheStoreEndsItsThreads() {
    otherNode.watch(heard::add);
    otherNode.watch(heard::add);
    assertThat(listening()).isEqualTo(2);

    otherNode.close();

    assertThat(listening()).isZero();
  }

  /** Waits for the first notification: listening starts a little after {@code watch} was called. */
  private void awaitHeard() {
    await().atMost(PATIENCE).until(() -> heard.contains(end()) || !heard.isEmpty());
  }

  private TokenId end() {
    byte[] bytes = new byte[TokenId.LENGTH];
    ThreadLocalRandom.current().nextBytes(bytes);
    TokenId id = TokenId.of(bytes);
    TokenRecord record = TokenRecord.builder(id, TokenKind.OPEN, "alice", now).build();
    store.insert(record, Limit.NONE, now);
    assertThat(store.revoke(id, Revocation.of(RevocationReason.CLOSED, now))).containsExactly(id);
    return id;
  }

  private static long listening() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("token-store-listen"))
        .count();
  }
}
