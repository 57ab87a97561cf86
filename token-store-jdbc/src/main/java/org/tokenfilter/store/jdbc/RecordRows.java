package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** The mapping of records to rows and back. */
final class RecordRows {

  /** The columns that {@link #read} needs. */
  static final String COLUMNS =
      """
      id, kind, subject, group_name, parent, client, binding, issued_at, last_used_at, \
      idle_timeout, idle_expires_at, expires_at, ended, ended_at, end_reason, successor, \
      subject_hash, group_hash, \
      """
          + DetailRows.list("");

  /** Takes {@link #values} as parameters. The hashes are for the indexes. */
  static final String INSERT =
      """
      insert into ${prefix}token_record (id, kind, subject, group_name, parent, client,
        binding, issued_at, last_used_at, idle_timeout, idle_expires_at, expires_at, visit_at,
        subject_hash, group_hash,
        ${details})
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${values})\
      """
          .replace("${details}", DetailRows.list(""))
          .replace(
              "${values}", String.join(", ", Collections.nCopies(DetailRows.COLUMNS.size(), "?")));

  /** Takes the current time as parameter twice. At its deadline a record is no longer live. */
  static final String LIVE =
      """
      ended = 0 and (idle_expires_at is null or idle_expires_at > ?)
        and (expires_at is null or expires_at > ?)\
      """;

  /** Excludes rows with an id of another length, which no token can refer to. */
  static final String HAS_VALID_ID = "octet_length(id) = " + TokenId.LENGTH;

  private final TextCodec codec;
  private final DetailRows details;

  RecordRows(Dialect dialect) {
    this.codec = dialect.textCodec();
    this.details = new DetailRows(codec);
  }

  TextCodec codec() {
    return codec;
  }

  DetailRows details() {
    return details;
  }

  /** Returns the column values of a new record, which the sweep visits at its deadline. */
  @Nullable Object[] values(TokenRecord record) {
    Duration idle = record.idleTimeout();
    String group = record.group();
    return DetailRows.with(
        new @Nullable Object[] {
          record.id(),
          RowNumbers.of(record.kind()),
          codec.value(record.subject()),
          codec.value(group),
          record.parent(),
          codec.value(record.client()),
          codec.value(record.binding()),
          millis(record.issuedAt()),
          millis(record.lastUsedAt()),
          idle == null ? null : idle.toMillis(),
          millis(record.idleExpiresAt()),
          millis(record.expiresAt()),
          millis(record.deadline()),
          TextHash.of(record.subject()),
          group == null ? null : TextHash.of(group)
        },
        details.values(record.details()));
  }

  /**
   * Reads a record from a row.
   *
   * @throws UnreadableRecordException if the row is not a record that this version knows
   */
  TokenRecord read(ResultSet row) throws SQLException {
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
   * @throws ChangedTextException if a hash does not match
   */
  TokenRecord readVerified(ResultSet row) throws SQLException {
    TokenRecord record = read(row);
    String group = record.group();
    if (TextHash.of(record.subject()) != row.getInt("subject_hash")
        || (group != null && TextHash.of(group) != row.getInt("group_hash"))) {
      throw new ChangedTextException(
          "a text of record " + record.id() + " is not what was stored; its hash does not match");
    }
    return record;
  }

  private TokenRecord record(ResultSet row) throws SQLException {
    Long idle = number(row, "idle_timeout");
    return TokenRecord.builder(
            id(row),
            RowNumbers.kind(row.getInt("kind")),
            codec.read(row, "subject"),
            time(row, "issued_at"))
        .group(codec.readOrNull(row, "group_name"))
        .parent(idOrNull(row, "parent"))
        .client(codec.readOrNull(row, "client"))
        .binding(codec.readOrNull(row, "binding"))
        .lastUsedAt(time(row, "last_used_at"))
        .idle(idle == null ? null : Duration.ofMillis(idle), timeOrNull(row, "idle_expires_at"))
        .expiresAt(timeOrNull(row, "expires_at"))
        .revocation(row.getInt("ended") == 0 ? null : ending(row))
        .details(details.read(row))
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
        time(row, "ended_at"),
        RowNumbers.reason(row.getInt("end_reason")),
        idOrNull(row, "successor"));
  }
}
