package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** Finds and lists records; changes and locks nothing. */
final class Readings {

  private static final String SELECT =
      "select " + RecordRows.COLUMNS + " from ${prefix}token_record ";

  private static final String OF_SUBJECT =
      "where subject_hash = ? and subject = ? and " + RecordRows.LIVE;

  private static final String NEWEST_FIRST = " order by issued_at desc, id desc limit ?";

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
                // The first half is for the index.
                + " and issued_at <= ? and (issued_at < ? or id < ?)"
                + NEWEST_FIRST);
  }

  Optional<TokenRecord> find(Session session, TokenId id) throws SQLException {
    return session.first(find, RecordRows::read, id);
  }

  List<TokenRecord> list(
      Session session, String subject, Instant now, @Nullable Position after, int limit)
      throws SQLException {
    Integer hash = TextHash.of(subject);
    Long time = RecordRows.millis(now);
    if (after == null) {
      return session.query(firstPage, RecordRows::read, hash, subject, time, time, limit);
    }
    Long issuedAt = RecordRows.millis(after.issuedAt());
    return session.query(
        nextPage,
        RecordRows::read,
        hash,
        subject,
        time,
        time,
        issuedAt,
        issuedAt,
        after.id(),
        limit);
  }
}
