package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** Databases, tables and connections that change texts, on which the store refuses to start. */
class TextFidelityTest {

  private static final String MYSQL_DRIVER = "&sslMode=DISABLED&allowPublicKeyRetrieval=true";
  private static final String CHANGED = "does not return texts as they were stored";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "characterEncoding=ISO-8859-1",
        "useUnicode=true&characterEncoding=ISO-8859-1",
        "characterEncoding=windows-1252&useServerPrepStmts=true",
        "characterEncoding=Shift_JIS",
        "characterSetResults=ISO-8859-1",
        "connectionCollation=latin1_swedish_ci",
      })
  void refusesMySqlConnectionThatChangesTexts(String parameters) throws SQLException {
    String database = mariaDb();
    assertRefused("jdbc:mysql:" + database + MYSQL_DRIVER + "&" + parameters, "", "utf8mb4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "useUnicode=true&characterEncoding=UTF-8",
        "connectionCollation=utf8mb4_unicode_ci",
        "useServerPrepStmts=true&cachePrepStmts=true",
        "rewriteBatchedStatements=true&useCompression=true",
        // The driver itself corrects these afterwards.
        "sessionVariables=character_set_results=latin1",
        "sessionVariables=character_set_client=latin1",
        "sessionVariables=character_set_connection=latin1",
      })
  void acceptsMySqlConnectionThatKeepsTexts(String parameters) throws SQLException {
    assertAccepted("jdbc:mysql:" + mariaDb() + MYSQL_DRIVER + "&" + parameters);
  }

  /**
   * The driver has no option for another character set, but does not check one session variable.
   */
  @Test
  void refusesMariaDbConnectionThatChangesTexts() throws SQLException {
    String url = "jdbc:mariadb:" + mariaDb();
    assertRefused(url + "&sessionVariables=character_set_connection=latin1", "", "utf8mb4");
    assertRefused(url, "set names utf8mb3", "SET NAMES");
  }

  @ParameterizedTest
  @ValueSource(strings = {"latin1", "utf8mb3", "cp1250", "gbk"})
  void refusesPoolWithAnotherCharacterSet(String characterSet) throws SQLException {
    assertRefused(
        "jdbc:mysql:" + mariaDb() + MYSQL_DRIVER, "set names " + characterSet, "SET NAMES");
  }

  /** Both drivers correct the character set; otherwise the start would be refused. */
  @Test
  void acceptsServerWithAnotherInitialCharacterSet() throws SQLException {
    String database = mariaDb();
    String owner = "jdbc:mariadb:" + database;
    String plain = database.replace("user=owner", "user=plain");
    // Applies only to users without privileges, and not to the users of other tests.
    execute(
        owner,
        "create or replace user 'plain'@'localhost' identified by 'secret'",
        "grant select, insert, update, delete on *.* to 'plain'@'localhost'",
        "set global init_connect = 'set names latin1'");
    try {
      assertAccepted("jdbc:mariadb:" + plain);
      assertAccepted("jdbc:mysql:" + plain + MYSQL_DRIVER);
    } finally {
      execute(owner, "set global init_connect = ''");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"subject", "group_name", "client", "binding", "roles", "attributes"})
  void refusesColumnOfAnotherCharacterSetByName(String column) throws SQLException {
    String type =
        switch (column) {
          case "subject" -> "varchar(255) %s not null";
          case "group_name" -> "varchar(512) %s";
          case "client", "binding" -> "varchar(255) %s";
          default -> "text %s not null";
        };
    for (String characterSet :
        new String[] {
          "character set latin1 collate latin1_bin",
          "character set utf8mb3 collate utf8mb3_nopad_bin",
          "character set utf16 collate utf16_nopad_bin"
        }) {
      String url = "jdbc:mariadb:" + mariaDb();
      execute(
          url,
          "alter table token_record modify %s %s".formatted(column, type.formatted(characterSet)));
      if (characterSet.contains("utf16")) {
        assertAccepted(url);
      } else {
        // A strict server refuses the text itself, a lenient one replaces it by another text.
        assertRefused(url, "set sql_mode = ''", "token_record." + column + " returns U+");
        assertRefused(url, "", "token_record does not accept every text");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"latin1", "utf8mb3", "utf8mb4"})
  void tablesDoNotInheritDatabaseCharacterSet(String characterSet) throws SQLException {
    String database = MariaDbServer.newDatabase();
    execute("jdbc:mariadb:" + database, "alter database character set " + characterSet);
    try (HikariDataSource pool = pool("jdbc:mariadb:" + database, "")) {
      JdbcTokenStore.builder(pool).createSchema(true).open().close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"utf8mb4_uca1400_nopad_as_cs", "utf8mb4_bin", "utf8mb4_general_ci"})
  void refusesCollationThatEquatesTexts(String collation) throws SQLException {
    String url = "jdbc:mariadb:" + mariaDb();
    execute(
        url,
        "alter table token_record modify subject varchar(255) collate %s not null"
            .formatted(collation));
    assertRefused(url, "", "token_record.subject has a collation");
  }

  @ParameterizedTest
  @ValueSource(strings = {"MyISAM", "Aria"})
  void refusesTableWithoutTransactionsAndLeavesItEmpty(String engine) throws SQLException {
    String url = "jdbc:mariadb:" + mariaDb();
    execute(url, "alter table token_record row_format = dynamic engine = " + engine);
    try (HikariDataSource pool = pool(url, "")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JdbcTokenStore.builder(pool).open())
          .withMessageContainingAll("keeps rows that were rolled back", "schema-mariadb.sql");
    }
    assertThat(records(url)).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"LATIN1", "SQL_ASCII", "WIN1252", "EUC_JP", "LATIN9"})
  void refusesPostgresDatabaseOfAnotherEncoding(String encoding) throws SQLException {
    String url =
        PostgresServer.newDatabase(
            "encoding '%s' locale 'C' template template0".formatted(encoding));
    try (HikariDataSource pool = pool(url, "")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JdbcTokenStore.builder(pool).createSchema(true).open())
          .withMessageContainingAll(CHANGED, "UTF8", "server_encoding");
    }
    assertThat(records(url)).isZero();
  }

  @Test
  void textTrialLeavesNoRecords() throws SQLException {
    for (String url : new String[] {"jdbc:mariadb:" + mariaDb(), PostgresServer.newDatabase()}) {
      try (HikariDataSource pool = pool(url, "")) {
        JdbcTokenStore.builder(pool).createSchema(true).open().close();
      }
      assertThat(records(url)).isZero();
    }
  }

  /**
   * The case of two nodes, or a proxy, whose connections have other settings than the checked one.
   */
  @Test
  void readFailsWhenConnectionLaterChangesTexts() throws SQLException {
    String url = "jdbc:mysql:" + mariaDb() + MYSQL_DRIVER;
    Instant now = Instant.now();
    TokenRecord record =
        TokenRecord.builder(Records.id((byte) 1), TokenKind.OPEN, "\u0158ofie", now).build();
    AtomicBoolean changed = new AtomicBoolean();
    try (HikariDataSource good = pool(url, "");
        HikariDataSource bad = pool(url + "&characterSetResults=ISO-8859-1", "");
        TokenStore store =
            JdbcTokenStore.builder(source(() -> changed.get() ? bad : good)).open()) {
      store.insert(record, Limit.NONE, now);
      assertThat(store.find(record.id())).contains(record);
      changed.set(true);
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> store.find(record.id()))
          .withStackTraceContaining("is not what was stored");
    }
  }

  /** Returns a data source that takes each connection from the current pool. */
  private static DataSource source(Supplier<DataSource> pool) {
    return (DataSource)
        Proxy.newProxyInstance(
            TextFidelityTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> method.invoke(pool.get(), arguments));
  }

  private static String mariaDb() throws SQLException {
    String database = MariaDbServer.newDatabase();
    try (HikariDataSource pool = pool("jdbc:mariadb:" + database, "")) {
      JdbcTokenStore.builder(pool).createSchema(true).open().close();
    }
    return database;
  }

  private static void assertRefused(String url, String initially, String advice) {
    try (HikariDataSource pool = pool(url, initially)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> JdbcTokenStore.builder(pool).open())
          .withMessageContainingAll(CHANGED, advice)
          .withMessageNotContaining("secret");
    }
  }

  private static void assertAccepted(String url) {
    try (HikariDataSource pool = pool(url, "")) {
      JdbcTokenStore.builder(pool).open().close();
    }
  }

  private static HikariDataSource pool(String url, String initially) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(2);
    config.setConnectionTimeout(Duration.ofSeconds(30).toMillis());
    if (!initially.isEmpty()) {
      config.setConnectionInitSql(initially);
    }
    return new HikariDataSource(config);
  }

  private static int records(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from token_record")) {
      row.next();
      return row.getInt(1);
    }
  }

  private static void execute(String url, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
