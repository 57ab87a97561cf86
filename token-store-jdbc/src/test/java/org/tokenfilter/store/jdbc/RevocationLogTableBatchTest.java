package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** The logout of a user token that has had very many sessions, all of them dead. */
class RevocationLogTableBatchTest {

  private static final int DEAD_CHILDREN = 3 * RevocationLogTable.MAX_REPORTED_AGAIN + 1;

  private final JdbcDataSource database = new JdbcDataSource();
  private final Instant now = Instant.parse("2026-03-01T10:00:00Z");
  private int batchSize;
  private int maxBatchSize;

  RevocationLogTableBatchTest() {
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
  }

  @Test
  void deadChildrenAreLoggedInBatches() throws Exception {
    try (TokenStore store =
        JdbcTokenStore.builder(countingDataSource()).timeout(Duration.ofSeconds(30)).open()) {
      TokenRecord user = TokenRecord.builder(randomId(), TokenKind.USER, "alice", now).build();
      store.insert(user, Limit.NONE, now);
      insertDeadChildren(user.id());

      assertThat(store.revoke(user.id(), closed())).containsExactly(user.id());
      assertThat(countLoggedIds()).isEqualTo(1 + DEAD_CHILDREN);
      assertThat(maxBatchSize).isEqualTo(RevocationLogTable.MAX_REPORTED_AGAIN);

      assertThat(store.revoke(user.id(), closed())).isEmpty();
      assertThat(store.revokeAll(new Selection("alice", Set.of()), closed(), 9)).isEmpty();
      assertThat(countLoggedIds()).isEqualTo(1 + DEAD_CHILDREN);
    }
  }

  private static Revocation closed() {
    return Revocation.of(RevocationReason.CLOSED, Instant.parse("2026-03-01T10:00:00Z"));
  }

  private static TokenId randomId() {
    byte[] id = new byte[TokenId.LENGTH];
    ThreadLocalRandom.current().nextBytes(id);
    return TokenId.of(id);
  }

  private int countLoggedIds() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(distinct id) from token_end")) {
      row.next();
      return row.getInt(1);
    }
  }

  private void insertDeadChildren(TokenId parent) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                insert into token_record (id, kind, subject, roles, parent, issued_at, last_used_at,
                  visit_at, subject_hash, attributes, ended, ended_at, end_reason)
                select cast(random_uuid() as binary(16)) || cast(random_uuid() as binary(16)), 1,
                  'alice', '', ?, ?, ?, ?, ?, '', 1, ?, 1
                from system_range(1, ?)\
                """)) {
      long time = now.toEpochMilli();
      insert.setBytes(1, parent.bytes());
      insert.setLong(2, time);
      insert.setLong(3, time);
      insert.setLong(4, time);
      insert.setInt(5, TextHash.of("alice"));
      insert.setLong(6, time);
      insert.setInt(7, DEAD_CHILDREN);
      assertThat(insert.executeUpdate()).isEqualTo(DEAD_CHILDREN);
    }
  }

  /** Returns a data source that counts the changes written in one batch. */
  private DataSource countingDataSource() {
    return proxy(DataSource.class, database);
  }

  private <T> T proxy(Class<T> type, T real) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("addBatch")) {
            batchSize++;
            maxBatchSize = Math.max(maxBatchSize, batchSize);
          } else if (method.getName().equals("executeBatch")) {
            batchSize = 0;
          }
          try {
            Object answer = method.invoke(real, arguments);
            if (answer instanceof Connection connection) {
              return proxy(Connection.class, connection);
            }
            return answer instanceof PreparedStatement statement
                ? proxy(PreparedStatement.class, statement)
                : answer;
          } catch (InvocationTargetException e) {
            throw e.getTargetException();
          }
        };
    return type.cast(
        Proxy.newProxyInstance(
            RevocationLogTableBatchTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
