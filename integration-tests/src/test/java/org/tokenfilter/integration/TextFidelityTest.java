package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  private static final String CHANGED = "does not return texts as they were stored";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "characterEncoding=ISO-8859-1",
        "characterEncoding=windows-1252&useServerPrepStmts=true",
        "characterEncoding=Shift_JIS",
        "characterSetResults=ISO-8859-1",
        "connectionCollation=latin1_swedish_ci",
        "useUnicode=true&characterEncoding=UTF-8",
        "connectionCollation=utf8mb4_unicode_ci",
        "useServerPrepStmts=true&cachePrepStmts=true",
        "rewriteBatchedStatements=true&useCompression=true",
        "sessionVariables=character_set_client=latin1",
      })
  void acceptsMySqlConnectionOfAnyCharacterSet(String parameters) throws SQLException {
    assertAccepted("jdbc:mysql:" + mariaDb() + MYSQL_DRIVER + "&" + parameters, "");
  }

  @ParameterizedTest
  @ValueSource(strings = {"latin1", "utf8mb3", "cp1250", "gbk"})
  void acceptsPoolWithAnyCharacterSet(String characterSet) throws SQLException {
    String database = mariaDb();
    assertAccepted("jdbc:mysql:" + database + MYSQL_DRIVER, "set names " + characterSet);
    if (characterSet.startsWith("utf8")) {
      // MariaDB's driver itself allows no other.
      assertAccepted("jdbc:mariadb:" + database, "set names " + characterSet);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"subject", "group_name", "client", "binding", "roles", "attributes"})
  void refusesColumnWithACharacterSetByName(String column) throws SQLException {
    String type =
        switch (column) {
          case "subject" -> "varchar(765) %s not null";
          case "group_name" -> "varchar(1536) %s";
          case "client", "binding" -> "varchar(765) %s";
          default -> "mediumtext %s not null";
        };
    for (String characterSet :
        new String[] {
          "character set latin1 collate latin1_bin",
          "character set utf8mb4 collate utf8mb4_general_ci",
          "character set utf8mb4 collate utf8mb4_nopad_bin"
        }) {
      String url = "jdbc:mariadb:" + mariaDb();
      execute(
          url,
          "alter table token_record modify %s %s".formatted(column, type.formatted(characterSet)));
      try (HikariDataSource pool = pool(url, "")) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> JdbcTokenStore.builder(pool).open())
            .withMessageContainingAll("token_record." + column + " is ", ", not ", "b");
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

  /** The case of two nodes, or a proxy, whose connections have other settings. */
  @Test
  void connectionsOfOtherCharacterSetsReadTheSameTexts() throws SQLException {
    String url = "jdbc:mysql:" + mariaDb() + MYSQL_DRIVER;
    TokenRecord record = record();
    try (HikariDataSource one = pool(url, "");
        HikariDataSource other = pool(url + "&characterSetResults=ISO-8859-1", "set names gbk");
        TokenStore store = JdbcTokenStore.builder(one).open();
        TokenStore otherNode = JdbcTokenStore.builder(other).open()) {
      store.insert(record, Limit.NONE, now);
      assertThat(otherNode.find(record.id())).contains(record);
      assertThat(otherNode.list(record.subject(), now, null, 9)).containsExactly(record);
    }
  }

  @Test
  void recordWhoseTextWasChangedIsNotReturned() throws SQLException {
    for (String url : new String[] {"jdbc:mariadb:" + mariaDb(), PostgresServer.newDatabase()}) {
      TokenRecord record = record();
      try (HikariDataSource pool = pool(url, "");
          TokenStore store = JdbcTokenStore.builder(pool).createSchema(true).open()) {
        store.insert(record, Limit.NONE, now);
        execute(url, "update token_record set subject = 'Rofie'");
        assertThatExceptionOfType(TokenStoreException.class)
            .isThrownBy(() -> store.find(record.id()))
            .withStackTraceContaining("is not what was stored");
        assertThat(store.find(List.of(record.id())).unreadable()).containsExactly(record.id());
      }
    }
  }

  private TokenRecord record() {
    return TokenRecord.builder(Records.id((byte) 1), TokenKind.OPEN, "\u0158ofie", now).build();
  }

  private static String mariaDb() throws SQLException {
    String database = MariaDbServer.newDatabase();
    try (HikariDataSource pool = pool("jdbc:mariadb:" + database, "")) {
      JdbcTokenStore.builder(pool).createSchema(true).open().close();
    }
    return database;
  }

  private static void assertAccepted(String url, String initially) {
    try (HikariDataSource pool = pool(url, initially)) {
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
