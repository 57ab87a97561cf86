package org.tokenfilter.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.InputStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * The upgrade of tables of version 1 on H2, with records in them. The script version-1-h2.sql never
 * changes, even if the one in the jar does.
 */
class SchemaUpgradeTest {

  private static final String COLUMNS =
      """
      select table_name, column_name, ordinal_position, data_type, character_maximum_length,
        is_nullable, column_default
      from information_schema.columns where table_schema = 'PUBLIC' order by 1, 3""";

  private static final String INDEXES =
      """
      select i.table_name, case when i.index_name like 'PRIMARY%' then 'PRIMARY' else i.index_name
        end, c.ordinal_position, c.column_name
      from information_schema.indexes i join information_schema.index_columns c
        on i.index_name = c.index_name
      where i.table_schema = 'PUBLIC' order by 1, 2, 3""";

  private final JdbcDataSource database = database();
  private final Instant now = Instant.ofEpochMilli(2000);

  @Test
  void version1IsRefusedWithTheRemedy() throws Exception {
    createVersion1();
    for (boolean create : List.of(true, false)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder().createSchema(create).open())
          .withMessageContainingAll(
              "have version 1",
              "needs version 2",
              "Stop all nodes",
              "schema-upgrade-1-to-2-h2.sql",
              "'app_'");
    }
  }

  @Test
  void upgradedSchemaIsThatOfNewTables() throws Exception {
    createVersion1();
    upgrade();
    JdbcDataSource fresh = database();
    JdbcTokenStore.builder(fresh).tablePrefix("app_").open().close();

    for (String description : List.of(COLUMNS, INDEXES)) {
      assertThat(rows(database, description)).isEqualTo(rows(fresh, description)).isNotEmpty();
    }
  }

  @Test
  void recordsSurviveTheUpgradeAndCanBeUsed() throws Exception {
    createVersion1();
    upgrade();
    try (TokenStore store = builder().createSchema(false).open()) {
      TokenRecord old = store.find(id(7)).orElseThrow();
      assertThat(old)
          .isEqualTo(
              TokenRecord.builder(id(7), TokenKind.SESSION, "alice", Instant.ofEpochMilli(1000))
                  .idleTimeout(Duration.ofMinutes(1))
                  .group("g")
                  .roles(Set.of("clerk"))
                  .attributes(Map.of("name", "Alice"))
                  .build());
      TokenRecord ended = store.find(id(8)).orElseThrow();
      assertThat(ended.revocation())
          .isEqualTo(Revocation.of(RevocationReason.CLOSED, Instant.ofEpochMilli(1500)));
      assertThat(store.list("alice", now, null, 9)).containsExactly(old);

      String cursor = store.changes(0, null, 9).cursor();
      var amended = old.details().amended(5).label("phone").build();
      assertThat(store.amend(id(7), 0, amended, now)).isEqualTo(AmendResult.AMENDED);
      assertThat(
              store.revokeAll(
                  Selection.ofGroup("alice", "g"), Revocation.of(RevocationReason.CLOSED, now), 9))
          .containsExactly(id(7));
      assertThat(store.changes(0, cursor, 9).changes()).hasSize(2);
    }
  }

  private void createVersion1() throws Exception {
    run(script("version-1-h2.sql"));
    run(
        """
        insert into app_token_record (id, kind, subject, group_name, roles, attributes, issued_at,
          last_used_at, idle_timeout, idle_expires_at, expires_at, visit_at, ended, ended_at,
          end_reason, subject_hash, group_hash)
        values (repeat(x'07', 32), 1, 'alice', 'g', U&'clerk\\000a', U&'name\\000aAlice\\000a',
          1000, 1000, 60000, 61000, null, 61000, 0, null, null, 735577801, %1$d),
          (repeat(x'08', 32), 2, 'alice', null, '', '', 1000, 1000, null, null, null, null, 1,
          1500, 1, 735577801, null)"""
            .formatted(TextHash.of("g")));
  }

  private void upgrade() throws Exception {
    run(script("schema-upgrade-1-to-2-h2.sql"));
  }

  private JdbcTokenStoreBuilder builder() {
    return JdbcTokenStore.builder(database).tablePrefix("app_");
  }

  private void run(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> rows(JdbcDataSource source, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = source.getConnection();
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

  private static JdbcDataSource database() {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    return database;
  }

  private static TokenId id(int number) {
    byte[] bytes = new byte[TokenId.LENGTH];
    Arrays.fill(bytes, (byte) number);
    return TokenId.of(bytes);
  }

  private static String script(String name) throws Exception {
    try (InputStream script = SchemaUpgradeTest.class.getResourceAsStream(name)) {
      return new TableNames("app_")
          .sql(new String(Objects.requireNonNull(script).readAllBytes(), UTF_8));
    }
  }
}
