package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** The feed of changes by lanes: what is told, deleted, and noticed of another life. */
class LaneFeedTest {

  private final JdbcDataSource database = new JdbcDataSource();
  private final TokenStore store;
  private final Instant now = Instant.parse("2026-03-01T10:00:00Z");

  LaneFeedTest() {
    database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    store = JdbcTokenStore.builder(database).timeout(Duration.ofSeconds(10)).open();
  }

  /** Otherwise each presentation of a dead token would make a node write to the database. */
  @Test
  void repeatedCallsWriteNoFurtherChanges() throws Exception {
    TokenId id = insert(record());
    store.revoke(id, closed());
    for (int i = 0; i < 10; i++) {
      assertThat(store.revoke(id, closed())).isEmpty();
      assertThat(store.replace(id, 0, record().build(), Limit.NONE, now)).isFalse();
      assertThat(store.revokeAll(Selection.ofSubject("alice"), closed(), 9)).isEmpty();
    }
    assertThat(countChanges()).isOne();
  }

  @Test
  void expiryIsNotToldButRevokedChildrenAre() throws Exception {
    Instant deadline = now.plusSeconds(60);
    TokenId parent = insert(record().expiresAt(deadline));
    TokenId lasting = insert(record().parent(parent));
    TokenId shorter = insert(record().parent(parent).expiresAt(deadline));
    String cursor = cursor();

    assertThat(store.sweep(0, deadline.plusMillis(1), now, 9).expired())
        .contains(parent, lasting, shorter);

    assertThat(store.changes(0, cursor, 9).changes())
        .containsExactly(Change.revoked(lasting, RevocationReason.EXPIRED));
  }

  @Test
  void pagesTellEachChangeOnceWhateverTheLimit() {
    String start = cursor();
    List<TokenId> ids = revokeMany(200);
    for (int limit : List.of(1, 63, 64, 65, 1_000)) {
      List<TokenId> told = new ArrayList<>();
      Changes page = store.changes(0, start, limit);
      told.addAll(ids(page));
      while (page.more()) {
        page = store.changes(0, page.cursor(), limit);
        assertThat(page.known()).isTrue();
        assertThat(page.changes()).hasSizeBetween(1, limit);
        told.addAll(ids(page));
      }
      assertThat(told).containsExactlyInAnyOrderElementsOf(ids);
    }
  }

  @Test
  void restoredBackupIsNoticed() throws Exception {
    revokeMany(100);
    execute(
        "create table saved_change as select * from token_change",
        "create table saved_lane as select * from token_change_lane");
    String beforeBackup = cursor();
    revokeMany(100);
    String cursor = cursor();
    restore();
    assertThat(store.changes(0, cursor, 9).known()).as("numbers went back").isFalse();
    assertThat(store.changes(0, beforeBackup, 9).known()).isTrue();

    revokeMany(1_000);
    assertThat(store.changes(0, cursor, 10_000).known()).as("numbers repeat").isFalse();
    assertThat(store.changes(0, beforeBackup, 10_000).changes()).hasSize(1_000);
  }

  private void restore() throws SQLException {
    execute(
        "delete from token_change",
        "insert into token_change select * from saved_change",
        "delete from token_change_lane",
        "insert into token_change_lane select * from saved_lane");
  }

  @Test
  void tablesThatWereMadeAgainAreNoticed() throws Exception {
    String cursor = cursor();
    execute("drop table token_change", "drop table token_change_lane");
    JdbcTokenStore.builder(database).open().close();

    assertThat(store.changes(0, cursor, 9).known()).isFalse();
  }

  @Test
  void foreignCursorsAreUnknown() {
    for (String text : List.of("", "x", "AAAA", "1:1:", cursor() + "AA")) {
      Changes page = store.changes(0, text, 9);
      assertThat(page.known()).as(text).isFalse();
      assertThat(store.changes(0, page.cursor(), 9).known()).isTrue();
    }
  }

  @Test
  void oldChangesAreDeletedAndOlderCursorsUnknown() throws Exception {
    String old = cursor();
    List<TokenId> ids = revokeMany(100);
    String between = cursor();
    sweep();
    List<TokenId> later = revokeMany(10);

    ageHorizons(HorizonTable.RETENTION.minusSeconds(5));
    sweep();
    assertThat(ids(store.changes(0, old, 1_000)))
        .as("the retention has not passed")
        .hasSize(ids.size() + later.size());

    ageHorizons(Duration.ofSeconds(10));
    sweep();
    assertThat(countChanges()).isEqualTo(later.size());
    assertThat(store.changes(0, old, 1_000).known()).isFalse();
    assertThat(ids(store.changes(0, between, 1_000))).containsExactlyInAnyOrderElementsOf(later);
  }

  @Test
  void manyOldChangesAreDeletedInSteps() throws Exception {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into token_change (lane, number, id, version, stamp, previous_stamp)
          select 1, x, repeat(x'04', 32), 1, 0, 0 from system_range(1, 1000)""");
      statement.execute("update token_change_lane set last_number = 1000 where lane = 1");
    }
    sweep();
    ageHorizons(HorizonTable.RETENTION);
    assertThat(store.sweep(0, Instant.EPOCH, Instant.EPOCH, 9).more()).isTrue();
    assertThat(countChanges()).isBetween(1, 999);
    sweep();
    assertThat(countChanges()).isZero();
  }

  @Test
  void reasonOfANewerVersionIsToldAsARevocation() throws Exception {
    String cursor = cursor();
    TokenId id = insert(record());
    store.revoke(id, closed());
    execute("update token_change set reason = 99");

    assertThat(store.changes(0, cursor, 9).changes())
        .containsExactly(Change.revoked(id, RevocationReason.CLOSED));
  }

  private void sweep() {
    while (store.sweep(0, Instant.EPOCH, Instant.EPOCH, 9).more()) {
      assertThat(store).isNotNull();
    }
  }

  private void ageHorizons(Duration time) throws SQLException {
    execute("update token_horizon set taken_at = taken_at - " + time.toMillis());
  }

  private List<TokenId> revokeMany(int number) {
    List<TokenId> ids = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      ids.add(insert(record()));
    }
    assertThat(store.revokeAll(Selection.ofSubject("alice"), closed(), 10_000))
        .containsExactlyInAnyOrderElementsOf(ids);
    return ids;
  }

  private static List<TokenId> ids(Changes page) {
    assertThat(page.known()).isTrue();
    return page.changes().stream().map(Change::id).toList();
  }

  private String cursor() {
    return store.changes(0, null, 1).cursor();
  }

  private TokenId insert(TokenRecord.Builder builder) {
    TokenRecord record = builder.build();
    store.insert(record, Limit.NONE, now);
    return record.id();
  }

  private TokenRecord.Builder record() {
    byte[] id = new byte[TokenId.LENGTH];
    ThreadLocalRandom.current().nextBytes(id);
    return TokenRecord.builder(TokenId.of(id), TokenKind.OPEN, "alice", now);
  }

  private Revocation closed() {
    return Revocation.of(RevocationReason.CLOSED, now);
  }

  private int countChanges() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from token_change")) {
      row.next();
      return row.getInt(1);
    }
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
