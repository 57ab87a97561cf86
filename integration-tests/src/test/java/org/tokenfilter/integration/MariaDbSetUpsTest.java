package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.store.tck.TokenStoreContract;

/** MariaDB with settings of drivers and server that change the effect of statements. */
class MariaDbSetUpsTest {

  private static final String MYSQL = "&sslMode=DISABLED&allowPublicKeyRetrieval=true";

  /** The contract, with the MariaDB driver on one node and the MySQL driver on the other. */
  @Nested
  class Contract extends TokenStoreContract {

    private static final String DATABASE = MariaDbServer.newDatabase();

    private static final HikariDataSource POOL =
        PostgresServer.pool(
            "jdbc:mariadb:"
                + DATABASE
                + "&transactionIsolation=SERIALIZABLE&useServerPrepStmts=true&useBulkStmts=true"
                + "&allowMultiQueries=true",
            16);

    private static final HikariDataSource OTHER_POOL =
        PostgresServer.pool(
            "jdbc:mysql:"
                + DATABASE
                + MYSQL
                + "&sessionVariables=transaction_isolation='SERIALIZABLE'&useServerPrepStmts=true"
                + "&rewriteBatchedStatements=true&useAffectedRows=true&cachePrepStmts=true"
                + "&allowMultiQueries=true",
            16);

    private final TokenStore store = open(POOL);
    private final TokenStore otherNode = open(OTHER_POOL);

    @AfterAll
    static void stop() {
      POOL.close();
      OTHER_POOL.close();
    }

    @Override
    public TokenStore store() {
      return store;
    }

    @Override
    public TokenStore otherNode() {
      return otherNode;
    }
  }

  @Test
  void readOnlyServerFailsCallsAndReplacesConnections() throws SQLException {
    Instant now = Clock.systemUTC().instant();
    Revocation closed = Revocation.of(RevocationReason.CLOSED, now);
    String database = MariaDbServer.newDatabase();
    try (HikariDataSource owner = PostgresServer.pool("jdbc:mariadb:" + database, 1)) {
      JdbcTokenStore.builder(owner).createSchema(true).open().close();
      execute(owner, "create or replace user 'writer'@'localhost' identified by 'secret'");
      execute(owner, "grant select, insert, update, delete on *.* to 'writer'@'localhost'");
      String login = database.replace("user=owner", "user=writer");
      try (HikariDataSource pool = PostgresServer.pool("jdbc:mariadb:" + login, 1);
          TokenStore store = JdbcTokenStore.builder(pool).timeout(Duration.ofSeconds(20)).open()) {
        store.insert(Records.open((byte) 1, now), Limit.NONE, now);
        long before = connectionId(pool);
        execute(owner, "set global read_only = 1");
        try {
          assertThatExceptionOfType(TokenStoreException.class)
              .isThrownBy(() -> store.revoke(Records.id((byte) 1), closed))
              .matches(TokenStoreException::retryable);
          assertThat(store.find(Records.id((byte) 1)).orElseThrow().revocation()).isNull();
        } finally {
          execute(owner, "set global read_only = 0");
        }
        assertThat(connectionId(pool)).isNotEqualTo(before);
        assertThat(store.revoke(Records.id((byte) 1), closed)).hasSize(1);
      }
    }
  }

  @Test
  void refusesConnectionsWithoutAutoCommit() {
    String database = MariaDbServer.newDatabase();
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setJdbcUrl("jdbc:mariadb:" + database);
      pool.setAutoCommit(false);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JdbcTokenStore.builder(pool).createSchema(true).open())
          .withMessageContaining("autoCommit off");
    }
  }

  private static TokenStore open(HikariDataSource pool) {
    return JdbcTokenStore.builder(pool).createSchema(true).timeout(Duration.ofSeconds(30)).open();
  }

  private static long connectionId(HikariDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select connection_id()")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void execute(HikariDataSource pool, String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
