package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Changes;
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
  private final AtomicInteger notified = new AtomicInteger();
  private final AtomicReference<Runnable> onChange = new AtomicReference<>(() -> {});

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
    AutoCloseable watching = otherNode.watch(notified::incrementAndGet);
    awaitNotification();
    assertThat(countListenerThreads()).isEqualTo(1);

    watching.close();
    assertThat(countListenerThreads()).isZero();
    notified.set(0);
    insertAndRevoke();
    insertAndRevoke();
    assertThat(notified).hasValue(0);
  }

  @Test
  void replacesLostConnection() throws Exception {
    otherNode.watch(notified::incrementAndGet);
    awaitNotification();

    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query ilike 'listen%'""");
    }
    notified.set(0);
    awaitNotification();
  }

  @Test
  void throwingWatcherIsNotifiedOfNextRevocation() {
    otherNode.watch(
        () -> {
          notified.incrementAndGet();
          throw new IllegalStateException("must not");
        });
    awaitNotification();
    notified.set(0);
    awaitNotification();
  }

  /** The last notification comes from the listening thread, since no other change follows. */
  @Test
  void notifiedNodeFindsEveryChangeOfABurst() {
    awaitListening();
    for (int burst = 0; burst < 5; burst++) {
      Set<TokenId> found = ConcurrentHashMap.newKeySet();
      AtomicReference<String> cursor =
          new AtomicReference<>(otherNode.changes(0, null, 1).cursor());
      onChange.set(
          () -> {
            Changes page = otherNode.changes(0, cursor.get(), 1_000);
            page.changes().forEach(change -> found.add(change.id()));
            cursor.set(page.cursor());
          });
      notified.set(0);
      Set<TokenId> revoked = new HashSet<>();
      for (int i = 0; i < 40; i++) {
        revoked.add(insertAndRevoke());
      }
      await().atMost(PATIENCE).until(() -> found.containsAll(revoked));
      onChange.set(() -> {});
    }
  }

  private void awaitListening() {
    store.watch(() -> {});
    otherNode.watch(
        () -> {
          notified.incrementAndGet();
          Objects.requireNonNull(onChange.get()).run();
        });
    awaitNotification();
  }

  @Test
  void closingTheStoreStopsItsThreads() {
    otherNode.watch(notified::incrementAndGet);
    otherNode.watch(notified::incrementAndGet);
    assertThat(countListenerThreads()).isEqualTo(2);

    otherNode.close();

    assertThat(countListenerThreads()).isZero();
  }

  /** Revokes records until there is a notification: listening starts a little after watching. */
  private void awaitNotification() {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              insertAndRevoke();
              return notified.get() > 0;
            });
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
