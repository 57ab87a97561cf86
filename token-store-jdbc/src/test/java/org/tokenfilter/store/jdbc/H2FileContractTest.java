package org.tokenfilter.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.TokenStoreContract;

/** The contract on H2 in a file, through a pool, with a table prefix. */
class H2FileContractTest extends TokenStoreContract {

  private static final HikariDataSource POOL = pool();

  private final TokenStore store = open(POOL);
  private final TokenStore otherNode = open(POOL);

  private static HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:./target/h2/" + UUID.randomUUID());
    config.setMaximumPoolSize(8);
    return new HikariDataSource(config);
  }

  @AfterAll
  static void stop() {
    POOL.close();
  }

  private static TokenStore open(DataSource source) {
    return JdbcTokenStore.builder(source)
        .tablePrefix("app_")
        .timeout(Duration.ofSeconds(10))
        .open();
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
  public Optional<TokenStore> unreachable() {
    AtomicBoolean reachable = new AtomicBoolean(true);
    TokenStore unreachable = open(SwitchableDataSource.of(POOL, reachable));
    reachable.set(false);
    return Optional.of(unreachable);
  }

  @Override
  public boolean damage(TokenId id) {
    return Damage.ofKind(POOL, "app_", id);
  }
}
