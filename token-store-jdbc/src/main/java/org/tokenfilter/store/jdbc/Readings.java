package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** The statements that find and list records, without changes and locks. Thread-safe. */
final class Readings {

  private static final String SELECT =
      "select " + RecordRows.COLUMNS + " from ${prefix}token_record ";

  private static final String OF_SUBJECT =
      "where subject_hash = ? and subject = ? and " + RecordRows.IS_ID + " and " + RecordRows.LIVE;

  private static final String NEWEST_FIRST = " order by issued_at desc, id desc limit ?";

  /** A row of a list; the record is null if it cannot be read. */
  private record Listed(Position position, @Nullable TokenRecord record) {}

  private final UnreadableRecords unreadable = new UnreadableRecords();
  private final String find;
  private final String firstPage;
  private final String nextPage;

  Readings(Tables tables) {
    this.find = tables.sql(SELECT + "where id = ?");
    this.firstPage = tables.sql(SELECT + OF_SUBJECT + NEWEST_FIRST);
    this.nextPage =
        tables.sql(
            SELECT
                + OF_SUBJECT
                // The first condition lets the database use the index.
                + " and issued_at <= ? and (issued_at < ? or id < ?)"
                + NEWEST_FIRST);
  }

  /**
   * Returns the record with this id.
   *
   * @throws UnreadableRecordException if the record cannot be read
   */
  Optional<TokenRecord> find(Session session, TokenId id) throws SQLException {
    try {
      return session.first(find, RecordRows::readExactly, id);
    } catch (UnreadableRecordException e) {
      unreadable.report(id, e);
      throw e;
    }
  }

  /**
   * Returns a page of the live records of a subject. Records that cannot be read are skipped; a
   * page with fewer records than the limit is still the last one.
   */
  List<TokenRecord> list(
      Session session, String subject, Instant now, @Nullable Position after, int limit)
      throws SQLException {
    List<TokenRecord> page = new ArrayList<>();
    Position from = after;
    boolean more = true;
    while (more && page.size() < limit) {
      int rest = limit - page.size();
      List<Listed> rows = rows(session, subject, now, from, rest);
      rows.stream().map(Listed::record).filter(Objects::nonNull).forEach(page::add);
      more = rows.size() == rest;
      from = more ? rows.get(rest - 1).position() : from;
    }
    return page;
  }

  private List<Listed> rows(
      Session session, String subject, Instant now, @Nullable Position after, int limit)
      throws SQLException {
    Integer hash = TextHash.of(subject);
    Long time = RecordRows.millis(now);
    if (after == null) {
      return session.query(firstPage, this::listed, hash, subject, time, time, limit);
    }
    Long issuedAt = RecordRows.millis(after.issuedAt());
    return session.query(
        nextPage, this::listed, hash, subject, time, time, issuedAt, issuedAt, after.id(), limit);
  }

  private Listed listed(ResultSet row) throws SQLException {
    TokenId id = RecordRows.id(row);
    Position position = new Position(Instant.ofEpochMilli(row.getLong("issued_at")), id);
    try {
      return new Listed(position, RecordRows.readExactly(row));
    } catch (UnreadableRecordException e) {
      unreadable.report(id, e);
      return new Listed(position, null);
    }
  }
}
