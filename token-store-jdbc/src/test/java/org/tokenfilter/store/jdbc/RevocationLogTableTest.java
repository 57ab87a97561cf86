package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
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

/** The logged revocations: only those to report to other nodes, however often calls repeat. */
class RevocationLogTableTest {

  private static final int REPETITIONS = 300;

  private final JdbcDataSource database = new JdbcDataSource();
  private final TokenStore store;
  private final Instant now = Instant.parse("2026-03-01T10:00:00Z");

  RevocationLogTableTest() {
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    store = open();
  }

  private TokenStore open() {
    return JdbcTokenStore.builder(database).timeout(Duration.ofSeconds(10)).open();
  }

  private TokenRecord insert(TokenRecord record) {
    store.insert(record, Limit.NONE, now);
    return record;
  }

  private TokenRecord.Builder record() {
    byte[] id = new byte[TokenId.LENGTH];
    ThreadLocalRandom.current().nextBytes(id);
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", now);
  }

  private Revocation closed() {
    return Revocation.of(RevocationReason.CLOSED, now);
  }

  private int countRows() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from token_end")) {
      row.next();
      return row.getInt(1);
    }
  }

  /** Otherwise each presentation of a dead token would make a node write to the database. */
  @Test
  void reportedRevocationsAreNotLoggedAgain() throws Exception {
    TokenRecord record = insert(record().build());
    store.revoke(record.id(), closed());
    for (int i = 0; i < REPETITIONS; i++) {
      assertThat(store.revoke(record.id(), closed())).isEmpty();
      assertThat(store.replace(record.id(), record().build(), now)).isFalse();
      assertThat(store.revokeAll(new Selection("alice", Set.of()), closed(), 9)).isEmpty();
    }
    assertThat(countRows()).isOne();
  }

  @Test
  void revocationReadInTimeByAnotherStoreIsNotLoggedAgain() throws Exception {
    boolean shown = false;
    try (TokenStore reader = open()) {
      for (int attempt = 0; attempt < 20 && !shown; attempt++) {
        shown = isReadInTimeAndNotLoggedAgain(reader);
      }
    }
    assertThat(shown).isTrue();
  }

  /** Returns false if the machine paused, so that the revocation may have been read too late. */
  private boolean isReadInTimeAndNotLoggedAgain(TokenStore reader) throws SQLException {
    TokenRecord record = insert(record().build());
    int before = countRows();
    long begin = System.nanoTime();
    store.revoke(record.id(), closed());
    assertThat(reader.revokedWithin(Duration.ZERO, 99).ids()).contains(record.id());
    if (System.nanoTime() - begin >= Transactions.MAX_COMMIT_DELAY.toNanos()) {
      return false;
    }
    assertThat(reader.revoke(record.id(), closed())).isEmpty();
    assertThat(countRows()).isEqualTo(before + 1);
    return true;
  }

  @Test
  void storeLogsUnreportedRevocationsOnce() throws Exception {
    TokenRecord parent = insert(record().build());
    insert(record().parent(parent.id()).build());
    insert(record().build());
    assertThat(store.revokeAll(new Selection("alice", Set.of()), closed(), 9)).hasSize(3);
    assertThat(countRows()).isEqualTo(3);
    try (TokenStore started = open()) {
      for (int i = 0; i < REPETITIONS; i++) {
        started.revoke(parent.id(), closed());
      }
      assertThat(countRows()).as("the parent and its child").isEqualTo(5);
      for (int i = 0; i < REPETITIONS; i++) {
        started.revokeAll(new Selection("alice", Set.of()), closed(), 9);
      }
      assertThat(countRows()).as("the third record as well").isEqualTo(6);
    }
  }

  @Test
  void unknownRecordIsNotLogged() throws Exception {
    assertThat(store.revoke(record().build().id(), closed())).isEmpty();
    assertThat(countRows()).isZero();
  }

  @Test
  void expiryIsNotLoggedButRevokedChildrenAre() throws Exception {
    Instant deadline = now.plusSeconds(60);
    TokenRecord parent = insert(record().expiresAt(deadline).build());
    TokenRecord lasting = insert(record().parent(parent.id()).build());
    TokenRecord shorter = insert(record().parent(parent.id()).expiresAt(deadline).build());

    Instant late = deadline.plusMillis(1);
    assertThat(store.sweep(late, now, 9).expired())
        .contains(parent.id(), lasting.id(), shorter.id());

    assertThat(countRows()).isOne();
    assertThat(store.revokedWithin(Duration.ofMinutes(1), 9).ids()).containsExactly(lasting.id());
    store.revokeAll(new Selection("alice", Set.of()), closed(), 9);
    assertThat(countRows()).isOne();
  }

  @Test
  void oldestOfVeryManyReportedAreForgotten() {
    ReportedRevocations reported = new ReportedRevocations();
    List<TokenId> first = List.of(record().build().id());
    reported.add(first);
    assertThat(reported.unreported(first)).isEmpty();
    for (int i = 0; i < 50_000; i++) {
      reported.add(List.of(record().build().id()));
    }
    assertThat(reported.unreported(first)).isEqualTo(first);
  }
}
