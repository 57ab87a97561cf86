package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/**
 * A switchover of a primary and its standby while the address that the pool knows still leads to
 * the first server, as a stale name or load balancer does: the pool is full of connections to a
 * server that takes no writes and does not know of later revocations.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PostgresFailoverTest {

  private static final int SIZE = 8;

  private final Instant now = Instant.now();
  private final Revocation closed = Revocation.of(RevocationReason.CLOSED, now);

  @Test
  void connectionsToADemotedServerAreReplaced() throws Exception {
    try (PostgresPair pair = new PostgresPair();
        FaultyProxy address = new FaultyProxy(pair.firstPort());
        HikariDataSource pool = PostgresServer.pool(PostgresPair.url(address.port()), SIZE);
        TokenStore store = open(pool)) {
      for (byte i = 1; i <= 5; i++) {
        store.insert(Records.open(i, now), Limit.NONE, now);
      }
      pair.switchOver();
      PostgresPair.execute(pair.firstPort(), "select pg_wal_replay_pause()");
      fillPool(pool);

      // All connections lead to the standby: the store does not use it, although it would answer.
      assertUnknown(() -> store.find(Records.id((byte) 1)));
      assertUnknown(() -> store.revoke(Records.id((byte) 1), closed));

      fillPool(pool);
      address.redirectTo(pair.secondPort());
      try (HikariDataSource other = PostgresServer.pool(PostgresPair.url(pair.secondPort()), 2);
          TokenStore otherNode = open(other)) {
        assertThat(otherNode.revoke(Records.id((byte) 2), closed)).hasSize(1);
      }
      // The store retries some connections each second and returns no stale result.
      await()
          .atMost(Duration.ofMinutes(1))
          .ignoreExceptionsInstanceOf(TokenStoreException.class)
          .until(() -> store.find(Records.id((byte) 2)).isPresent());
      assertThat(store.find(Records.id((byte) 2)).orElseThrow().revocation()).isEqualTo(closed);
      assertThat(store.renew(List.of(new Renewal(Records.id((byte) 3), now, null)), now)).isEmpty();
      assertThat(store.revoke(Records.id((byte) 1), closed)).hasSize(1);
      assertThat(
              store.replace(Records.id((byte) 4), 0, Records.open((byte) 9, now), Limit.NONE, now))
          .isTrue();
    }
  }

  @Test
  void storeDoesNotStartOnAStandby() throws Exception {
    try (PostgresPair pair = new PostgresPair();
        HikariDataSource primary = PostgresServer.pool(PostgresPair.url(pair.firstPort()), 2);
        HikariDataSource standby = PostgresServer.pool(PostgresPair.url(pair.secondPort()), 2)) {
      open(primary).close();
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> open(standby))
          .withMessageContainingAll("is a standby", "targetServerType=primary")
          .matches(TokenStoreException::retryable);
    }
  }

  private static TokenStore open(HikariDataSource pool) {
    return JdbcTokenStore.builder(pool).createSchema(true).timeout(Duration.ofSeconds(30)).open();
  }

  private static void assertUnknown(Runnable call) {
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(call::run)
        .matches(TokenStoreException::retryable);
  }

  /**
   * Makes the pool open its maximum number of connections. Connections that the server has closed
   * are detected when they are used, and leave the pool.
   */
  private static void fillPool(HikariDataSource pool) {
    await()
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(() -> countStandbys(pool) == SIZE);
  }

  /** Returns the number of connections to a standby; takes all connections of the pool at once. */
  private static int countStandbys(HikariDataSource pool) throws SQLException {
    List<Connection> all = new ArrayList<>();
    int standbys = 0;
    try {
      for (int i = 0; i < SIZE; i++) {
        Connection connection = pool.getConnection();
        all.add(connection);
        try (Statement statement = connection.createStatement();
            ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
          row.next();
          standbys += row.getBoolean(1) ? 1 : 0;
        }
      }
    } finally {
      for (Connection connection : all) {
        connection.close();
      }
    }
    return standbys;
  }
}
