package org.tokenfilter.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/**
 * The current code on the tables of the first released script and on a record in them. The script
 * released-1-h2.sql never changes, even if the one in the jar does.
 */
class SchemaFirstReleaseTest {

  @Test
  void tablesOfTheFirstReleaseStillWork() throws Exception {
    JdbcDataSource database = new JdbcDataSource();
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(new TableNames("app_").sql(script()));
      statement.execute(
          """
          insert into app_token_record (id, kind, subject, roles, attributes, issued_at, last_used_at,
            idle_timeout, idle_expires_at, expires_at, visit_at, ended, subject_hash)
          values (repeat(x'07', 32), 1, 'alice', '', '', 1000, 1000, 60000, 61000, null, 61000, 0,
            735577801)""");
    }
    try (TokenStore store =
        JdbcTokenStore.builder(database).tablePrefix("app_").createSchema(false).open()) {
      byte[] sevens = new byte[TokenId.LENGTH];
      Arrays.fill(sevens, (byte) 7);
      TokenRecord old = store.find(TokenId.of(sevens)).orElseThrow();
      assertThat(old.subject()).isEqualTo("alice");
      assertThat(old.kind()).isEqualTo(TokenKind.SESSION);
      assertThat(old.idleTimeout()).isEqualTo(Duration.ofMinutes(1));
      Instant now = Instant.ofEpochMilli(2000);
      assertThat(store.list("alice", now, null, 9)).containsExactly(old);
      TokenRecord fresh =
          TokenRecord.builder(TokenId.of(new byte[TokenId.LENGTH]), TokenKind.OPEN, "bob", now)
              .build();
      store.insert(fresh, Limit.NONE, now);
      assertThat(store.find(fresh.id())).contains(fresh);
      assertThat(store.revoke(old.id(), Revocation.of(RevocationReason.CLOSED, now)))
          .containsExactly(old.id());
    }
  }

  private static String script() throws Exception {
    try (InputStream script =
        SchemaFirstReleaseTest.class.getResourceAsStream("released-1-h2.sql")) {
      return new String(Objects.requireNonNull(script).readAllBytes(), UTF_8);
    }
  }
}
