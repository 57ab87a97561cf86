package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/**
 * The mapping of records to rows and back. The numbers of kinds and reasons are stored in databases
 * and must not change.
 */
final class RecordRows {

  /** The columns that {@link #read} needs. */
  static final String COLUMNS =
      """
      id, kind, subject, roles, group_name, parent, client, binding, issued_at, last_used_at, \
      idle_timeout, idle_expires_at, expires_at, ended, ended_at, end_reason, successor, attributes, \
      subject_hash, group_hash\
      """;

  /** Takes {@link #values} as parameters. The hashes are for the indexes. */
  static final String INSERT =
      """
      insert into ${prefix}token_record (id, kind, subject, roles, group_name, parent, client,
        binding, issued_at, last_used_at, idle_timeout, idle_expires_at, expires_at, visit_at,
        subject_hash, group_hash, attributes)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
      """;

  /** Takes the current time as parameter twice. At its deadline a record is no longer live. */
  static final String LIVE =
      """
      ended = 0 and (idle_expires_at is null or idle_expires_at > ?)
        and (expires_at is null or expires_at > ?)\
      """;

  /** Excludes rows with an id of another length, which no token can refer to. */
  static final String HAS_VALID_ID = "octet_length(id) = " + TokenId.LENGTH;

  private RecordRows() {}

  /** Returns the column values of a new record, which the sweep visits at its deadline. */
  static @Nullable Object[] values(TokenRecord record) {
    Duration idle = record.idleTimeout();
    String group = record.group();
    return new @Nullable Object[] {
      record.id(),
      number(record.kind()),
      record.subject(),
      TextListEncoding.encode(record.roles()),
      group,
      record.parent(),
      record.client(),
      record.binding(),
      millis(record.issuedAt()),
      millis(record.lastUsedAt()),
      idle == null ? null : idle.toMillis(),
      millis(record.idleExpiresAt()),
      millis(record.expiresAt()),
      millis(record.deadline()),
      TextHash.of(record.subject()),
      group == null ? null : TextHash.of(group),
      TextListEncoding.encode(record.attributes())
    };
  }

  /**
   * Reads a record from a row.
   *
   * @throws UnreadableRecordException if the row is not a record that this version knows
   */
  static TokenRecord read(ResultSet row) throws SQLException {
    try {
      return record(row);
    } catch (RuntimeException e) {
      // Without the message of the cause, which may contain a user name.
      throw new UnreadableRecordException("its row has values that this version does not know", e);
    }
  }

  /**
   * Reads a record and verifies its texts by their hashes. A connection that changes texts, unlike
   * the one that stored the record, must not confuse two users.
   *
   * @throws UnreadableRecordException if the row is not a record that this version knows
   */
  static TokenRecord readVerified(ResultSet row) throws SQLException {
    TokenRecord record = read(row);
    String group = record.group();
    if (TextHash.of(record.subject()) != row.getInt("subject_hash")
        || (group != null && TextHash.of(group) != row.getInt("group_hash"))) {
      throw new SQLException(
          "a text of record " + record.id() + " is not what was stored; its hash does not match");
    }
    return record;
  }

  private static TokenRecord record(ResultSet row) throws SQLException {
    Long idle = number(row, "idle_timeout");
    return TokenRecord.builder(
            id(row), kind(row.getInt("kind")), row.getString("subject"), time(row, "issued_at"))
        .roles(new LinkedHashSet<>(TextListEncoding.decodeList(row.getString("roles"))))
        .group(row.getString("group_name"))
        .parent(idOrNull(row, "parent"))
        .client(row.getString("client"))
        .binding(row.getString("binding"))
        .lastUsedAt(time(row, "last_used_at"))
        .idle(idle == null ? null : Duration.ofMillis(idle), timeOrNull(row, "idle_expires_at"))
        .expiresAt(timeOrNull(row, "expires_at"))
        .revocation(row.getInt("ended") == 0 ? null : ending(row))
        .attributes(TextListEncoding.decodeMap(row.getString("attributes")))
        .build();
  }

  static TokenId id(ResultSet row) throws SQLException {
    return TokenId.of(row.getBytes("id"));
  }

  static @Nullable TokenId idOrNull(ResultSet row, String column) throws SQLException {
    byte[] bytes = row.getBytes(column);
    return bytes == null ? null : TokenId.of(bytes);
  }

  /** Returns the parent; null also for a value that is not an id, which no record has. */
  static @Nullable TokenId parentOrNull(ResultSet row) throws SQLException {
    byte[] bytes = row.getBytes("parent");
    return bytes == null || bytes.length != TokenId.LENGTH ? null : TokenId.of(bytes);
  }

  static @Nullable Instant timeOrNull(ResultSet row, String column) throws SQLException {
    Long millis = number(row, column);
    return millis == null ? null : Instant.ofEpochMilli(millis);
  }

  static int number(RevocationReason reason) {
    return switch (reason) {
      case CLOSED -> 1;
      case REPLACED -> 2;
      case EVICTED -> 3;
      case EXPIRED -> 4;
    };
  }

  static @Nullable Long millis(@Nullable Instant time) {
    return time == null ? null : time.toEpochMilli();
  }

  private static Instant time(ResultSet row, String column) throws SQLException {
    return Instant.ofEpochMilli(row.getLong(column));
  }

  private static @Nullable Long number(ResultSet row, String column) throws SQLException {
    long number = row.getLong(column);
    return row.wasNull() ? null : number;
  }

  private static Revocation ending(ResultSet row) throws SQLException {
    return new Revocation(
        time(row, "ended_at"), reason(row.getInt("end_reason")), idOrNull(row, "successor"));
  }

  private static int number(TokenKind kind) {
    return switch (kind) {
      case SESSION -> 1;
      case OPEN -> 2;
      case USER -> 3;
    };
  }

  private static TokenKind kind(int number) throws SQLException {
    return switch (number) {
      case 1 -> TokenKind.SESSION;
      case 2 -> TokenKind.OPEN;
      case 3 -> TokenKind.USER;
      default -> throw new UnreadableRecordException("its kind " + number + " is unknown", null);
    };
  }

  private static RevocationReason reason(int number) throws SQLException {
    return switch (number) {
      case 1 -> RevocationReason.CLOSED;
      case 2 -> RevocationReason.REPLACED;
      case 3 -> RevocationReason.EVICTED;
      case 4 -> RevocationReason.EXPIRED;
      default ->
          throw new UnreadableRecordException(
              "its revocation reason " + number + " is unknown", null);
    };
  }
}
