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
 * Opens a {@link JdbcTokenStore} for {@code token.store=jdbc}. Its settings, each behind {@code
 * token.store.jdbc.}:
 *
 * <ul>
 *   <li>{@code datasource}: the JNDI name of a DataSource, such as {@code java:comp/env/jdbc/app};
 *       or
 *   <li>{@code url}, {@code username}, {@code password-file}: connections straight from the driver
 *       and without a pool, which suits a small application; the password is the file's first line
 *   <li>{@code table-prefix}: what the tables' names begin with, such as {@code app_} or {@code
 *       auth.app_}; by default nothing
 *   <li>{@code schema}: {@code create} makes missing tables, {@code validate} only checks them; by
 *       default {@code create} on H2, else {@code validate}
 *   <li>{@code listen}: {@code true} tells other nodes of ends at once, on PostgreSQL
 * </ul>
 */
public final class JdbcTokenStoreProvider implements TokenStoreProvider {

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStoreProvider.class);

  private static final String PREFIX = "token.store.jdbc.";

  /** For the service loader. */
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
          "either %sdatasource (a JNDI name) or %surl is needed, and not both"
              .formatted(PREFIX, PREFIX));
    }
    if (name == null) {
      return open(settings, Objects.requireNonNull(url));
    }
    for (String setting : Set.of("username", "password-file")) {
      if (settings.containsKey(setting)) {
        throw new IllegalArgumentException(
            PREFIX + setting + " is for " + PREFIX + "url alone: a DataSource has its own login");
      }
    }
    return builder(settings, lookUp(name)).open();
  }

  private static TokenStore open(Map<String, String> settings, String url) {
    DriverSource source = driverSource(settings, url);
    boolean ready = false;
    try {
      log.warn(
          "{}url makes a connection for each call; {}datasource with a pool is faster",
          PREFIX,
          PREFIX);
      TokenStore store = builder(settings, source).opened(source::close).open();
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
            .listen(choice(settings, "listen", "true", "false", false))
            .timeout(duration(settings, "timeout"))
            .retention(duration(settings, "retention"));
    return settings.containsKey("schema")
        ? builder.createSchema(choice(settings, "schema", "create", "validate", false))
        : builder;
  }

  private static DriverSource driverSource(Map<String, String> settings, String url) {
    Properties login = new Properties();
    String username = settings.get("username");
    if (username != null) {
      login.setProperty("user", username);
    }
    String file = settings.get("password-file");
    if (file != null) {
      login.setProperty("password", password(file));
    }
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    ClassLoader loader = context == null ? JdbcTokenStoreProvider.class.getClassLoader() : context;
    try {
      return DriverSource.of(url, login, duration(settings, "timeout"), loader);
    } catch (SQLException e) {
      throw Failures.unreachable(e);
    }
  }

  // The name is the operator's, and leads to no other server: only the container's own are taken.
  @SuppressWarnings("BanJNDI")
  private static DataSource lookUp(String name) {
    if (name.contains(":") && !name.startsWith("java:")) {
      throw new IllegalArgumentException(
          PREFIX + "datasource is a name such as java:comp/env/jdbc/app, not '" + name + "'");
    }
    try {
      if (InitialContext.doLookup(name) instanceof DataSource source) {
        return source;
      }
    } catch (NamingException e) {
      throw new IllegalArgumentException(
          PREFIX + "datasource=" + name + " is not known to JNDI", e);
    }
    throw new IllegalArgumentException(PREFIX + "datasource=" + name + " is no DataSource");
  }

  private static String password(String file) {
    try {
      return Files.readString(Path.of(file), StandardCharsets.UTF_8).lines().findFirst().orElse("");
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          PREFIX + "password-file=" + file + " cannot be read as UTF-8", e);
    }
  }

  private static boolean choice(
      Map<String, String> settings, String name, String yes, String no, boolean usual) {
    String value = settings.get(name);
    if (value == null) {
      return usual;
    }
    if (!value.equals(yes) && !value.equals(no)) {
      throw new IllegalArgumentException(
          "%s%s is %s or %s, not '%s'".formatted(PREFIX, name, yes, no, value));
    }
    return value.equals(yes);
  }

  private static Duration duration(Map<String, String> settings, String name) {
    @Nullable String text = settings.get(name);
    try {
      return Duration.parse(text == null ? "" : text);
    } catch (DateTimeParseException wrong) {
      throw new IllegalArgumentException(
          name + " is an ISO-8601 duration such as PT2S, not '" + text + "'", wrong);
    }
  }
}
