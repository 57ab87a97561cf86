package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.FindResult;
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
  private final RecordRows rows;
  private final boolean arrays;
  private final String find;
  private final String findMany;
  private final String firstPage;
  private final String nextPage;

  ReadStatements(TableNames tableNames, Dialect dialect, RecordRows rows) {
    this.rows = rows;
    this.arrays = dialect == Dialect.POSTGRESQL;
    this.findMany =
        tableNames.sql(SELECT + (arrays ? "where id = any (?::bytea[])" : "where id in (${ids})"));
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
      return executor.queryFirst(find, rows::readVerified, id);
    } catch (UnreadableRecordException e) {
      unreadable.report(id, e);
      throw e;
    }
  }

  /** Returns the records with these ids, by one statement; names those that cannot be read. */
  FindResult find(SqlExecutor executor, Collection<TokenId> ids) throws SQLException {
    if (ids.isEmpty()) {
      return FindResult.of(Map.of());
    }
    Map<TokenId, TokenRecord> found = new HashMap<>();
    Set<TokenId> unread = new HashSet<>();
    SqlExecutor.RowMapper<TokenId> reading =
        row -> {
          TokenId id = RecordRows.id(row);
          try {
            found.put(id, rows.readVerified(row));
          } catch (UnreadableRecordException e) {
            unreadable.report(id, e);
            unread.add(id);
          } catch (ChangedTextException e) {
            unread.add(id);
          }
          return id;
        };
    if (arrays) {
      executor.query(
          findMany,
          reading,
          executor.createArray("bytea", ids.stream().map(TokenId::bytes).toArray(byte[][]::new)));
    } else {
      InList.query(executor, findMany, reading, ids);
    }
    return new FindResult(found, unread);
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
      List<ListedRow> listed = rows(executor, subject, now, from, rest);
      listed.stream().map(ListedRow::record).filter(Objects::nonNull).forEach(page::add);
      more = listed.size() == rest;
      from = more ? listed.get(rest - 1).position() : from;
    }
    return page;
  }

  private List<ListedRow> rows(
      SqlExecutor executor, String subject, Instant now, @Nullable PageCursor after, int limit)
      throws SQLException {
    Integer hash = TextHash.of(subject);
    Object text = rows.codec().value(subject);
    Long time = RecordRows.millis(now);
    if (after == null) {
      return executor.query(firstPage, this::listed, hash, text, time, time, limit);
    }
    Long issuedAt = RecordRows.millis(after.issuedAt());
    return executor.query(
        nextPage, this::listed, hash, text, time, time, issuedAt, issuedAt, after.id(), limit);
  }

  private ListedRow listed(ResultSet row) throws SQLException {
    TokenId id = RecordRows.id(row);
    PageCursor position = new PageCursor(Instant.ofEpochMilli(row.getLong("issued_at")), id);
    try {
      return new ListedRow(position, rows.readVerified(row));
    } catch (UnreadableRecordException e) {
      unreadable.report(id, e);
      return new ListedRow(position, null);
    }
  }
}
