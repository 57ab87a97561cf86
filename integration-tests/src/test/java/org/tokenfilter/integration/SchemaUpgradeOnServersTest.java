package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStoreBuilder;

/** The upgrade of filled tables of version 1 on each database server. */
class SchemaUpgradeOnServersTest {

  private static final String PREFIX = "app_";

  /** Texts with characters of one to four bytes, and with the marks of the list encoding. */
  private static final String TEXT = "Zo\u00eb \u0158 \u30ab \ud83d\ude00 \\ ' ;";

  private static final String TABLES_WITHOUT_KEY =
      """
      select t.table_name from information_schema.tables t
      where t.table_schema = %s and not exists (
        select 1 from information_schema.table_constraints c
        where c.table_schema = t.table_schema and c.table_name = t.table_name
          and c.constraint_type = 'PRIMARY KEY')\
      """;

  private enum Server {
    POSTGRESQL,
    MARIADB,
    MYSQL;

    String newDatabase() {
      return switch (this) {
        case POSTGRESQL -> PostgresServer.newDatabase();
        case MARIADB -> "jdbc:mariadb:" + MariaDbServer.newDatabase();
        case MYSQL -> MySqlServer.newDatabase();
      };
    }

    String script() {
      return name().toLowerCase(Locale.ROOT) + ".sql";
    }

    String schema() {
      return this == POSTGRESQL ? "'public'" : "database()";
    }

    /** Returns queries that describe all columns and indexes. */
    List<String> descriptions() {
      return this == POSTGRESQL
          ? List.of(
              """
              select table_name, column_name, ordinal_position, data_type, is_nullable,
                character_maximum_length, collation_name, column_default
              from information_schema.columns where table_schema = 'public' order by 1, 3""",
              "select indexdef from pg_indexes where schemaname = 'public' order by 1",
              "select relname, reloptions from pg_class where relname like 'app%' order by 1")
          : List.of(
              """
              select table_name, column_name, ordinal_position, column_type, is_nullable,
                character_set_name, collation_name, column_default
              from information_schema.columns where table_schema = database() order by 1, 3""",
              """
              select table_name, index_name, seq_in_index, column_name, non_unique
              from information_schema.statistics where table_schema = database()
              order by 1, 2, 3""",
              """
              select table_name, engine, row_format, table_collation
              from information_schema.tables where table_schema = database() order by 1""");
    }
  }

  private final Instant now = Clock.systemUTC().instant().truncatedTo(ChronoUnit.MILLIS);

  @ParameterizedTest
  @EnumSource
  void filledVersion1BecomesVersion2(Server server) throws Exception {
    assumeTrue(server != Server.MYSQL || MySqlServer.isAvailable(), MySqlServer.MISSING);
    try (HikariDataSource fresh = PostgresServer.pool(server.newDatabase(), 2);
        HikariDataSource upgraded = PostgresServer.pool(server.newDatabase(), 2)) {
      builder(fresh).createSchema(true).open().close();
      List<TokenRecord> records = records();
      run(upgraded, "/schema-version-1/schema-" + server.script());
      for (TokenRecord record : records) {
        insertVersion1(upgraded, record);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder(upgraded).createSchema(true).open())
          .withMessageContainingAll(
              "have version 1", "Stop all nodes", "schema-upgrade-1-to-2-" + server.script());

      run(upgraded, "/org/tokenfilter/store/jdbc/schema-upgrade-1-to-2-" + server.script());

      for (String description : server.descriptions()) {
        assertThat(rows(upgraded, description)).isEqualTo(rows(fresh, description)).isNotEmpty();
      }
      try (TokenStore store = builder(upgraded).open()) {
        for (TokenRecord record : records) {
          assertThat(store.find(record.id())).contains(record);
        }
        assertThat(store.list(TEXT, now, null, 9)).hasSize(2);
        assertUsable(store, records);
      }
    }
  }

  /** Servers that replicate rows may refuse tables without one, or their updates. */
  @ParameterizedTest
  @EnumSource
  void eachTableHasAPrimaryKey(Server server) throws Exception {
    assumeTrue(server != Server.MYSQL || MySqlServer.isAvailable(), MySqlServer.MISSING);
    try (HikariDataSource pool = PostgresServer.pool(server.newDatabase(), 2)) {
      builder(pool).createSchema(true).open().close();

      assertThat(rows(pool, TABLES_WITHOUT_KEY.formatted(server.schema()))).isEmpty();
    }
  }

  private void assertUsable(TokenStore store, List<TokenRecord> records) {
    TokenRecord old = records.get(0);
    TokenRecord successor =
        TokenRecord.builder(Records.id((byte) 9), TokenKind.USER, TEXT, now)
            .group(old.group())
            .build();
    String cursor = store.changes(0, null, 9).cursor();
    assertThat(store.replace(old.id(), 0, successor, new Limit(1, Limit.Policy.REJECT), now))
        .isFalse();
    assertThat(store.replace(old.id(), 0, successor, new Limit(2, Limit.Policy.REJECT), now))
        .isTrue();
    assertThat(store.changes(0, cursor, 9).changes()).hasSize(1);
  }

