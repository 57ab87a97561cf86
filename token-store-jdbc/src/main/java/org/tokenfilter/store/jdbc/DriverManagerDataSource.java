package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A DataSource without a pool, which opens a new connection for each call; this is slow. It also
 * finds drivers in the jars of the application, which DriverManager does not always see.
 */
final class DriverManagerDataSource extends AbstractDataSource implements AutoCloseable {

  private static final Pattern DRIVER = Pattern.compile("jdbc:[a-z0-9+]+:");

  private final Driver driver;
  private final String url;
  private final Properties properties;

  /** Keeps an embedded database open between calls; null for a database server. */
  private @Nullable Connection keepAlive;

  private DriverManagerDataSource(Driver driver, String url, Properties properties) {
    this.driver = driver;
    this.url = url;
    this.properties = properties;
  }

  /**
   * Returns a source of connections to this URL. Only an embedded database is opened at once.
   *
   * @throws IllegalArgumentException if no driver accepts the URL
   */
  static DriverManagerDataSource of(
      String url, Properties login, Duration timeout, ClassLoader loader) throws SQLException {
    Properties properties = new Properties();
    properties.putAll(login);
    setTimeouts(url, timeout, properties);
    DriverManagerDataSource source =
        new DriverManagerDataSource(driver(url, loader), url, properties);
    if (url.startsWith("jdbc:h2:")) {
      source.keepAlive = source.getConnection();
    }
    return source;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection;
    try {
      connection = driver.connect(url, properties);
    } catch (SQLException e) {
      throw SecretRedaction.redact(e, secrets());
    } catch (RuntimeException e) {
      throw SecretRedaction.redact(
          new SQLNonTransientConnectionException(
              "the driver failed to open a connection", "08001", e),
          secrets());
    }
    if (connection == null) {
      throw new SQLException("the driver does not accept the URL", "08001");
    }
    return connection;
  }

  private List<String> secrets() {
    List<String> secrets = SecretRedaction.secretsOf(url);
    String password = properties.getProperty("password", "");
    if (!password.isEmpty()) {
      secrets.add(password);
    }
    return secrets;
  }

  @Override
  public void close() {
    try {
      if (keepAlive != null) {
        keepAlive.close();
      }
    } catch (SQLException e) {
      // The connection is lost or already closed.
      keepAlive = null;
    }
  }

  /**
   * Sets the timeouts in the property names and units of each driver. H2 needs none: it runs in
   * this process, or its driver has no such property.
   */
  private static void setTimeouts(String url, Duration timeout, Properties properties) {
    long seconds = Math.max(1, timeout.plusMillis(999).toSeconds());
    Duration network = Transactions.networkTimeout(timeout);
    if (url.startsWith("jdbc:postgresql:")) {
      properties.setProperty("connectTimeout", String.valueOf(seconds));
      properties.setProperty("loginTimeout", String.valueOf(seconds));
      properties.setProperty("socketTimeout", String.valueOf(network.plusMillis(999).toSeconds()));
    } else if (url.startsWith("jdbc:mariadb:") || url.startsWith("jdbc:mysql:")) {
      properties.setProperty("connectTimeout", String.valueOf(1_000 * seconds));
      properties.setProperty("socketTimeout", String.valueOf(network.toMillis()));
    }
  }

  private static Driver driver(String url, ClassLoader loader) throws SQLException {
    List<Driver> drivers = new ArrayList<>();
    try {
      ServiceLoader.load(Driver.class, loader).forEach(drivers::add);
    } catch (ServiceConfigurationError broken) {
      throw new IllegalArgumentException(
          "a JDBC driver cannot be loaded: " + broken.getMessage(), broken);
    }
    DriverManager.drivers().forEach(drivers::add);
    for (Driver driver : drivers) {
      if (accepts(driver, url)) {
        return driver;
      }
    }
    // Without the URL itself, which may contain a password.
    throw new IllegalArgumentException(
        "no JDBC driver accepts the URL "
            + redacted(url)
            + "; add the driver's jar next to token-store-jdbc");
  }

  private static boolean accepts(Driver driver, String url) throws SQLException {
    try {
      return driver.acceptsURL(url);
    } catch (SQLException e) {
      throw SecretRedaction.redact(e, SecretRedaction.secretsOf(url));
    }
  }

  private static String redacted(String url) {
    Matcher driver = DRIVER.matcher(url);
    return driver.lookingAt()
        ? driver.group() + "..."
        : "(a URL must start with jdbc: and the driver's name)";
  }
}
