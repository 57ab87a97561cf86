package org.tokenfilter.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.jdbc.JdbcTokenStore;

/**
 * Rows that this version cannot read, as a newer version or an operator may have left them, among
 * rows that it can read: they affect only the users of their own tokens.
 */
class UnreadableRowsTest {

  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
  private static final Duration RETENTION = Duration.ofHours(1);
  private static final int DAMAGED = 7;

  private enum Database {
    H2,
    POSTGRESQL,
    MARIADB;

    HikariDataSource pool() {
      String url =
          switch (this) {
            case H2 -> "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
            case POSTGRESQL -> PostgresServer.newDatabase();
            case MARIADB -> "jdbc:mariadb:" + MariaDbServer.newDatabase();
          };
      return PostgresServer.pool(url, 4);
    }
  }

  /** A change of a row that makes it unreadable, on the databases that can store it. */
  private enum Damage {
    KIND("kind = 9"),
    CONFIRMATION("confirmation_method = 9"),
    EXTERNAL("external_session = 'without an issuer'"),
    ROLES("roles = 'no end'"),
    ATTRIBUTES("attributes = concat('a name without a value', chr(10))"),
    IDLE_TIMEOUT("idle_timeout = null"),
    PARENT("parent = decode('00', 'hex')");

    private final String column;

    Damage(String column) {
      this.column = column;
    }

    boolean isPossibleIn(Database database) {
      return this != PARENT || database == Database.POSTGRESQL;
    }

    String sql(Database database) {
      return database == Database.MARIADB ? column.replace("chr(10)", "char(10)") : column;
    }
  }

  private static final Map<Database, HikariDataSource> POOLS = new EnumMap<>(Database.class);

  private static HikariDataSource pool(Database database) {
    return POOLS.computeIfAbsent(database, Database::pool);
  }

  @AfterAll
  static void stop() {
    POOLS.values().forEach(HikariDataSource::close);
  }

  private static TokenStore store(Database database) {
    return JdbcTokenStore.builder(pool(database))
        .createSchema(true)
        .timeout(Duration.ofSeconds(10))
        .open();
  }

  static Stream<Arguments> all() {
    return Stream.of(Database.values())
        .flatMap(
            database ->
                Stream.of(Damage.values())
                    .filter(damage -> damage.isPossibleIn(database))
                    .map(damage -> Arguments.of(database, damage)));
  }

  static Stream<Database> databases() {
    return Stream.of(Database.values());
  }

  private TokenRecord record(String subject, int number) {
    byte[] id = new byte[TokenId.LENGTH];
    byte[] name = subject.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(name, 0, id, 0, Math.min(name.length, TokenId.LENGTH - 1));
    id[TokenId.LENGTH - 1] = (byte) number;
    return TokenRecord.builder(TokenId.of(id), TokenKind.SESSION, subject, now.plusMillis(number))
        .roles(Set.of("user"))
        .group("s:" + subject)
        .idleTimeout(Duration.ofMinutes(30))
        .expiresAt(now.plus(Duration.ofHours(8)))
        .attributes(Map.of("name", "value"))
        .build();
  }

