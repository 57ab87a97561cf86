package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenStoreException;

class SchemaTest {

  private final JdbcDataSource database = new JdbcDataSource();

  SchemaTest() {
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    database.setUser("sa");
    database.setPassword("");
  }

  @Test
  void missingTablesAreCreatedOnce() {
    for (int start = 0; start < 2; start++) {
      JdbcTokenStore.builder(database).open().close();
    }
    JdbcTokenStore.builder(database).createSchema(false).open().close();
  }

  @Test
  void onlyMissingTablesAndRowsAreCreated() throws SQLException {
    JdbcTokenStore.builder(database).tablePrefix("app_").open().close();
    execute(
        "drop table app_token_change",
        "drop table app_token_mark",
        "delete from app_token_change_lane where lane > 9",
        "delete from app_token_group_lock where slot > 9");

    JdbcTokenStore.builder(database).tablePrefix("app_").open().close();
  }

  @Test
  void prefixMayContainASchema() throws SQLException {
    execute("create schema auth");

    JdbcTokenStore.builder(database).tablePrefix("auth.app_").open().close();
    execute("select * from auth.app_token_record");
  }

  @Test
  void missingTablesAreListedIfCreationIsOff() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcTokenStore.builder(database).createSchema(false).open())
        .withMessageContainingAll(
            "H2",
            "token_record is missing or may not be read",
            "token_change is missing",
            "token_change_lane is missing",
            "token_horizon is missing",
            "token_mark is missing",
            "token_group_lock is missing",
            "token_schema is missing",
            "schema-h2.sql",
            "token.store.jdbc.schema=create")
        .withMessageNotContaining("select");
  }

  @Test
  void missingAndDifferentColumnsAreListed() throws SQLException {
    JdbcTokenStore.builder(database).open().close();
    execute(
        "alter table token_record drop column binding",
        "alter table token_record alter column client varchar(100)",
        "alter table token_record alter column kind varchar(9)");

    assertThat(problems())
        .contains(
            "token_record has no column binding",
            "token_record.client is character varying(100), not varchar(255)",
            "token_record.kind is character varying(9), not smallint");
  }

  @Test
  void missingPrivilegesAreListed() throws SQLException {
    JdbcTokenStore.builder(database).open().close();
    execute(
        "create user reader password ''",
        "grant select on token_record, token_change, token_change_lane to reader",
        "grant select on token_horizon, token_mark, token_group_lock, token_schema to reader",
        "grant insert on token_change to reader");
    connectAs("reader");

    assertThat(problems())
        .contains(
            "this user may not insert into token_record",
            "this user may not update token_record",
            "this user may not delete from token_record",
            "this user may not delete from token_change",
            "this user may not update token_change_lane",
            "this user may not update token_horizon",
            "this user may not update token_mark",
            "this user may not update token_group_lock")
        .doesNotContain("insert into token_change");
  }

  @Test
  void otherVersionsAndMissingSlotsAreRefused() throws SQLException {
    JdbcTokenStore.builder(database).open().close();
    execute(
        "update token_schema set version = 3",
        "delete from token_change_lane where lane = 7",
        "delete from token_group_lock where slot = 7");

    assertThat(problems())
        .contains(
            "token_schema must have version 2",
            "token_change_lane must have the lanes 0 to 63",
            "token_group_lock must have the slots 0 to 255");
  }

  @Test
  void collationThatEquatesDifferentTextsIsRefused() throws SQLException {
    JdbcTokenStore.builder(database).open().close();
    execute(
        "drop index token_record_group",
        "alter table token_record alter column group_name varchar_ignorecase(512)");

    assertThat(problems()).contains("token_record.group_name");
  }

  @Test
  void connectionsWithoutAutoCommitAreRefused() {
    FakeDatabase fake = new FakeDatabase();
    fake.autoCommit = false;

    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcTokenStore.builder(fake.dataSource()).open())
        .withMessageContainingAll("autoCommit off", "logout");
    assertThat(fake.calls).endsWith("close");
  }

  @Test
  void unreachableDatabaseIsRetryable() {
    DataSource gone = SwitchableDataSource.of(database, new AtomicBoolean(false));

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> JdbcTokenStore.builder(gone).open())
        .matches(TokenStoreException::retryable);
  }

  @Test
  void listeningNeedsPostgres() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcTokenStore.builder(database).listen(true).open())
        .withMessageContaining("PostgreSQL");
  }

  @Test
  void everyDialectHasItsScripts() {
    for (Dialect dialect : Dialect.values()) {
      for (String name : List.of("schema-", "schema-drop-", "schema-upgrade-1-to-2-")) {
        assertThat(Schema.class.getResource(name + dialect.scriptName() + ".sql")).isNotNull();
      }
    }
  }

  private void connectAs(String user) {
    // Only administrators may use the options after the name of the database.
    database.setURL(database.getURL().replaceFirst(";.*", ""));
    database.setUser(user);
  }

  private String problems() {
    var refused =
        catchThrowableOfType(
            IllegalArgumentException.class,
            () -> JdbcTokenStore.builder(database).createSchema(false).open());
    assertThat(refused).isNotNull();
    return String.valueOf(refused.getMessage());
  }

  private void execute(String... statements) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
