package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tokenfilter.integration.FaultyProxy.Fault;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.DuplicateTokenException;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.jdbc.JdbcTokenStore;
import org.tokenfilter.store.jdbc.JdbcTokenStoreProvider;

/**
 * Faults of a separate PostgreSQL server that is killed, restarted, locked, filled and cut off: the
 * store reports an unknown outcome in time, and continues when the database does.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PostgresFaultsTest {

  /**
   * The longest time to a result: the timeout of the short one is 1 s, the rest is for busy
   * machines.
   */
  private static final Duration BOUND = Duration.ofSeconds(10);

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final AtomicInteger DATABASES = new AtomicInteger();

  private static RestartablePostgres server;

  private final String database = "faults" + DATABASES.incrementAndGet();
  private final Instant now = Instant.now();

  /** The store for calls that must succeed. */
  private TokenStore store;

  /** The store for calls that must fail, with a short timeout. */
  private TokenStore shortTimeoutStore;

  @BeforeAll
  static void startServer() throws IOException {
    server = new RestartablePostgres();
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @BeforeEach
  void open() throws SQLException {
    try (Connection admin = server.connect("postgres");
        Statement statement = admin.createStatement()) {
      statement.execute("create database " + database);
    }
    store = open(server.port(), Map.of());
    shortTimeoutStore = open(server.port(), Map.of("timeout", "PT1S"));
    for (byte i = 1; i <= 5; i++) {
      store.insert(Records.open(i, now), Limit.NONE, now);
    }
  }

  @AfterEach
  void close() {
    shortTimeoutStore.close();
    store.close();
  }

  private TokenStore open(int port, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("url", RestartablePostgres.url(port, database));
    settings.put("username", "postgres");
    settings.put("schema", "create");
    settings.putIfAbsent("timeout", PATIENCE.toString());
    settings.put("retention", "PT1H");
    return new JdbcTokenStoreProvider().open(settings);
  }

  private HikariDataSource pool() {
    HikariDataSource pool =
        PostgresServer.pool(RestartablePostgres.url(server.port(), database) + "?user=postgres", 2);
    pool.setConnectionTimeout(1_000);
    return pool;
  }

  private static TokenStore storeOn(HikariDataSource pool) {
    return JdbcTokenStore.builder(pool).timeout(PATIENCE).open();
  }

  // Killed.

  @Test
  void replacesKilledPoolConnections() throws Exception {
    try (HikariDataSource pool = pool();
        TokenStore pooled = storeOn(pool)) {
      assertThat(pooled.find(id(1))).isPresent();
      assertThat(killConnections("true")).isPositive();
      awaitAnswers(pooled);
      assertThat(pooled.revoke(id(1), closed())).containsExactly(id(1));
    }
  }

  @Test
  void retriesCallKilledBeforeItsCommit() throws Exception {
    try (Connection admin = server.connect(database);
        Statement statement = admin.createStatement();
        TokenStore locked = open(server.port(), Map.of())) {
      admin.setAutoCommit(false);
      lockFirst(statement);
      CompletableFuture<List<TokenId>> end =
          CompletableFuture.supplyAsync(() -> locked.revoke(id(1), closed()));
      await().atMost(BOUND).until(() -> killConnections("wait_event_type = 'Lock'") == 1);
      admin.rollback();
      assertThat(end.get(BOUND.toSeconds(), TimeUnit.SECONDS)).containsExactly(id(1));
      assertThat(revocationOf(1)).isEqualTo(closed());
    }
  }

  @Test
  void callWithAllConnectionsKilledIsUnknownAndUndone() throws Exception {
    try (Connection admin = server.connect(database);
        Statement statement = admin.createStatement();
        TokenStore locked = open(server.port(), Map.of())) {
      admin.setAutoCommit(false);
      lockFirst(statement);
      CompletableFuture<List<TokenId>> end =
          CompletableFuture.supplyAsync(() -> locked.revoke(id(1), closed()));
      await()
          .atMost(BOUND)
          .until(
              () -> {
                killConnections("wait_event_type = 'Lock'");
                return end.isDone();
              });
      assertThatThrownBy(end::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isExactlyInstanceOf(TokenStoreException.class)
          .hasMessageContaining("57P01");
      assertThat(store.find(id(1)).orElseThrow().revocation()).isNull();
      admin.rollback();
      assertThat(locked.revoke(id(1), closed())).containsExactly(id(1));
    }
  }

  @Test
  void replacesReadOnlyConnections() throws Exception {
    try (Connection admin = server.connect("postgres");
        Statement statement = admin.createStatement();
        HikariDataSource pool = pool();
        TokenStore pooled = storeOn(pool)) {
      statement.execute("alter database " + database + " set default_transaction_read_only = on");
      pool.getHikariPoolMXBean().softEvictConnections();
      Set<String> refusing = readOnlyProcesses(pool);
      assertThat(refusing).hasSize(pool.getMaximumPoolSize());
      statement.execute("alter database " + database + " reset default_transaction_read_only");
      assertThat(readOnlyProcesses(pool)).isEqualTo(refusing);

      assertThat(pooled.renew(List.of(new Renewal(id(2), now, null)), now)).isEmpty();
      assertThat(pooled.revoke(id(1), closed())).containsExactly(id(1));
      // Each connection is replaced when it is used; some may not have been used yet.
      assertThat(readOnlyProcesses(pool)).hasSizeLessThan(refusing.size());
    }
  }

  /** Returns the server processes of the connections in the pool that take no writes. */
  private static Set<String> readOnlyProcesses(HikariDataSource pool) throws SQLException {
    Set<String> processes = new HashSet<>();
    List<Connection> all = new ArrayList<>();
    try {
      for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
        Connection connection = pool.getConnection();
        all.add(connection);
        try (Statement statement = connection.createStatement();
            var row =
                statement.executeQuery(
                    "select pg_backend_pid(), current_setting('transaction_read_only')")) {
          row.next();
          if (row.getString(2).equals("on")) {
            processes.add(row.getString(1));
          }
        }
      }
    } finally {
      for (Connection connection : all) {
        connection.close();
      }
    }
    return processes;
  }

  @Test
  void killedListenerListensAgain() throws Exception {
    AtomicInteger told = new AtomicInteger();
    try (TokenStore listening = open(server.port(), Map.of("listen", "true"))) {
      AutoCloseable watch = listening.watch(told::incrementAndGet);
      try {
        AtomicInteger number = new AtomicInteger(10);
        // Listening starts some time after watch(), and again some time after the kill.
        awaitNotification(listening, told, number);
        assertThat(killConnections("true")).isPositive();
        awaitNotification(listening, told, number);
      } finally {
        watch.close();
      }
    }
  }

  /** Revokes one record after the other until the listener is notified once more. */
  private void awaitNotification(TokenStore listening, AtomicInteger told, AtomicInteger number) {
    int before = told.get();
    await()
        .atMost(BOUND)
        .until(
            () -> {
              TokenRecord next = Records.open((byte) number.incrementAndGet(), now);
              listening.insert(next, Limit.NONE, now);
              listening.revoke(next.id(), closed());
              return told.get() > before;
            });
  }

  @Test
  void killedServerKeepsAcknowledgedChanges() throws Exception {
    try (HikariDataSource pool = pool();
        TokenStore pooled = storeOn(pool)) {
      store.insert(Records.open((byte) 7, now), Limit.NONE, now);
      assertThat(store.replace(id(4), 0, Records.open((byte) 8, now), Limit.NONE, now)).isTrue();
      assertThat(pooled.revoke(id(2), closed())).containsExactly(id(2));
      server.kill();

      assertAllUnknown(shortTimeoutStore);
      assertAllUnknown(pooled);
      assertUnknown(() -> open(server.port(), Map.of()));

      server.start();
      awaitAnswers(store);
      awaitAnswers(pooled);
      assertThat(store.find(id(7)).orElseThrow().liveAt(now)).isTrue();
      assertThat(store.find(id(8)).orElseThrow().liveAt(now)).isTrue();
      assertThat(revocationOf(4).successor()).isEqualTo(id(8));
      assertThat(revocationOf(2).reason()).isEqualTo(RevocationReason.CLOSED);
      assertThat(store.find(id(9))).isEmpty();
      assertThat(pooled.revoke(id(2), closed())).isEmpty();
      assertThat(pooled.revoke(id(1), closed())).containsExactly(id(1));
    }
  }

  // Blocked.

  @Test
  void lockedTableFailsInTime() throws Exception {
    try (Connection admin = server.connect(database);
        Statement statement = admin.createStatement()) {
      admin.setAutoCommit(false);
      statement.execute("lock table token_record in access exclusive mode");
      assertAllUnknown(shortTimeoutStore);
      admin.rollback();
    }
    assertUnchanged();
  }

  @Test
  void lockedRecordBlocksNoOtherRecord() throws Exception {
    try (Connection admin = server.connect(database);
        Statement statement = admin.createStatement()) {
      admin.setAutoCommit(false);
      lockFirst(statement);
      assertUnknown(() -> shortTimeoutStore.revoke(id(1), closed()));
      assertUnknown(
          () -> shortTimeoutStore.replace(id(1), 0, Records.open((byte) 9, now), Limit.NONE, now));
      assertThat(store.revoke(id(2), closed())).containsExactly(id(2));
      assertThat(store.find(id(1))).isPresent();
      admin.rollback();
    }
    assertThat(store.find(id(9))).isEmpty();
    assertThat(store.revoke(id(1), closed())).containsExactly(id(1));
  }

  @Test
  void exhaustedConnectionsFailInTime() throws Exception {
    List<Connection> all = new ArrayList<>();
    try {
      assertThatThrownBy(
              () -> {
                while (all.size() <= RestartablePostgres.MAX_CONNECTIONS) {
                  all.add(server.connect(database));
                }
              })
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("too many clients");
      assertAllUnknown(shortTimeoutStore);
    } finally {
      for (Connection connection : all) {
        connection.close();
      }
    }
    awaitAnswers(store);
    assertUnchanged();
  }

  @Test
  void readOnlyDatabaseAnswersOnlyReads() throws Exception {
    try (Connection admin = server.connect("postgres");
        Statement statement = admin.createStatement()) {
      statement.execute("alter database " + database + " set default_transaction_read_only = on");
      assertThat(store.find(id(1))).isPresent();
      assertThat(store.list("alice", now, null, 10)).hasSize(5);
      assertWritesUnknown(shortTimeoutStore);
      statement.execute("alter database " + database + " reset default_transaction_read_only");
    }
    assertUnchanged();
  }

  @Test
  void silentServerFailsInTime() throws Exception {
    try (FaultyProxy proxy = new FaultyProxy(server.port());
        TokenStore distant = open(proxy.port(), Map.of("timeout", "PT3S"))) {
      proxy.failNext(Fault.SILENCE, "from token_record");
      assertUnknown(() -> distant.find(id(1)));
      proxy.failNext(Fault.SILENCE, "COMMIT");
      assertUnknown(() -> distant.revoke(id(1), closed()));
      assertThat(proxy.faults()).isEqualTo(2);
      assertThat(distant.find(id(1))).isPresent();
      assertThat(distant.revoke(id(1), closed())).isEmpty();
    }
  }

  // Cut off.

  @Test
  void revocationCutBeforeCommitIsNotDone() throws Exception {
    assertRevocationCut(Fault.BEFORE_STATEMENT);
  }

  @Test
  void revocationCutBeforeReplyIsDone() throws Exception {
    assertRevocationCut(Fault.BEFORE_REPLY);
  }

  private void assertRevocationCut(Fault fault) throws Exception {
    try (FaultyProxy proxy = new FaultyProxy(server.port());
        TokenStore distant = open(proxy.port(), Map.of())) {
      String cursor = store.changes(0, null, 10).cursor();
      proxy.failNext(fault, "COMMIT");
      assertUnknown(() -> distant.revoke(id(1), closed()));
      assertThat(proxy.faults()).isEqualTo(1);
      boolean done = store.find(id(1)).orElseThrow().revocation() != null;
      assertThat(done).isEqualTo(fault == Fault.BEFORE_REPLY);
      assertThat(distant.revoke(id(1), closed())).hasSize(done ? 0 : 1);
      assertThat(revocationOf(1)).isEqualTo(closed());
      // A node with a cache learns of it by polling, although no notification was sent.
      assertThat(store.changes(0, cursor, 10).changes())
          .containsExactly(Change.revoked(id(1), RevocationReason.CLOSED));
    }
  }

  @Test
  void replacementCutBeforeCommitIsNotDone() throws Exception {
    assertReplacementCut(Fault.BEFORE_STATEMENT);
  }

  @Test
  void replacementCutBeforeReplyIsDone() throws Exception {
    assertReplacementCut(Fault.BEFORE_REPLY);
  }

  private void assertReplacementCut(Fault fault) throws Exception {
    try (FaultyProxy proxy = new FaultyProxy(server.port());
        TokenStore distant = open(proxy.port(), Map.of())) {
      proxy.failNext(fault, "COMMIT");
      assertUnknown(() -> distant.replace(id(1), 0, Records.open((byte) 8, now), Limit.NONE, now));
      assertThat(proxy.faults()).isEqualTo(1);
      boolean again = distant.replace(id(1), 0, Records.open((byte) 9, now), Limit.NONE, now);
      assertThat(again).isEqualTo(fault == Fault.BEFORE_STATEMENT);
      assertThat(store.find(id(8)).isPresent()).isEqualTo(!again);
      assertThat(store.find(id(9)).isPresent()).isEqualTo(again);
      assertThat(revocationOf(1).successor()).isEqualTo(id(again ? 9 : 8));
      assertThat(store.list("alice", now, null, 10)).hasSize(5);
      // Repeating the very same call adds nothing either.
      TokenRecord same = Records.open((byte) (again ? 9 : 8), now);
      assertThat(distant.replace(id(1), 0, same, Limit.NONE, now)).isFalse();
      assertThat(store.list("alice", now, null, 10)).hasSize(5);
    }
  }

  @Test
  void limitedInsertionCutBeforeCommitTakesNoPlace() throws Exception {
    assertLimitedInsertionCut(Fault.BEFORE_STATEMENT);
  }

  @Test
  void limitedInsertionCutBeforeReplyTakesThePlace() throws Exception {
    assertLimitedInsertionCut(Fault.BEFORE_REPLY);
  }

  private void assertLimitedInsertionCut(Fault fault) throws Exception {
    Limit limit = new Limit(1, Limit.Policy.REJECT);
    TokenRecord first = Records.open((byte) 8, now).toBuilder().group("g").build();
    TokenRecord other = Records.open((byte) 9, now).toBuilder().group("g").build();
    try (FaultyProxy proxy = new FaultyProxy(server.port());
        TokenStore distant = open(proxy.port(), Map.of())) {
      proxy.failNext(fault, "COMMIT");
      assertUnknown(() -> distant.insert(first, limit, now));
      assertThat(proxy.faults()).isEqualTo(1);
      boolean done = store.find(first.id()).isPresent();
      assertThat(done).isEqualTo(fault == Fault.BEFORE_REPLY);
      assertThat(distant.insert(other, limit, now).outcome())
          .isEqualTo(done ? InsertResult.Outcome.GROUP_FULL : InsertResult.Outcome.INSERTED);
      assertThat(store.find(other.id()).isPresent()).isEqualTo(!done);
    }
  }

  @Test
  void insertionCutBeforeReplyIsStoredOnce() throws Exception {
    TokenRecord record = Records.open((byte) 8, now);
    try (FaultyProxy proxy = new FaultyProxy(server.port());
        TokenStore distant = open(proxy.port(), Map.of())) {
      proxy.failNext(Fault.BEFORE_REPLY, "insert into");
      assertUnknown(() -> distant.insert(record, Limit.NONE, now));
      assertThat(proxy.faults()).isEqualTo(1);
      assertThatThrownBy(() -> distant.insert(record, Limit.NONE, now))
          .isInstanceOf(DuplicateTokenException.class);
      assertThat(store.find(record.id())).contains(record);
    }
  }

  // Helpers.

  private static TokenId id(int number) {
    return Records.id((byte) number);
  }

  private Revocation closed() {
    return Revocation.of(RevocationReason.CLOSED, now);
  }

  private Revocation revocationOf(int number) {
    return Objects.requireNonNull(
        store.find(id(number)).orElseThrow().revocation(), "the record has not been revoked");
  }

  private static void lockFirst(Statement statement) throws SQLException {
    statement.execute(
        "select 1 from token_record where id = decode(repeat('01', 32), 'hex') for update");
  }

  /** Kills this database's connections that match the condition, except its own. */
  private int killConnections(String condition) throws SQLException {
    try (Connection admin = server.connect("postgres");
        Statement statement = admin.createStatement();
        var rows =
            statement.executeQuery(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = '"
                    + database
                    + "' and backend_type = 'client backend' and "
                    + condition)) {
      int killed = 0;
      while (rows.next()) {
        killed++;
      }
      return killed;
    }
  }

  /** Asserts that reads and writes fail as unknown: neither "not found" nor "done". */
  private void assertAllUnknown(TokenStore store) {
    assertUnknown(() -> store.find(id(1)));
    assertUnknown(() -> store.find(id(9)));
    assertUnknown(() -> store.list("alice", now, null, 10));
    assertWritesUnknown(store);
  }

  private void assertWritesUnknown(TokenStore store) {
    assertUnknown(() -> store.insert(Records.open((byte) 9, now), Limit.NONE, now));
    assertUnknown(() -> store.replace(id(1), 0, Records.open((byte) 9, now), Limit.NONE, now));
    assertUnknown(() -> store.revoke(id(1), closed()));
    assertUnknown(() -> store.renew(List.of(new Renewal(id(1), now, null)), now));
    assertUnknown(() -> store.sweep(0, now, now, 10));
  }

  private static void assertUnknown(ThrowingCallable call) {
    Instant begin = Instant.now();
    assertThatThrownBy(call)
        .isExactlyInstanceOf(TokenStoreException.class)
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .doesNotContainIgnoringCase(
                        "select ", "insert ", "update ", "delete ", "token_record"));
    assertThat(Duration.between(begin, Instant.now())).isLessThan(BOUND);
  }

  private static void awaitAnswers(TokenStore store) {
    await()
        .atMost(BOUND)
        .ignoreExceptionsInstanceOf(TokenStoreException.class)
        .until(() -> store.find(id(1)).isPresent());
  }

  /**
   * Asserts that no call with an unknown outcome has changed anything, and that the store works.
   */
  private void assertUnchanged() {
    assertThat(store.list("alice", now, null, 10)).hasSize(5);
    assertThat(store.find(id(9))).isEmpty();
    assertThat(store.revoke(id(1), closed())).containsExactly(id(1));
  }
}