  /**
   * Inserts twenty records of a subject and damages the last seven: the newest, which come first in
   * its list.
   */
  private List<TokenRecord> insertWithDamage(
      Database database, TokenStore store, String subject, String damage) throws SQLException {
    List<TokenRecord> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      records.add(record(subject, i));
      store.insert(records.get(i), Limit.NONE, now);
    }
    for (TokenRecord damaged : records.subList(20 - DAMAGED, 20)) {
      change(database, damage, damaged.id());
    }
    return records;
  }

  private static void change(Database database, String columns, TokenId id) throws SQLException {
    try (Connection connection = pool(database).getConnection();
        PreparedStatement update =
            connection.prepareStatement("update token_record set " + columns + " where id = ?")) {
      update.setBytes(1, id.bytes());
      assertThat(update.executeUpdate()).isEqualTo(1);
    }
  }

  private static List<TokenId> ids(List<TokenRecord> records) {
    return records.stream().map(TokenRecord::id).toList();
  }

  @ParameterizedTest
  @MethodSource("all")
  void unreadableRowsAffectOnlyTheirOwnTokens(Database database, Damage damage) throws Exception {
    try (TokenStore store = store(database)) {
      String subject = "of " + damage;
      List<TokenRecord> records = insertWithDamage(database, store, subject, damage.sql(database));
      List<TokenRecord> readable = new ArrayList<>(records.subList(0, 20 - DAMAGED));
      TokenRecord damaged = records.get(19);

      // Calls for a damaged row fail as unknown; all other calls succeed.
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> store.find(damaged.id()))
          .satisfies(e -> assertThat(e.retryable()).isFalse())
          .withMessageContaining("cannot be read");
      assertThat(store.find(readable.get(0).id())).contains(readable.get(0));
      FindResult both = store.find(List.of(readable.get(0).id(), damaged.id()));
      assertThat(both.records()).containsExactly(entry(readable.get(0).id(), readable.get(0)));
      assertThat(both.unreadable()).containsExactly(damaged.id());

      // Lists contain all other rows, and only the last page is short.
      List<TokenRecord> listed = new ArrayList<>();
      @Nullable PageCursor after = null;
      List<TokenRecord> page;
      do {
        page = store.list(subject, now, after, 5);
        listed.addAll(page);
        after = page.isEmpty() ? null : PageCursor.of(page.get(page.size() - 1));
      } while (page.size() == 5);
      Collections.reverse(readable);
      assertThat(listed).containsExactlyElementsOf(readable);

      // Damaged rows count towards the limit of their group, and can be evicted.
      TokenRecord one = record(subject, 100);
      assertThat(store.insert(one, new Limit(20, Limit.Policy.REJECT), now).outcome())
          .isEqualTo(InsertResult.Outcome.GROUP_FULL);
      InsertResult evicting = store.insert(one, new Limit(3, Limit.Policy.EVICT_OLDEST), now);
      assertThat(evicting.outcome()).isEqualTo(InsertResult.Outcome.INSERTED);
      assertThat(evicting.evicted()).hasSize(18).contains(records.get(13).id());
      assertThat(store.list(subject, now, null, 50)).containsExactly(one);

      // Damaged rows can be revoked like any other, one by one and all together.
      assertThat(store.revoke(records.get(18).id(), Revocation.of(RevocationReason.CLOSED, now)))
          .containsExactly(records.get(18).id());
      assertThat(
              store.revokeAll(
                  Selection.ofSubject(subject), Revocation.of(RevocationReason.CLOSED, now), 100))
          .containsExactlyInAnyOrder(records.get(19).id(), one.id());
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void unreadableRowsExpireAndAreSwept(Database database, Damage damage) throws Exception {
    try (TokenStore store = store(database)) {
      String subject = "swept " + damage;
      List<TokenRecord> records = insertWithDamage(database, store, subject, damage.sql(database));

      Instant expired = now.plus(Duration.ofHours(9));
      Set<TokenId> ended = new HashSet<>();
      SweepResult sweep;
      do {
        sweep = store.sweep(0, expired, now.minus(RETENTION), 10);
        ended.addAll(sweep.expired());
      } while (sweep.more());
      assertThat(ended).containsAll(ids(records));

      do {
        sweep = store.sweep(0, expired, expired, 10);
      } while (sweep.more());
      for (TokenRecord record : records) {
        assertThat(store.find(record.id())).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("databases")
  void unknownRevocationReasonFailsOnlyItsOwnReads(Database database) throws Exception {
    try (TokenStore store = store(database)) {
      List<TokenRecord> records =
          insertWithDamage(database, store, "unknown reason", "kind = kind");
      String cursor = store.changes(0, null, 9).cursor();
      store.revoke(records.get(3).id(), Revocation.of(RevocationReason.CLOSED, now));
      store.revoke(records.get(4).id(), Revocation.of(RevocationReason.CLOSED, now));
      change(database, "end_reason = 9", records.get(3).id());

      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> store.find(records.get(3).id()));
      assertThat(store.find(records.get(4).id()).orElseThrow().revocation()).isNotNull();
      assertThat(store.list("unknown reason", now, null, 50)).hasSize(18);
      assertThat(store.changes(0, cursor, 9).changes())
          .extracting(Change::id)
          .containsExactlyInAnyOrder(records.get(3).id(), records.get(4).id());

      Instant later = now.plus(Duration.ofHours(2));
      SweepResult sweep;
      do {
        sweep = store.sweep(0, now.minus(RETENTION), later, 10);
      } while (sweep.more());
      assertThat(store.find(records.get(3).id())).isEmpty();
    }
  }

  /**
   * A deadline mark without a deadline, and an id that no token can have: only manual changes cause
   * these.
   */
  @ParameterizedTest
  @MethodSource("databases")
  void impossibleRowsDoNotStopTheSweep(Database database) throws Exception {
    try (TokenStore store = store(database)) {
      List<TokenRecord> records = insertWithDamage(database, store, "strange rows", "kind = kind");
      change(
          database,
          "idle_timeout = null, idle_expires_at = null, expires_at = null, visit_at = 1",
          records.get(0).id());
      if (database == Database.POSTGRESQL) {
        change(database, "visit_at = 0, id = decode('0102', 'hex')", records.get(1).id());
        assertThat(store.list("strange rows", now, null, 50)).hasSize(19);
      }

      Instant expired = now.plus(Duration.ofHours(9));
      Set<TokenId> ended = new HashSet<>();
      SweepResult sweep;
      do {
        sweep = store.sweep(0, expired, now.minus(RETENTION), 3);
        ended.addAll(sweep.expired());
      } while (sweep.more());
      assertThat(ended).containsAll(ids(records.subList(2, 20)));
      assertThat(store.find(records.get(0).id()).orElseThrow().revocation()).isNull();
      assertThat(
              store.revokeAll(
                  Selection.ofSubject("strange rows"),
                  Revocation.of(RevocationReason.CLOSED, expired),
                  100))
          .containsExactly(records.get(0).id());
    }
  }
}
