package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/** Clause S12 on PostgreSQL: what a cursor by snapshots tells, and which cursors it knows. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PostgresFeedTest {

  private static final String CHANGE =
      "insert into token_change (id, version) values (decode(repeat('%s', 32), 'hex'), 1)";

  private final String url = PostgresServer.newDatabase();
  private final HikariDataSource pool = PostgresServer.pool(url, 4);
  private final TokenStore store = open(pool);
  private final Instant now = Clock.systemUTC().instant();

  private static TokenStore open(HikariDataSource pool) {
    return JdbcTokenStore.builder(pool).createSchema(true).timeout(Duration.ofSeconds(30)).open();
  }

  @AfterEach
  void stop() {
    store.close();
    pool.close();
  }

  /** Every transaction that is open at a question is told by a later one, exactly once. */
  @Test
  void changesOfLateCommitsAreToldOnceInAnyOrder() throws Exception {
    List<String> told = new ArrayList<>();
    String cursor = cursor(store);
    try (Connection first = begin("01");
        Connection second = begin("02")) {
      cursor = tell(cursor, told);
      assertThat(told).isEmpty();
      try (Connection third = begin("03")) {
        third.commit();
      }
      cursor = tell(cursor, told);
      assertThat(told).containsExactly("03");
      second.commit();
      cursor = tell(cursor, told);
      first.commit();
      cursor = tell(cursor, told);
    }
    tell(cursor, told);
    assertThat(told).containsExactly("03", "02", "01");
  }

  @Test
  void rolledBackChangesAreNeverTold() throws Exception {
    List<String> told = new ArrayList<>();
    String cursor = cursor(store);
    try (Connection connection = begin("01")) {
      cursor = tell(cursor, told);
      connection.rollback();
    }
    tell(cursor, told);
    assertThat(told).isEmpty();
  }

  @Test
  void pagesTellEachChangeOnceWhileOthersAreWritten() throws Exception {
    String cursor = cursor(store);
    List<TokenId> ids = revokeMany(60);
    List<TokenId> told = new ArrayList<>();
    try (Connection open = begin("01")) {
      Changes page;
      do {
        page = store.changes(0, cursor, 7);
        assertThat(page.known()).isTrue();
        assertThat(page.changes()).hasSizeLessThanOrEqualTo(7);
        told.addAll(page.changes().stream().map(Change::id).toList());
        if (told.size() == 14) {
          open.commit();
          ids.addAll(revokeMany(10));
        }
        cursor = page.cursor();
      } while (page.more());
      // With the last page nothing is left that was acknowledged before its question.
      assertThat(told).hasSize(71).containsAll(ids).doesNotHaveDuplicates();
    }
  }

  @Test
  void cursorsThatTheServerWouldRefuseAreUnknown() {
    for (String cursor :
        List.of("life|9:3:", "life|0:3:", "life|5:9:9,4", "life|5:9:|5:9:|7|abc")) {
      assertThat(store.changes(0, cursor, 9).known()).as(cursor).isFalse();
    }
  }

  @Test
  void oldChangesAreDeletedButNotThoseThatWereCommittedLate() throws Exception {
    String old = cursor(store);
    revokeMany(5);
    try (Connection late = begin("01")) {
      String between = cursor(store);
      sweep();
      execute("update token_horizon set taken_at = taken_at - 200000");
      late.commit();
      sweep();

      assertThat(countChanges()).as("the late one").isOne();
      assertThat(store.changes(0, old, 9).known()).isFalse();
      assertThat(store.changes(0, between, 9).changes()).hasSize(1);
    }
  }

  /** The clock was an hour ahead for a while: its horizon is due after a later one. */
  @Test
  void cursorBeforeDeletedChangesIsUnknownEvenIfTheClockWasSetBack() throws Exception {
    sweep();
    execute("update token_horizon set taken_at = taken_at + 3600000");
    String cursor = cursor(store);
    revokeMany(5);
    sweep();
    execute(
        "update token_horizon set taken_at = taken_at - 200000"
            + " where taken_at < (select max(taken_at) from token_horizon)");
    sweep();
    assertThat(store.changes(0, cursor, 9).known()).isFalse();

    execute(
        "update token_horizon set taken_at = taken_at - 3760000"
            + " where taken_at = (select max(taken_at) from token_horizon)");
    sweep();

    assertThat(countChanges()).isZero();
    assertThat(store.changes(0, cursor, 9).known()).isFalse();
  }

  @Test
  void changesOfARestoredDumpAreNotToldAgainAndAgain() throws Exception {
    execute(
        """
        insert into token_change (transaction_id, id, version)
        values ('900000000000', decode(repeat('07', 32), 'hex'), 1)""");
    String cursor = cursor(store);
    assertThat(store.changes(0, cursor, 9).changes()).isEmpty();
    sweep();
    assertThat(countChanges()).isZero();
  }

  @Test
  void tableThatWasRestoredIsNoticed() throws Exception {
    String cursor = cursor(store);
    assertThat(store.changes(0, cursor, 9).known()).isTrue();
    execute(
        "create table saved as select * from token_change",
        "truncate token_change",
        "insert into token_change select * from saved");
    assertThat(store.changes(0, cursor, 9).known()).isFalse();
  }

  @Test
  void restartAndCrashOfTheServerAreNoticed() throws Exception {
    try (RestartablePostgres server = new RestartablePostgres()) {
      String cursor;
      try (HikariDataSource before = restartable(server);
          TokenStore store = open(before)) {
        cursor = cursor(store);
        assertThat(store.changes(0, cursor, 9).known()).isTrue();
      }
      server.kill();
      server.start();
      try (HikariDataSource after = restartable(server);
          TokenStore store = open(after)) {
        assertThat(store.changes(0, cursor, 9).known()).isFalse();
        String next = cursor(store);
        assertThat(store.changes(0, next, 9).known()).isTrue();
      }
    }
  }

  private static HikariDataSource restartable(RestartablePostgres server) {
    return PostgresServer.pool(
        RestartablePostgres.url(server.port(), "postgres") + "?user=postgres", 2);
  }

  @Test
  void promotedStandbyIsNoticed() throws Exception {
    try (PostgresPair pair = new PostgresPair();
        HikariDataSource first = PostgresServer.pool(PostgresPair.url(pair.firstPort()), 2)) {
      String cursor;
      try (TokenStore store = open(first)) {
        cursor = cursor(store);
        assertThat(store.changes(0, cursor, 9).known()).isTrue();
      }
      pair.switchOver();
      try (HikariDataSource second = PostgresServer.pool(PostgresPair.url(pair.secondPort()), 2);
          TokenStore store = open(second)) {
        assertThat(store.changes(0, cursor, 9).known()).isFalse();
      }
    }
  }

  @Test
  void preparedTransactionIsToldWhenItIsCommitted() throws Exception {
    try (PreparingPostgres server = new PreparingPostgres();
        HikariDataSource prepared = PostgresServer.pool(server.url(), 3);
        TokenStore store = open(prepared);
        Connection connection = prepared.getConnection();
        Statement statement = connection.createStatement()) {
      String cursor = cursor(store);
      statement.execute("begin");
      statement.execute(CHANGE.formatted("01"));
      statement.execute("prepare transaction 'late'");
      Changes none = store.changes(0, cursor, 9);
      assertThat(none.changes()).isEmpty();
      String next = store.changes(0, none.cursor(), 9).cursor();
      statement.execute("commit prepared 'late'");
      Changes late = store.changes(0, next, 9);
      assertThat(late.changes()).hasSize(1);
      assertThat(store.changes(0, late.cursor(), 9).changes()).isEmpty();
    }
  }

  private Connection begin(String id) throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(CHANGE.formatted(id));
    }
    return connection;
  }

  /** Asks, adds the first byte of each id to what was told, and returns the next cursor. */
  private String tell(String cursor, List<String> told) {
    Changes page = store.changes(0, cursor, 9);
    assertThat(page.known()).isTrue();
    assertThat(page.more()).isFalse();
    page.changes().forEach(change -> told.add("%02d".formatted(change.id().bytes()[0])));
    return page.cursor();
  }

  private List<TokenId> revokeMany(int number) {
    List<TokenId> ids = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      byte[] id = new byte[TokenId.LENGTH];
      ThreadLocalRandom.current().nextBytes(id);
      ids.add(TokenId.of(id));
      store.insert(
          TokenRecord.builder(ids.get(i), TokenKind.OPEN, "alice", now).build(), Limit.NONE, now);
    }
    Revocation closed = Revocation.of(RevocationReason.CLOSED, now);
    assertThat(store.revokeAll(Selection.ofSubject("alice"), closed, 1_000)).hasSize(number);
    return ids;
  }

  private static String cursor(TokenStore store) {
    return store.changes(0, null, 9).cursor();
  }

  private void sweep() {
    store.sweep(0, Instant.EPOCH, Instant.EPOCH, 9);
  }

  private long countChanges() throws SQLException {
    return new ManyRecords(pool, store).queryNumbers("select count(*) from token_change").get(0);
  }

  private void execute(String... statements) throws SQLException {
    new ManyRecords(pool, store).execute(statements);
  }

  /** A server that allows prepared transactions. */
  private static final class PreparingPostgres implements AutoCloseable {

    private final RestartablePostgres server;

    PreparingPostgres() throws IOException, SQLException {
      server = new RestartablePostgres();
      try (Connection connection = server.connect("postgres");
          Statement statement = connection.createStatement()) {
        statement.execute("alter system set max_prepared_transactions = 2");
      }
      server.kill();
      server.start();
    }

    String url() {
      return RestartablePostgres.url(server.port(), "postgres") + "?user=postgres";
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
