package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** The statements that find and list records, without changes and locks. Thread-safe. */
final class ReadStatements {

  private static final String SELECT =
      "select " + RecordRows.COLUMNS + " from ${prefix}token_record ";

  private static final String WHERE_SUBJECT =
      "where subject_hash = ? and subject = ? and "
          + RecordRows.HAS_VALID_ID
          + " and "
          + RecordRows.LIVE;

  private static final String NEWEST_FIRST = " order by issued_at desc, id desc limit ?";

  /** A row of a list; the record is null if it cannot be read. */
  private record ListedRow(PageCursor position, @Nullable TokenRecord record) {}

  private final UnreadableRecordLog unreadable = new UnreadableRecordLog();
  private final String find;
  private final String firstPage;
  private final String nextPage;

  ReadStatements(TableNames tableNames) {
    this.find = tableNames.sql(SELECT + "where id = ?");
    this.firstPage = tableNames.sql(SELECT + WHERE_SUBJECT + NEWEST_FIRST);
    this.nextPage =
        tableNames.sql(
            SELECT
                + WHERE_SUBJECT
                // The first condition lets the database use the index.
                + " and issued_at <= ? and (issued_at < ? or id < ?)"
                + NEWEST_FIRST);
  }

  /**
   * Returns the record with this id.
   *
   * @throws UnreadableRecordException if the record cannot be read
   */
  Optional<TokenRecord> find(SqlExecutor executor, TokenId id) throws SQLException {
    try {
      return executor.queryFirst(find, RecordRows::readVerified, id);
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
      SqlExecutor executor, String subject, Instant now, @Nullable PageCursor after, int limit)
      throws SQLException {
    List<TokenRecord> page = new ArrayList<>();
    PageCursor from = after;
    boolean more = true;
    while (more && page.size() < limit) {
      int rest = limit - page.size();
      List<ListedRow> rows = rows(executor, subject, now, from, rest);
      rows.stream().map(ListedRow::record).filter(Objects::nonNull).forEach(page::add);
      more = rows.size() == rest;
      from = more ? rows.get(rest - 1).position() : from;
    }
    return page;
  }

  private List<ListedRow> rows(
      SqlExecutor executor, String subject, Instant now, @Nullable PageCursor after, int limit)
      throws SQLException {
    Integer hash = TextHash.of(subject);
    Long time = RecordRows.millis(now);
    if (after == null) {
      return executor.query(firstPage, this::listed, hash, subject, time, time, limit);
    }
    Long issuedAt = RecordRows.millis(after.issuedAt());
    return executor.query(
        nextPage, this::listed, hash, subject, time, time, issuedAt, issuedAt, after.id(), limit);
  }

  private ListedRow listed(ResultSet row) throws SQLException {
    TokenId id = RecordRows.id(row);
    PageCursor position = new PageCursor(Instant.ofEpochMilli(row.getLong("issued_at")), id);
    try {
      return new ListedRow(position, RecordRows.readVerified(row));
    } catch (UnreadableRecordException e) {
      unreadable.report(id, e);
      return new ListedRow(position, null);
    }
  }
}
