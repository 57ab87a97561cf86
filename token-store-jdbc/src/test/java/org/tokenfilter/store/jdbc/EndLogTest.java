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
class EndLogTest {

  private static final int OFTEN = 300;

  private final JdbcDataSource database = new JdbcDataSource();
  private final TokenStore store;
  private final Instant now = Instant.parse("2026-03-01T10:00:00Z");

  EndLogTest() {
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

  private int rows() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from token_end")) {
      row.next();
      return row.getInt(1);
    }
  }

  /** Otherwise each presentation of a dead token would make a node write to the database. */
  @Test
  void endsThatAreKnownToHaveBeenNamedInTimeAreNotWrittenDownAgain() throws Exception {
    TokenRecord record = insert(record().build());
    store.revoke(record.id(), closed());
    for (int i = 0; i < OFTEN; i++) {
      assertThat(store.revoke(record.id(), closed())).isEmpty();
      assertThat(store.replace(record.id(), record().build(), now)).isFalse();
      assertThat(store.revokeAll(new Selection("alice", Set.of()), closed(), 9)).isEmpty();
    }
    assertThat(rows()).isOne();
  }

  @Test
  void endThatAnotherStoreHasReadWhileItWasYoungIsNotWrittenDownAgain() throws Exception {
    boolean shown = false;
    try (TokenStore reader = open()) {
      for (int attempt = 0; attempt < 20 && !shown; attempt++) {
        shown = isReadWhileYoungAndLeftAlone(reader);
      }
    }
    assertThat(shown).isTrue();
  }

  /** Returns false if the machine paused, so that the revocation may have been read too late. */
  private boolean isReadWhileYoungAndLeftAlone(TokenStore reader) throws SQLException {
    TokenRecord record = insert(record().build());
    int before = rows();
    long begin = System.nanoTime();
    store.revoke(record.id(), closed());
    assertThat(reader.revokedWithin(Duration.ZERO, 99).ids()).contains(record.id());
    if (System.nanoTime() - begin >= Transactions.MAX_COMMIT_DELAY.toNanos()) {
      return false;
    }
    assertThat(reader.revoke(record.id(), closed())).isEmpty();
    assertThat(rows()).isEqualTo(before + 1);
    return true;
  }

  @Test
  void whatAStoreDoesNotKnowItWritesDownOnce() throws Exception {
    TokenRecord parent = insert(record().build());
    insert(record().parent(parent.id()).build());
    insert(record().build());
    assertThat(store.revokeAll(new Selection("alice", Set.of()), closed(), 9)).hasSize(3);
    assertThat(rows()).isEqualTo(3);
    try (TokenStore started = open()) {
      for (int i = 0; i < OFTEN; i++) {
        started.revoke(parent.id(), closed());
      }
      assertThat(rows()).as("the parent and its child").isEqualTo(5);
      for (int i = 0; i < OFTEN; i++) {
        started.revokeAll(new Selection("alice", Set.of()), closed(), 9);
      }
      assertThat(rows()).as("the third record as well").isEqualTo(6);
    }
  }

  @Test
  void whatIsUnknownIsNotWrittenDown() throws Exception {
    assertThat(store.revoke(record().build().id(), closed())).isEmpty();
    assertThat(rows()).isZero();
  }

  @Test
  void expiryIsNotWrittenDownButWhatItTakesAlongIs() throws Exception {
    Instant deadline = now.plusSeconds(60);
    TokenRecord parent = insert(record().expiresAt(deadline).build());
    TokenRecord lasting = insert(record().parent(parent.id()).build());
    TokenRecord shorter = insert(record().parent(parent.id()).expiresAt(deadline).build());

    Instant late = deadline.plusMillis(1);
    assertThat(store.sweep(late, now, 9).expired())
        .contains(parent.id(), lasting.id(), shorter.id());

    assertThat(rows()).isOne();
    assertThat(store.revokedWithin(Duration.ofMinutes(1), 9).ids()).containsExactly(lasting.id());
    store.revokeAll(new Selection("alice", Set.of()), closed(), 9);
    assertThat(rows()).isOne();
  }

  @Test
  void ofVeryManyTheOldestAreForgotten() {
    ReportedRevocations named = new ReportedRevocations();
    List<TokenId> first = List.of(record().build().id());
    named.add(first);
    assertThat(named.unreported(first)).isEmpty();
    for (int i = 0; i < 50_000; i++) {
      named.add(List.of(record().build().id()));
    }
    assertThat(named.unreported(first)).isEqualTo(first);
  }
}
