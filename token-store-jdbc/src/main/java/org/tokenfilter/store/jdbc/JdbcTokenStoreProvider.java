package org.tokenfilter.store.jdbc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreProvider;

/**
 * The provider of a {@link JdbcTokenStore} for {@code token.store=jdbc}. Its settings have the
 * prefix {@code token.store.jdbc.}:
 *
 * <ul>
 *   <li>{@code datasource}: the JNDI name of a DataSource, such as {@code java:comp/env/jdbc/app};
 *       or
 *   <li>{@code url}, {@code username}, {@code password-file}: connections directly from the driver
 *       without a pool, for small applications; the password is the first line of the file
 *   <li>{@code table-prefix}: the prefix of the table names, such as {@code app_} or {@code
 *       auth.app_}; the default is empty
 *   <li>{@code schema}: {@code create} creates missing tables, {@code validate} only checks them;
 *       the default is {@code create} on H2 and {@code validate} on all other databases
 *   <li>{@code listen}: {@code true} notifies other nodes of changes at once, on PostgreSQL
 * </ul>
 */
public final class JdbcTokenStoreProvider implements TokenStoreProvider {

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStoreProvider.class);

  private static final String PREFIX = "token.store.jdbc.";

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public JdbcTokenStoreProvider() {}

  @Override
  public String name() {
    return "jdbc";
  }

  @Override
  public Set<String> settings() {
    return Set.of(
        "datasource", "url", "username", "password-file", "table-prefix", "schema", "listen");
  }

  @Override
  public TokenStore open(Map<String, String> settings) {
    String name = settings.get("datasource");
    String url = settings.get("url");
    if ((name == null) == (url == null)) {
      throw new IllegalArgumentException(
          "exactly one of %sdatasource (a JNDI name) and %surl must be set"
              .formatted(PREFIX, PREFIX));
    }
    if (name == null) {
      return open(settings, Objects.requireNonNull(url));
    }
    for (String setting : Set.of("username", "password-file")) {
      if (settings.containsKey(setting)) {
        throw new IllegalArgumentException(
            PREFIX
                + setting
                + " is allowed with "
                + PREFIX
                + "url only; remove it, since a DataSource has its own login");
      }
    }
    return builder(settings, lookUp(name)).open();
  }

  private static TokenStore open(Map<String, String> settings, String url) {
    DriverManagerDataSource source = driverSource(settings, url);
    boolean ready = false;
    try {
      log.warn(
          "{}url opens a connection for each call; use {}datasource with a pool for more speed",
          PREFIX,
          PREFIX);
      TokenStore store = builder(settings, source).onClose(source::close).open();
      ready = true;
      return store;
    } finally {
      if (!ready) {
        source.close();
      }
    }
  }

  private static JdbcTokenStoreBuilder builder(Map<String, String> settings, DataSource source) {
    JdbcTokenStoreBuilder builder =
        JdbcTokenStore.builder(source)
            .tablePrefix(settings.getOrDefault("table-prefix", ""))
            .listen(parseChoice(settings, "listen", "true", "false", false))
            .timeout(parseDuration(settings, "timeout"));
    return settings.containsKey("schema")
        ? builder.createSchema(parseChoice(settings, "schema", "create", "validate", false))
        : builder;
  }

  private static DriverManagerDataSource driverSource(Map<String, String> settings, String url) {
    Properties login = new Properties();
    String username = settings.get("username");
    if (username != null) {
      login.setProperty("user", username);
    }
    String file = settings.get("password-file");
    if (file != null) {
      login.setProperty("password", readPassword(file));
    }
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    ClassLoader loader = context == null ? JdbcTokenStoreProvider.class.getClassLoader() : context;
    try {
      return DriverManagerDataSource.of(url, login, parseDuration(settings, "timeout"), loader);
    } catch (SQLException e) {
      throw SqlErrors.toUnreachableException(e);
    }
  }

  // The name comes from the operator and cannot lead to another server, since only names of the
  // container pass.
  @SuppressWarnings("BanJNDI")
  private static DataSource lookUp(String name) {
    if (name.contains(":") && !name.startsWith("java:")) {
      throw new IllegalArgumentException(
          PREFIX
              + "datasource must be a JNDI name of the container such as java:comp/env/jdbc/app,"
              + " not '"
              + name
              + "'");
    }
    try {
      if (InitialContext.doLookup(name) instanceof DataSource source) {
        return source;
      }
    } catch (NamingException e) {
      throw new IllegalArgumentException(
          PREFIX + "datasource=" + name + " was not found in JNDI", e);
    }
    throw new IllegalArgumentException(PREFIX + "datasource=" + name + " is not a DataSource");
  }

  private static String readPassword(String file) {
    try {
      return Files.readString(Path.of(file), StandardCharsets.UTF_8).lines().findFirst().orElse("");
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          PREFIX + "password-file=" + file + " cannot be read as UTF-8", e);
    }
  }

  private static boolean parseChoice(
      Map<String, String> settings, String name, String yes, String no, boolean usual) {
    String value = settings.get(name);
    if (value == null) {
      return usual;
    }
    if (!value.equals(yes) && !value.equals(no)) {
      throw new IllegalArgumentException(
          "%s%s must be %s or %s, not '%s'".formatted(PREFIX, name, yes, no, value));
    }
    return value.equals(yes);
  }

  private static Duration parseDuration(Map<String, String> settings, String name) {
    @Nullable String text = settings.get(name);
    try {
      return Duration.parse(text == null ? "" : text);
    } catch (DateTimeParseException wrong) {
      throw new IllegalArgumentException(
          name + " must be an ISO-8601 duration such as PT2S, not '" + text + "'", wrong);
    }
  }
}
