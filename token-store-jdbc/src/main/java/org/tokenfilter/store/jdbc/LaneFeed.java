package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;

/**
 * The feed on databases that do not tell which transactions a reader has seen. {@link LaneWriter}
 * numbers the changes in 64 lanes, in the order of the commits, and a cursor is the last number of
 * each lane. Thread-safe.
 *
 * <p>The random stamps of a lane form a chain: each change has its own and that of the one before.
 * A cursor whose stamp does not fit is of another life of the database, such as one that was
 * restored from a backup, where the numbers were given a second time. A gap in the numbers means
 * that changes were deleted.
 */
final class LaneFeed implements ChangeFeed {

  private record Lane(int lane, long number, int stamp, Instant storeTime) {}

  private record Entry(int lane, long number, int stamp, int previousStamp, Change change) {}

  private static final String CHANGES_OF_LANE =
      """
      (select lane, number, id, version, reason, stamp, previous_stamp
      from ${prefix}token_change
      where lane = ? and number > ? and number <= ?
      order by number
      limit ?)\
      """;

  private static final String FIRST_OF_LANE =
      "(select lane, number from ${prefix}token_change where lane = %d order by number limit 1)";

  private static final String UNION = "\nunion all\n";

  private final TableNames tableNames;
  private final LaneWriter writer;
  private final String lanes;
  private final String firsts;
  private final String delete;
  private final HorizonTable horizons;

  LaneFeed(TableNames tableNames, Dialect dialect) {
    this.tableNames = tableNames;
    this.lanes =
        tableNames.sql(
            "select lane, last_number, stamp, ${clock} as store_time"
                    .replace("${clock}", dialect.readingClock())
                + " from ${prefix}token_change_lane order by lane");
    this.writer = new LaneWriter(tableNames, dialect);
    List<String> first = new ArrayList<>();
    for (int lane = 0; lane < LaneCursor.LANES; lane++) {
      first.add(FIRST_OF_LANE.formatted(lane));
    }
    this.firsts = tableNames.sql(String.join(UNION, first));
    this.delete =
        tableNames.sql("delete from ${prefix}token_change where lane = ? and number <= ?");
    this.horizons = new HorizonTable(tableNames, dialect);
  }

  @Override
  public void write(SqlExecutor executor, List<Change> changes) throws SQLException {
    writer.write(executor, changes);
  }

  @Override
  public Changes read(SqlExecutor executor, @Nullable String text, int limit) throws SQLException {
    List<Lane> now = executor.query(lanes, LaneFeed::lane);
    LaneCursor cursor = text == null ? null : LaneCursor.parse(text);
    List<Lane> moved = new ArrayList<>();
    if (cursor == null || !isKnown(cursor, now, moved)) {
      return page(text == null, List.of(), end(now), now);
    }
    List<Entry> entries = moved.isEmpty() ? List.of() : query(executor, cursor, moved, limit);
    LaneCursor next = cursor.copy();
    List<Change> changes = new ArrayList<>();
    for (Entry entry : entries) {
      int lane = entry.lane();
      if (entry.number() != next.number(lane) + 1 || entry.previousStamp() != next.stamp(lane)) {
        return page(false, List.of(), end(now), now);
      }
      next.set(lane, entry.number(), entry.stamp());
      changes.add(entry.change());
    }
    if (changes.isEmpty() && !moved.isEmpty()) {
      return page(false, List.of(), end(now), now);
    }
    return page(true, changes, next, now);
  }

  /** Returns whether no lane went back or repeats itself; adds those that moved. */
  private static boolean isKnown(LaneCursor cursor, List<Lane> now, List<Lane> moved) {
    for (Lane lane : now) {
      long told = cursor.number(lane.lane());
      if (lane.number() < told
          || (lane.number() == told && lane.stamp() != cursor.stamp(lane.lane()))) {
        return false;
      }
      if (lane.number() > told) {
        moved.add(lane);
      }
    }
    return true;
  }

  /** Returns changes of some lanes, those first that have the most; in each lane in order. */
  private List<Entry> query(SqlExecutor executor, LaneCursor cursor, List<Lane> moved, int limit)
      throws SQLException {
    moved.sort(
        (one, other) ->
            Long.compare(
                other.number() - cursor.number(other.lane()),
                one.number() - cursor.number(one.lane())));
    List<Lane> asked = moved.subList(0, Math.min(moved.size(), limit));
    int share = limit / asked.size();
    List<@Nullable Object> values = new ArrayList<>();
    List<String> parts = new ArrayList<>();
    for (Lane lane : asked) {
      parts.add(CHANGES_OF_LANE);
      values.add(lane.lane());
      values.add(cursor.number(lane.lane()));
      values.add(lane.number());
      values.add(share);
    }
    List<Entry> entries =
        executor.query(
            tableNames.sql(String.join(UNION, parts)),
            LaneFeed::entry,
            values.toArray(new @Nullable Object[0]));
    entries.sort((one, other) -> Long.compare(one.number(), other.number()));
    return entries;
  }

  private static LaneCursor end(List<Lane> now) {
    LaneCursor end = new LaneCursor();
    now.forEach(lane -> end.set(lane.lane(), lane.number(), lane.stamp()));
    return end;
  }

  private static Changes page(
      boolean known, List<Change> changes, LaneCursor cursor, List<Lane> now) throws SQLException {
    if (now.size() != LaneCursor.LANES) {
      throw new SQLException("token_change_lane has not all rows from 0 to 63");
    }
    boolean more = now.stream().anyMatch(lane -> cursor.number(lane.lane()) < lane.number());
    return new Changes(known, changes, cursor.text(), more, now.get(0).storeTime());
  }

  private static Lane lane(ResultSet row) throws SQLException {
    return new Lane(
        row.getInt("lane"),
        row.getLong("last_number"),
        row.getInt("stamp"),
        Instant.ofEpochMilli(row.getLong("store_time")));
  }

  private static Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        row.getInt("lane"),
        row.getLong("number"),
        row.getInt("stamp"),
        row.getInt("previous_stamp"),
        ChangeRows.read(row));
  }

  @Override
  public boolean trim(SqlExecutor executor, int limit) throws SQLException {
    String position = end(executor.query(lanes, LaneFeed::lane)).text();
    return horizons.trim(executor, position, horizon -> deleteSome(executor, horizon, limit));
  }

  private boolean deleteSome(SqlExecutor executor, String position, int limit) throws SQLException {
    LaneCursor horizon = LaneCursor.parse(position);
    if (horizon == null) {
      return false;
    }
    List<@Nullable Object[]> deletions = new ArrayList<>();
    boolean more = false;
    for (Lane first : executor.query(firsts, LaneFeed::first)) {
      long last = horizon.number(first.lane());
      if (first.number() <= last) {
        long end = Math.min(last, first.number() + limit / LaneCursor.LANES);
        deletions.add(new @Nullable Object[] {first.lane(), end});
        more |= end < last;
      }
    }
    executor.batch(delete, deletions);
    return more;
  }

  private static Lane first(ResultSet row) throws SQLException {
    return new Lane(row.getInt("lane"), row.getLong("number"), 0, Instant.EPOCH);
  }
}
