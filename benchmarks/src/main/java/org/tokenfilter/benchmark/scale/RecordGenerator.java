package org.tokenfilter.benchmark.scale;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.tokenfilter.benchmark.database.PostgresDatabase;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Fills PostgreSQL with copies of one record that the store itself has inserted. */
final class RecordGenerator {

  static final Duration IDLE = Duration.ofMinutes(30);

  private static final Duration LIFE = Duration.ofDays(7);
  private static final String LIVE = "live-";
  private static final String DEAD = "dead-";

  private static final String COPIES =
      """
      insert into token_record
      select issued_at + n %% 60000, last_used_at + n %% 60000, idle_timeout, idle_expires_at + n %% 60000,
        expires_at + n %% 60000, ended_at, visit_at + n %% 60000,
        ('x' || left(encode(sha256(('user-' || n)::bytea), 'hex'), 8))::bit(32)::integer,
        ('x' || left(encode(sha256(('s:user-' || n)::bytea), 'hex'), 8))::bit(32)::integer,
        kind, ended, end_reason,
        sha256(('%2$s' || n)::text::bytea), parent, successor,
        'user-' || n, 's:user-' || n, client, binding, roles, attributes
      from token_record, generate_series(%3$d, %1$d) n
      where subject = 'user-0'""";

  private final PostgresDatabase database;
  private final TokenStore store;
  private int live;

  RecordGenerator(PostgresDatabase database, TokenStore store) {
    this.database = database;
    this.store = store;
  }

  /** Grows the number of live session tokens to the given one. */
  void growTo(int number, Instant now) throws SQLException {
    insertCopies(LIVE, live + 1, number, now);
    live = number;
    database.execute("vacuum analyze token_record");
  }

  /** Adds records that were revoked long ago. */
  void addDead(int number, Instant now) throws SQLException {
    insertCopies(DEAD, 1, number, now.minus(Duration.ofDays(1)));
    database.execute(
        """
        update token_record set ended = 1, ended_at = last_used_at, end_reason = 1,
          visit_at = last_used_at + (get_byte(id, 0) * 1000)
        where visit_at < %d"""
            .formatted(now.toEpochMilli()));
    database.execute("vacuum analyze token_record");
  }

  private void insertCopies(String kind, int from, int to, Instant now) throws SQLException {
    TokenId first = id("first-of-" + kind, from);
    store.insert(
        TokenRecord.builder(first, TokenKind.SESSION, "user-0", now)
            .roles(Set.of("user"))
            .group("s:user-0")
            .client("192.0.2.17")
            .binding("192.0.2.17")
            .idleTimeout(IDLE)
            .expiresAt(now.plus(LIFE))
            .build(),
        Limit.NONE,
        now);
    database.execute(COPIES.formatted(to, kind, from));
    database.execute("delete from token_record where subject = 'user-0'");
  }

  /** Returns the id of a random live record. */
  TokenId randomLive(Random random) {
    return id(LIVE, 1 + random.nextInt(live));
  }

  /** Returns the id of a random record among those that are revoked, or were before a sweep. */
  TokenId randomDead(Random random, int dead) {
    return id(DEAD, 1 + random.nextInt(dead));
  }

  /** Finds a record, which must exist. */
  void requireFound(TokenId id) {
    if (store.find(id).isEmpty()) {
      throw new IllegalStateException("a live record is missing");
    }
  }

  /** Renews records, which must be live. */
  void requireRenewed(List<Renewal> uses, Instant now) {
    if (!store.renew(uses, now).isEmpty()) {
      throw new IllegalStateException("a live record was not renewed");
    }
  }

  /** Returns renewals of random live records. */
  List<Renewal> randomRenewals(Random random, int number, Instant at) {
    return random
        .ints(1, live + 1)
        .distinct()
        .limit(number)
        .mapToObj(one -> new Renewal(id(LIVE, one), at, at.plus(IDLE)))
        .toList();
  }

  private static TokenId id(String kind, int number) {
    try {
      return TokenId.of(
          MessageDigest.getInstance("SHA-256")
              .digest((kind + number).getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
