package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** The database privileges that the application's user needs: reading and writing rows. */
class PrivilegesTest {

  private static final List<String> GRANTS =
      List.of(
          "grant select, insert, update, delete on token_record to 'clerk'@'localhost'",
          "grant select, insert on token_change to 'clerk'@'localhost'",
          "grant select, insert, update, delete on token_horizon to 'clerk'@'localhost'",
          "grant select, insert, update, delete on token_mark to 'clerk'@'localhost'",
          "grant select, update on token_group_lock to 'clerk'@'localhost'",
          "grant select on token_schema to 'clerk'@'localhost'");

  private static final String LAST_GRANT = "grant delete on token_change to 'clerk'@'localhost'";

  private final Instant now = Clock.systemUTC().instant();

  @Test
  void postgresUserNeedsOnlyRowPrivileges() throws SQLException {
    String url = PostgresServer.newDatabase();
    try (HikariDataSource owner = PostgresServer.pool(url, 1)) {
      JdbcTokenStore.builder(owner).createSchema(true).open().close();
      execute(owner, "create role clerk login");
      GRANTS.forEach(grant -> execute(owner, grant.replace("'clerk'@'localhost'", "clerk")));
      try (HikariDataSource pool =
          PostgresServer.pool(url.replace("user=postgres", "user=clerk"), 1)) {
        assertOneGrantIsMissing(pool, "PostgreSQL");
        execute(owner, LAST_GRANT.replace("'clerk'@'localhost'", "clerk"));
        useEachCall(pool);
      }
    }
  }

  @Test
  void mariaDbUserNeedsOnlyRowPrivileges() throws SQLException {
    String database = MariaDbServer.newDatabase();
    try (HikariDataSource owner = PostgresServer.pool("jdbc:mariadb:" + database, 1)) {
      JdbcTokenStore.builder(owner).createSchema(true).open().close();
      execute(owner, "create or replace user 'clerk'@'localhost' identified by 'secret'");
      GRANTS.forEach(grant -> execute(owner, grant));
      execute(owner, "grant select, update on token_change_lane to 'clerk'@'localhost'");
      try (HikariDataSource pool =
          PostgresServer.pool("jdbc:mariadb:" + database.replace("user=owner", "user=clerk"), 1)) {
        assertOneGrantIsMissing(pool, "MariaDB");
        execute(owner, LAST_GRANT);
        useEachCall(pool);
      }
    }
  }

  private static void assertOneGrantIsMissing(HikariDataSource pool, String product) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JdbcTokenStore.builder(pool).open())
        .withMessageContainingAll(
            product, "this user may not delete from token_change (SQLState 42")
        .withMessageNotContaining("token_record");
  }

  /** Makes one call of each kind. */
  private void useEachCall(HikariDataSource pool) {
    Limit one = new Limit(1, Limit.Policy.EVICT_OLDEST);
    try (TokenStore store = JdbcTokenStore.builder(pool).open()) {
      String cursor = store.changes(0, null, 9).cursor();
      for (int number = 1; number <= 2; number++) {
        assertThat(store.insert(record(number), one, now).outcome())
            .isEqualTo(InsertResult.Outcome.INSERTED);
      }
      TokenRecord child = record(3).toBuilder().group(null).parent(record(2).id()).build();
      assertThat(store.insert(child, one, now).outcome()).isEqualTo(InsertResult.Outcome.INSERTED);
      assertThat(store.renew(List.of(new Renewal(child.id(), now, null)), now)).isEmpty();
      var labelled = child.details().amended(1).label("phone").build();
      assertThat(store.amend(child.id(), 0, labelled, now)).isEqualTo(AmendResult.AMENDED);
      assertThat(store.replace(record(2).id(), 0, record(4), Limit.NONE, now)).isTrue();
      assertThat(
              store.revokeAll(
                  Selection.ofSubject("alice"), Revocation.of(RevocationReason.CLOSED, now), 9))
          .containsExactly(record(4).id());
      assertThat(store.changes(0, cursor, 9).changes()).hasSize(5);
      assertThat(store.mark("once", now.plusSeconds(1), now)).isTrue();
      assertThat(store.mark("once", now.plusSeconds(9), now.plusSeconds(5))).isTrue();
      assertThat(store.list("alice", now, null, 9)).isEmpty();
      assertThat(store.sweep(0, now, now.plusSeconds(1), 9).deleted()).isEqualTo(4);
    }
  }

  private TokenRecord record(int number) {
    byte[] id = new byte[TokenId.LENGTH];
    id[0] = (byte) number;
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", now).group("g").build();
  }

  private static void execute(HikariDataSource pool, String sql) {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