  private List<TokenRecord> records() {
    TokenRecord user =
        TokenRecord.builder(Records.id((byte) 1), TokenKind.USER, TEXT, now)
            .group(TEXT + "/g")
            .client(TEXT)
            .binding("192.0.2.0/24")
            .roles(Set.of(TEXT, "clerk"))
            .attributes(Map.of("a\nb", TEXT))
            .idleTimeout(Duration.ofMinutes(30))
            .expiresAt(now.plusSeconds(9_000))
            .build();
    return List.of(
        user,
        TokenRecord.builder(Records.id((byte) 2), TokenKind.OPEN, TEXT, now)
            .group(TEXT + "/g")
            .build(),
        TokenRecord.builder(Records.id((byte) 3), TokenKind.OPEN, "bob", now)
            .revocation(Revocation.of(RevocationReason.CLOSED, now))
            .build());
  }

  /** Inserts a record as version 1 did. */
  private static void insertVersion1(HikariDataSource pool, TokenRecord record)
      throws SQLException {
    String sql =
        """
        insert into app_token_record (id, kind, subject, group_name, client, binding, roles,
          attributes, issued_at, last_used_at, idle_timeout, idle_expires_at, expires_at,
          visit_at, ended, ended_at, end_reason, subject_hash, group_hash)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";
    try (Connection connection = pool.getConnection();
        PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setBytes(1, record.id().bytes());
      insert.setInt(2, List.of(TokenKind.values()).indexOf(record.kind()) + 1);
      insert.setString(3, record.subject());
      insert.setString(4, record.group());
      insert.setString(5, record.client());
      insert.setString(6, record.binding());
      insert.setString(7, lines(record.roles().stream()));
      insert.setString(
          8,
          lines(
              record.attributes().entrySet().stream()
                  .flatMap(one -> Stream.of(one.getKey(), one.getValue()))));
      insert.setLong(9, record.issuedAt().toEpochMilli());
      insert.setLong(10, record.lastUsedAt().toEpochMilli());
      Duration idle = record.idleTimeout();
      setLong(insert, 11, idle == null ? null : idle.toMillis());
      setTime(insert, 12, record.idleExpiresAt());
      setTime(insert, 13, record.expiresAt());
      setTime(insert, 14, record.deadline());
      Revocation revocation = record.revocation();
      insert.setInt(15, revocation == null ? 0 : 1);
      setTime(insert, 16, revocation == null ? null : revocation.at());
      setLong(insert, 17, revocation == null ? null : 1L);
      insert.setInt(18, hash(record.subject()));
      String group = record.group();
      setLong(insert, 19, group == null ? null : (long) hash(group));
      insert.executeUpdate();
    }
  }

  private static String lines(Stream<String> texts) {
    return texts
        .map(text -> text.replace("\\", "\\\\").replace("\n", "\\n") + "\n")
        .reduce("", String::concat);
  }

  private static int hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getInt();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void setTime(PreparedStatement insert, int index, @Nullable Instant time)
      throws SQLException {
    setLong(insert, index, time == null ? null : time.toEpochMilli());
  }

  private static void setLong(PreparedStatement insert, int index, @Nullable Long number)
      throws SQLException {
    insert.setObject(index, number, Types.BIGINT);
  }

  private static JdbcTokenStoreBuilder builder(HikariDataSource pool) {
    return JdbcTokenStore.builder(pool).tablePrefix(PREFIX).timeout(Duration.ofSeconds(30));
  }

  /** Runs a script as the tools of operators do: without comments, statement by statement. */
  private static void run(HikariDataSource pool, String name) throws IOException, SQLException {
    String text;
    try (InputStream script = SchemaUpgradeOnServersTest.class.getResourceAsStream(name)) {
      text = new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
    }
    String statements =
        text.lines()
            .filter(line -> !line.strip().startsWith("--"))
            .reduce("", (all, line) -> all + line + "\n")
            .replace("${prefix}", PREFIX)
            .replace("${name}", PREFIX)
            // Version 1 needed MySQL 8.0.17, which has this collation.
            .replace("utf8mb4_0900_bin", "utf8mb4_bin");
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements.split(";", -1)) {
        if (!sql.isBlank()) {
          statement.execute(sql);
        }
      }
    }
  }

  private static List<String> rows(HikariDataSource pool, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int index = 1; index <= row.getMetaData().getColumnCount(); index++) {
          values.add(row.getString(index));
        }
        rows.add(values.toString());
      }
    }
    return rows;
  }
}
