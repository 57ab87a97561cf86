package org.tokenfilter.integration;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.condition.EnabledIf;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.store.tck.PausedCommits;
import org.tokenfilter.store.tck.TokenStoreContract;

/** The contract on MySQL 8.0.15, the one server that comes as a dependency. */
@EnabledIf(
    value = "org.tokenfilter.integration.MySqlServer#isAvailable",
    disabledReason = MySqlServer.MISSING)
class MySqlContractTest extends TokenStoreContract {

  /** The pool, opened on first use, which is never if the server is not available. */
  private static final class Holder {
    static final HikariDataSource POOL = PostgresServer.pool(MySqlServer.newDatabase(), 16);
  }

  private final TokenStore store = open();
  private final TokenStore otherNode = open();

  @AfterAll
  static void stop() {
    Holder.POOL.close();
  }

  private static TokenStore open() {
    return JdbcTokenStore.builder(Holder.POOL)
        .createSchema(true)
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
  public Optional<PausedCommits> pausedCommits() {
    return Optional.of(
        new HeldCommits(
            Holder.POOL,
            held -> JdbcTokenStore.builder(held).timeout(Duration.ofSeconds(4)).open()));
  }

  @Override
  public boolean damage(TokenId id) {
    return LockedTables.damage(Holder.POOL, "", id);
  }
}
