package org.tokenfilter.integration;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.store.tck.TokenStoreContract;

/**
 * The contract on PostgreSQL with settings of the driver, the pool, the role and the database, and
 * through PgBouncer.
 */
class PostgresSetUpsTest {

  private static final int SIZE = 16;

  /**
   * The property that enables set-ups that differ little from another one: {@code
   * -Dpostgres.set-ups=all} runs them too.
   */
  private static final String ALL = "postgres.set-ups";

  private static final String SKIP_REASON =
      "differs little from another set-up of this class; -Dpostgres.set-ups=all runs it";

  private static final String INSTALLED = "org.tokenfilter.integration.PgBouncer#isInstalled";

  private static final Deque<AutoCloseable> RESOURCES = new ConcurrentLinkedDeque<>();

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable one : RESOURCES) {
      one.close();
    }
  }

  /** Two nodes, each with the pool of its own set-up. */
  abstract static class SetUp extends TokenStoreContract {

    private final HikariDataSource pool;
    private final TokenStore store;
    private final TokenStore otherNode;

    SetUp(HikariDataSource pool, HikariDataSource otherPool, boolean listen) {
      this.pool = pool;
      store = open(pool, listen);
      otherNode = open(otherPool, listen);
    }

    SetUp(HikariDataSource pool) {
      this(pool, pool, true);
    }

    private static TokenStore open(HikariDataSource pool, boolean listen) {
      return JdbcTokenStore.builder(pool)
          .createSchema(true)
          .listen(listen)
          .timeout(Duration.ofSeconds(30))
          .open();
    }

    @Override
    public final Optional<TokenStore> unreachable() {
      HikariDataSource closed = PostgresServer.pool(pool.getJdbcUrl(), 2);
      TokenStore lost = open(closed, false);
      closed.close();
      return Optional.of(lost);
    }

    @Override
    public final TokenStore store() {
      return store;
    }

    @Override
    public final TokenStore otherNode() {
      return otherNode;
    }
  }

  private static HikariDataSource pool(String url) {
    HikariDataSource pool = PostgresServer.pool(url, SIZE, Duration.ofMinutes(1));
    RESOURCES.addFirst(pool);
    return pool;
  }

  private static HikariDataSource direct(String parameters) {
    return pool(PostgresServer.newDatabase() + "&" + parameters);
  }

  private static HikariDataSource pooled(String url, String... settings) {
    PgBouncer bouncer = new PgBouncer(PostgresServer.port(), settings);
    RESOURCES.addLast(bouncer);
    return pool(bouncer.url(url));
  }

  /** Returns a pool of a new database whose sessions have the altered defaults. */
  private static HikariDataSource altered(String alteration) {
    String url = PostgresServer.newDatabase();
    try (HikariDataSource owner = PostgresServer.pool(url, 1);
        Connection connection = owner.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(alteration.formatted(connection.getCatalog()));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return pool(url);
  }

  private static HikariDataSource isolated(String isolation) {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl(PostgresServer.newDatabase());
    pool.setTransactionIsolation(isolation);
    pool.setMaximumPoolSize(SIZE);
    pool.setConnectionTimeout(Duration.ofMinutes(1).toMillis());
    RESOURCES.addFirst(pool);
    return pool;
  }

  // The driver.

  @Nested
  class SimpleQueryMode extends SetUp {
    private static final HikariDataSource POOL = direct("preferQueryMode=simple");

    SimpleQueryMode() {
      super(POOL);
    }
  }

  /** Automatic savepoints, rewritten batches, untyped texts and immediate statement names. */
  @Nested
  @EnabledIfSystemProperty(named = ALL, matches = "all", disabledReason = SKIP_REASON)
  class EagerDriver extends SetUp {
    private static final HikariDataSource POOL =
        direct(
            "autosave=always&reWriteBatchedInserts=true&stringtype=unspecified&prepareThreshold=-1");

    EagerDriver() {
      super(POOL);
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = ALL, matches = "all", disabledReason = SKIP_REASON)
  class TextDriver extends SetUp {
    private static final HikariDataSource POOL =
        direct(
            "binaryTransfer=false&preferQueryMode=extendedCacheEverything&autosave=conservative"
                + "&assumeMinServerVersion=12");

    TextDriver() {
      super(POOL);
    }
  }

  // Isolation.

  @Nested
  @EnabledIfSystemProperty(named = ALL, matches = "all", disabledReason = SKIP_REASON)
  class RepeatableReadByDatabase extends SetUp {
    private static final HikariDataSource POOL =
        altered("alter database %s set default_transaction_isolation = 'repeatable read'");

    RepeatableReadByDatabase() {
      super(POOL);
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = ALL, matches = "all", disabledReason = SKIP_REASON)
  class SerializableByRole extends SetUp {
    private static final HikariDataSource POOL =
        altered(
            "alter role postgres in database %s set default_transaction_isolation = serializable");

    SerializableByRole() {
      super(POOL);
    }
  }

  @Nested
  class SerializableByPool extends SetUp {
    private static final HikariDataSource POOL = isolated("TRANSACTION_SERIALIZABLE");

    SerializableByPool() {
      super(POOL);
    }
  }

  @Nested
  @EnabledIfSystemProperty(named = ALL, matches = "all", disabledReason = SKIP_REASON)
  class RepeatableReadByUrl extends SetUp {
    private static final HikariDataSource POOL =
        direct("options=-c%20default_transaction_isolation=repeatable%5C%20read");

    RepeatableReadByUrl() {
      super(POOL);
    }
  }

  // PgBouncer.

  @Nested
  @EnabledIf(value = INSTALLED, disabledReason = PgBouncer.MISSING)
  @EnabledIfSystemProperty(named = ALL, matches = "all", disabledReason = SKIP_REASON)
  class BouncerBySession extends SetUp {
    private static final HikariDataSource POOL =
        pooled(PostgresServer.newDatabase(), "pool_mode = session", "default_pool_size = 40");

    BouncerBySession() {
      super(POOL);
    }
  }

  @Nested
  @EnabledIf(value = INSTALLED, disabledReason = PgBouncer.MISSING)
  class BouncerByTransaction extends SetUp {
    private static final HikariDataSource POOL =
        pooled(PostgresServer.newDatabase(), "pool_mode = transaction");

    BouncerByTransaction() {
      super(POOL);
    }
  }

  @Nested
  @EnabledIf(value = INSTALLED, disabledReason = PgBouncer.MISSING)
  @EnabledIfSystemProperty(named = ALL, matches = "all", disabledReason = SKIP_REASON)
  class BouncerThatResets extends SetUp {
    private static final HikariDataSource POOL =
        pooled(
            PostgresServer.newDatabase() + "&prepareThreshold=0",
            "pool_mode = transaction",
            "server_reset_query = DISCARD ALL",
            "server_reset_query_always = 1",
            "server_round_robin = 1");

    BouncerThatResets() {
      super(POOL);
    }
  }

  /** One node behind a pooler, the other one connected directly and with another isolation. */
  @Nested
  @EnabledIf(value = INSTALLED, disabledReason = PgBouncer.MISSING)
  class DifferingNodes extends SetUp {
    private static final String URL = PostgresServer.newDatabase();
    private static final HikariDataSource POOL = pooled(URL, "pool_mode = transaction");
    private static final HikariDataSource OTHER =
        pool(URL + "&options=-c%20default_transaction_isolation=serializable");

    DifferingNodes() {
      super(POOL, OTHER, false);
    }
  }
}
