package org.tokenfilter.integration;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.sql.DataSource;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** Fills a PostgreSQL database with copies of one record that the store itself has inserted. */
final class ManyRecords {

  static final Duration IDLE = Duration.ofMinutes(30);

  private static final String DISTINCT_SUBJECT = "'user-' || n";

  /** The hash that the store keeps beside a text. */
  private static final String HASH =
      "('x' || left(encode(sha256((%s)::bytea), 'hex'), 8))::bit(32)::integer";

  private static final String COPIES =
      """
      insert into token_record
      select issued_at + n, last_used_at + n, idle_timeout, idle_expires_at + n, expires_at + n,
        ended_at, visit_at + n, ${subject_hash}, ${group_hash}, kind, ended, end_reason,
        sha256((${kind} || n)::bytea), parent, successor, ${subject}, ${group}, client, binding,
        roles, attributes
      from token_record, generate_series(1, ${number}) n
      where subject = 'user-0'""";

  private final DataSource source;
  private final TokenStore store;

  ManyRecords(DataSource source, TokenStore store) {
    this.source = source;
    this.store = store;
  }

  /** Inserts this many live session tokens like those of a web application. */
  void insertLive(int number, Instant now) throws SQLException {
    insertCopies(number, "live-", DISTINCT_SUBJECT, now);
  }

  /** Inserts this many live session tokens of this subject. */
  void insertLiveOfSubject(String subject, int number, Instant now) throws SQLException {
    insertCopies(number, subject, "'" + subject + "'", now);
  }

  /** Inserts this many tokens that were revoked a day ago. */
  void insertRevoked(int number, Instant now) throws SQLException {
    insertCopies(number, "dead-", DISTINCT_SUBJECT, now.minus(Duration.ofDays(1)));
    execute(
        """
        update token_record set ended = 1, ended_at = last_used_at, end_reason = 1,
          visit_at = last_used_at + (get_byte(id, 0) * 1000)
        where visit_at < %d"""
            .formatted(now.toEpochMilli()));
  }

  private void insertCopies(int number, String kind, String subject, Instant now)
      throws SQLException {
    store.insert(
        TokenRecord.builder(id(kind, 0), TokenKind.SESSION, "user-0", now)
            .roles(Set.of("user"))
            .group("s:user-0")
            .client("192.0.2.17")
            .binding("192.0.2.17")
            .idleTimeout(IDLE)
            .expiresAt(now.plus(Duration.ofDays(7)))
            .build(),
        Limit.NONE,
        now);
    String group = "'s:' || " + subject;
    execute(
        COPIES
            .replace("${subject_hash}", HASH.formatted(subject))
            .replace("${group_hash}", HASH.formatted(group))
            .replace("${subject}", subject)
            .replace("${group}", group)
            .replace("${kind}", "'" + kind + "'")
            .replace("${number}", String.valueOf(number)),
        "update token_record set subject = 'was-0' where subject = 'user-0'");
  }

  /** Returns renewals of randomly chosen live tokens. */
  static List<Renewal> randomRenewals(Random random, int number, int of, Instant at) {
    return random
        .ints(1, of + 1)
        .distinct()
        .limit(number)
        .mapToObj(one -> new Renewal(id("live-", one), at, at.plus(IDLE)))
        .toList();
  }

  void execute(String... statements) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Returns the numbers in the first row of the result. */
  List<Long> queryNumbers(String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      List<Long> numbers = new ArrayList<>();
      for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
        numbers.add(row.getLong(column));
      }
      return numbers;
    }
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
