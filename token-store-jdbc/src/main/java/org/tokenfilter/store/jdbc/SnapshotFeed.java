package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;

/**
 * The feed on PostgreSQL. Each change carries the number of its transaction, and a cursor the
 * snapshot of the last question: a change is new if its transaction was in progress then, or began
 * later. So each is returned exactly once, however late it was committed. Thread-safe.
 *
 * <p>A cursor is of another life if the server was started again or came back from a crash, after
 * which it may use some numbers a second time, or if the table is another one.
 */
final class SnapshotFeed implements ChangeFeed {

  /** Any role may read all of this. */
  private static final String NOW =
      """
      select pg_current_snapshot()::text as snapshot,
        concat_ws('.', (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint,
          (extract(epoch from pg_stat_get_bgwriter_stat_reset_time()) * 1000000)::bigint,
          pg_relation_filepath('${prefix}token_change'::regclass)) as life,
        ${clock} as store_time,
        (select h.position_text from ${prefix}token_horizon h where h.state > 0
          order by pg_snapshot_xmax(h.position_text::pg_snapshot) desc limit 1) as horizon\
      """;

  /** The parameters: the transaction and the id after which the page begins, and the limit. */
  private static final String NEW_IN_PAGE =
      """
        (c.transaction_id, c.id) > (?::text::xid8, decode(?::text, 'hex'))
        and c.transaction_id < pg_snapshot_xmax(pg_current_snapshot())
        and (?::text is null or pg_visible_in_snapshot(c.transaction_id, ?::text::pg_snapshot))
      order by c.transaction_id, c.id
      limit ?\
      """;

  private static final String READ =
      """
      select now.*, change.*
      from (${now}) now
      left join (
        select * from (
          (select c.transaction_id::text as transaction, c.transaction_id as position,
            c.id, c.version, c.reason
          from ${prefix}token_change c
          where c.transaction_id = any (array(select pg_snapshot_xip(?::text::pg_snapshot)))
          and ${page})
          union all
          (select c.transaction_id::text, c.transaction_id, c.id, c.version, c.reason
          from ${prefix}token_change c
          where ${page})
        ) new_ones
        order by position, id
        limit ?) change on true\
      """;

  /** Deletes what is visible in the snapshot. */
  private static final String TRIM =
      """
      delete from ${prefix}token_change
      where ctid = any (array(
        select c.ctid from ${prefix}token_change c
        where c.transaction_id < pg_snapshot_xmax(?::text::pg_snapshot)
          and pg_visible_in_snapshot(c.transaction_id, ?::text::pg_snapshot)
        order by c.transaction_id, c.id
        limit ?))\
      """;

  /** Deletes what another server has written, whose dump was restored here. */
  private static final String TRIM_FOREIGN =
      """
      delete from ${prefix}token_change
      where transaction_id >= pg_snapshot_xmax(pg_current_snapshot())\
      """;

  private record Row(
      Snapshot snapshot,
      String life,
      Instant storeTime,
      @Nullable String horizon,
      String transaction,
      @Nullable Change change) {}

  private final String now;
  private final String read;
  private final String add;
  private final String trim;
  private final String trimForeign;
  private final HorizonTable horizons;

  SnapshotFeed(TableNames tableNames) {
    String question = NOW.replace("${clock}", Dialect.POSTGRESQL.readingClock());
    this.now = tableNames.sql(question);
    this.read = tableNames.sql(READ.replace("${now}", question).replace("${page}", NEW_IN_PAGE));
    this.add =
        tableNames.sql("insert into ${prefix}token_change (id, version, reason) values (?, ?, ?)");
    this.trim = tableNames.sql(TRIM);
    this.trimForeign = tableNames.sql(TRIM_FOREIGN);
    this.horizons = new HorizonTable(tableNames, Dialect.POSTGRESQL);
  }

  @Override
  public void write(SqlExecutor executor, List<Change> changes) throws SQLException {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Change change : changes) {
      rows.add(new @Nullable Object[] {change.id(), change.version(), ChangeRows.reason(change)});
    }
    executor.batch(add, rows);
  }

  @Override
  public Changes read(SqlExecutor executor, @Nullable String text, int limit) throws SQLException {
    SnapshotCursor cursor = text == null ? null : SnapshotCursor.parse(text);
    if (cursor == null) {
      Row row = executor.query(now, SnapshotFeed::state).get(0);
      return page(
          row, text == null, List.of(), SnapshotCursor.after(row.life(), row.snapshot()), false);
    }
    List<Row> rows = query(executor, cursor, limit + 1);
    Row state = rows.get(0);
    if (!isKnown(cursor, state)) {
      return page(
          state, false, List.of(), SnapshotCursor.after(state.life(), state.snapshot()), false);
    }
    List<Change> changes =
        rows.stream().map(Row::change).filter(Objects::nonNull).limit(limit).toList();
    Snapshot page = cursor.next();
    Snapshot next = page == null ? state.snapshot() : page;
    if (rows.size() <= limit) {
      // The pages of an earlier snapshot lack what was written since: the next question has it.
      boolean more = !next.equals(state.snapshot());
      return page(state, true, changes, SnapshotCursor.after(state.life(), next), more);
    }
    Row last = rows.get(limit - 1);
    String id = HexFormat.of().formatHex(Objects.requireNonNull(last.change()).id().bytes());
    return page(
        state,
        true,
        changes,
        new SnapshotCursor(state.life(), cursor.told(), next, last.transaction(), id),
        true);
  }

  private List<Row> query(SqlExecutor executor, SnapshotCursor cursor, int limit)
      throws SQLException {
    boolean begun = Long.parseLong(cursor.transaction()) >= cursor.told().end();
    Snapshot page = cursor.next();
    String next = page == null ? null : page.text();
    return executor.query(
        read,
        SnapshotFeed::row,
        cursor.told().text(),
        cursor.transaction(),
        cursor.id(),
        next,
        next,
        limit,
        // Transactions that began later. The index is searched from here on.
        begun ? cursor.transaction() : String.valueOf(cursor.told().end()),
        begun ? cursor.id() : "",
        next,
        next,
        limit,
        limit);
  }

  /** Returns whether the cursor is of this life, and nothing after it was deleted. */
  private static boolean isKnown(SnapshotCursor cursor, Row state) {
    String horizon = state.horizon();
    return cursor.life().equals(state.life())
        && state.snapshot().includes(cursor.told())
        && (horizon == null || cursor.told().includes(Snapshot.parse(horizon)));
  }

  private static Changes page(
      Row state, boolean known, List<Change> changes, SnapshotCursor cursor, boolean more) {
    return new Changes(known, changes, cursor.text(), more, state.storeTime());
  }

  private static Row state(ResultSet row) throws SQLException {
    return row(row, "", null);
  }

  private static Row row(ResultSet row) throws SQLException {
    String transaction = row.getString("transaction");
    return transaction == null ? state(row) : row(row, transaction, ChangeRows.read(row));
  }

  private static Row row(ResultSet row, String transaction, @Nullable Change change)
      throws SQLException {
    return new Row(
        Snapshot.parse(row.getString("snapshot")),
        row.getString("life"),
        Instant.ofEpochMilli(row.getLong("store_time")),
        row.getString("horizon"),
        transaction,
        change);
  }

  @Override
  public boolean trim(SqlExecutor executor, int limit) throws SQLException {
    executor.update(trimForeign);
    String position = executor.query(now, SnapshotFeed::state).get(0).snapshot().text();
    return horizons.trim(
        executor, position, horizon -> executor.update(trim, horizon, horizon, limit) >= limit);
  }
}
