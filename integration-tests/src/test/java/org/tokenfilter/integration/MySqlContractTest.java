package org.tokenfilter.integration;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.store.tck.TokenStoreContract;

/** The contract on an empty MySQL database of one's own: {@code -Dmysql.url=jdbc:mysql:...}. */
@EnabledIfSystemProperty(
    named = "mysql.url",
    matches = "jdbc:mysql:.+",
    disabledReason =
        "the one MySQL that comes as a dependency is 8.0.15, older than the collation"
            + " utf8mb4_0900_bin (8.0.17)")
class MySqlContractTest extends TokenStoreContract {

  private final HikariDataSource pool =
      PostgresServer.pool(System.getProperty("mysql.url", ""), 16);

  private final TokenStore store = open();
  private final TokenStore otherNode = open();

  private TokenStore open() {
    return JdbcTokenStore.builder(pool).createSchema(true).timeout(Duration.ofSeconds(10)).open();
  }

  @AfterEach
  void stop() {
    pool.close();
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
