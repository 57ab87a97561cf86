package org.tokenfilter.sample;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreProvider;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/**
 * The store of the sample: tokens in an H2 file, behind a connection pool, on any container and
 * without any setup. An application that has a DataSource needs no such class: it sets {@code
 * token.store=jdbc} and names the DataSource.
 */
public final class PooledH2StoreProvider implements TokenStoreProvider {

  static final String NAME = "sample-h2";

  /** A provider for META-INF/services. */
  public PooledH2StoreProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  /**
   * Returns the name of the setting for the path of the file, which is given without its extension.
   */
  @Override
  public Set<String> settings() {
    return Set.of("file");
  }

  @Override
  public TokenStore open(Map<String, String> settings) {
    String file = settings.get("file");
    if (file == null) {
      throw new IllegalArgumentException("token.store." + NAME + ".file must name a file");
    }
    Duration timeout = Duration.parse(settings.get("timeout"));
    HikariConfig config = new HikariConfig();
    config.setPoolName("sample");
    // Not by DriverManager, which would keep the driver after the application has stopped.
    config.setDataSourceClassName("org.h2.jdbcx.JdbcDataSource");
    config.addDataSourceProperty(
        "url", "jdbc:h2:file:" + file + ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0");
    config.setConnectionTimeout(timeout.toMillis());
    HikariDataSource pool = new HikariDataSource(config);
    try {
      return JdbcTokenStore.builder(pool).timeout(timeout).onClose(pool::close).open();
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }
}
