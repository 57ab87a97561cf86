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
 * Connections straight from a driver: a new one for each call, which is slow. The driver is looked
 * for in the application's own jars as well, where DriverManager does not find all of them.
 */
final class DriverSource extends ConnectionSource implements AutoCloseable {

  private static final Pattern DRIVER = Pattern.compile("jdbc:[a-z0-9+]+:");

  private final Driver driver;
  private final String url;
  private final Properties properties;

  /** Keeps a database inside of this process open, which else is opened anew for each call. */
  private @Nullable Connection kept;

  private DriverSource(Driver driver, String url, Properties properties) {
    this.driver = driver;
    this.url = url;
    this.properties = properties;
  }

  /**
   * Connections to this URL; none is made yet, but to a database inside of this process.
   *
   * @throws IllegalArgumentException if no driver knows the URL
   */
  static DriverSource of(String url, Properties login, Duration timeout, ClassLoader loader)
      throws SQLException {
    Properties properties = new Properties();
    properties.putAll(login);
    bound(url, timeout, properties);
    DriverSource source = new DriverSource(driver(url, loader), url, properties);
    if (url.startsWith("jdbc:h2:")) {
      source.kept = source.getConnection();
    }
    return source;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection;
    try {
      connection = driver.connect(url, properties);
    } catch (SQLException e) {
      throw DriverMessage.shown(e, secrets());
    } catch (RuntimeException e) {
      throw DriverMessage.shown(
          new SQLNonTransientConnectionException("the driver gives no connection", "08001", e),
          secrets());
    }
    if (connection == null) {
      throw new SQLException("the driver does not know the URL", "08001");
    }
    return connection;
  }

  private List<String> secrets() {
    List<String> secrets = DriverMessage.secretsOf(url);
    String password = properties.getProperty("password", "");
    if (!password.isEmpty()) {
      secrets.add(password);
    }
    return secrets;
  }

  @Override
  public void close() {
    try {
      if (kept != null) {
        kept.close();
      }
    } catch (SQLException e) {
      // It is lost or closed already, which is what was asked for.
      kept = null;
    }
  }

  /** Each driver has its own words and units; H2 is in the process, or has none. */
  private static void bound(String url, Duration timeout, Properties properties) {
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
    // Not the URL itself, which may hold a password.
    throw new IllegalArgumentException(
        "no JDBC driver knows the URL "
            + shown(url)
            + ": put the driver's jar beside token-store-jdbc");
  }

  private static boolean accepts(Driver driver, String url) throws SQLException {
    try {
      return driver.acceptsURL(url);
    } catch (SQLException e) {
      throw DriverMessage.shown(e, DriverMessage.secretsOf(url));
    }
  }

  private static String shown(String url) {
    Matcher driver = DRIVER.matcher(url);
    return driver.lookingAt() ? driver.group() + "..." : "(which begins with jdbc: and its name)";
  }
}
