package org.tokenfilter.store.jdbc;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.PausedCommits;
import org.tokenfilter.store.tck.TokenStoreContract;

/** The contract on H2 in memory, without a pool. */
class H2MemoryContractTest extends TokenStoreContract {

  private final JdbcDataSource database = new JdbcDataSource();
  private final TokenStore store;
  private final TokenStore otherNode;

  H2MemoryContractTest() {
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    store = open();
    otherNode = open();
  }

  private TokenStore open() {
    return JdbcTokenStore.builder(database).timeout(Duration.ofSeconds(10)).open();
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
        new JdbcPausedCommits(
            database, held -> JdbcTokenStore.builder(held).timeout(Duration.ofSeconds(4)).open()));
  }

  @Override
  public boolean damage(TokenId id) {
    return Damage.ofKind(database, "", id);
  }
}
