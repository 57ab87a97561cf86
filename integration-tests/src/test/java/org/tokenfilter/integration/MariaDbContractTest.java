package org.tokenfilter.integration;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.store.tck.PausedCommits;
import org.tokenfilter.store.tck.TokenStoreContract;

/** The contract on MariaDB, through its own driver and the driver of MySQL. */
class MariaDbContractTest extends TokenStoreContract {

  private static final String DATABASE = MariaDbServer.newDatabase();

  private static final HikariDataSource POOL = PostgresServer.pool("jdbc:mariadb:" + DATABASE, 16);

  private static final HikariDataSource OTHER_POOL =
      PostgresServer.pool(
          "jdbc:mysql:" + DATABASE + "&sslMode=DISABLED&allowPublicKeyRetrieval=true", 16);

  private final TokenStore store = open(POOL);
  private final TokenStore otherNode = open(OTHER_POOL);

  @AfterAll
  static void stop() {
    POOL.close();
    OTHER_POOL.close();
  }

  private static TokenStore open(HikariDataSource pool) {
    return JdbcTokenStore.builder(pool).createSchema(true).timeout(Duration.ofSeconds(10)).open();
  }

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public TokenStore otherNode() {
    return otherNode;
  }

  @Override
  public Optional<PausedCommits> pausedCommits() {
    return Optional.of(
        new HeldCommits(
            POOL, held -> JdbcTokenStore.builder(held).timeout(Duration.ofSeconds(4)).open()));
  }

  @Override
  public Optional<AutoCloseable> hold() {
    return Optional.of(new LockedTables(POOL, "lock tables token_record write"));
  }

  @Override
  public boolean damage(TokenId id) {
    return LockedTables.damage(POOL, "", id);
  }
}
