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

/** The contract on PostgreSQL, with NOTIFY. */
class PostgresContractTest extends TokenStoreContract {

  private static final HikariDataSource POOL =
      PostgresServer.pool(PostgresServer.newDatabase(), 16);

  private final TokenStore store = open();
  private final TokenStore otherNode = open();

  @AfterAll
  static void stop() {
    POOL.close();
  }

  private static TokenStore open() {
    return JdbcTokenStore.builder(POOL)
        .createSchema(true)
        .tablePrefix("public.app_")
        .listen(true)
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
    HikariDataSource pool = PostgresServer.pool(POOL.getJdbcUrl(), 2);
    TokenStore store = JdbcTokenStore.builder(pool).tablePrefix("public.app_").open();
    pool.close();
    return Optional.of(store);
  }

  @Override
  public Optional<PausedCommits> pausedCommits() {
    return Optional.of(
        new HeldCommits(
            POOL,
            held ->
                JdbcTokenStore.builder(held)
                    .tablePrefix("public.app_")
                    .timeout(Duration.ofSeconds(4))
                    .open()));
  }

  @Override
  public Optional<AutoCloseable> hold() {
    return Optional.of(
        new LockedTables(POOL, "lock table public.app_token_record in access exclusive mode"));
  }

  @Override
  public boolean damage(TokenId id) {
    return LockedTables.damage(POOL, "public.app_", id);
  }
}
