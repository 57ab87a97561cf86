package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.TokenId;

/**
 * The statements that write changes into lanes, by the first bits of their ids. A transaction takes
 * the next numbers as its last step, in the order of the lanes, and holds the lanes until its
 * commit, so that the numbers have the order of the commits. Thread-safe.
 */
final class LaneWriter {

  /** The changes are a table of their own, since a driver may not batch an insert that selects. */
  private static final String ADD =
      """
      insert into ${prefix}token_change
        (lane, number, id, version, reason, stamp, previous_stamp)
      select l.lane, l.last_number - c.later, c.id, c.version, c.reason, l.stamp,
        case when c.first_one = 1 then l.previous_stamp else l.stamp end
      from (${changes}) c
      join ${prefix}token_change_lane l on l.lane = c.lane\
      """;

  private static final String FIRST_CHANGE =
      """
      select ${number} as lane, ${number} as later, ${number} as first_one,
        cast(? as binary(32)) as id, ${number} as version, ${number} as reason\
      """;

  private static final String NEXT_CHANGE = " union all select ?, ?, ?, ?, ?, ?";

  private static final int MAX_CHANGES_PER_STATEMENT = 64;

  private final String take;
  private final String add;
  private final String firstChange;

  LaneWriter(TableNames tableNames, Dialect dialect) {
    this.take =
        tableNames.sql(
            """
            update ${prefix}token_change_lane
            set previous_stamp = stamp, stamp = ?, last_number = last_number + ?
            where lane = ?\
            """);
    this.add = tableNames.sql(ADD);
    this.firstChange = FIRST_CHANGE.replace("${number}", dialect.numberParameter());
  }

  /** Returns the lane of an id: its first six bits. */
  static int laneOf(TokenId id) {
    return (id.bytes()[0] & 0xFF) * LaneCursor.LANES / 256;
  }

  /** Writes changes in their transaction, after all of its other statements. */
  void write(SqlExecutor executor, List<Change> changes) throws SQLException {
    Map<Integer, List<Change>> byLane = new TreeMap<>();
    for (Change change : changes) {
      byLane.computeIfAbsent(laneOf(change.id()), lane -> new ArrayList<>()).add(change);
    }
    List<@Nullable Object[]> taken = new ArrayList<>();
    List<@Nullable Object[]> added = new ArrayList<>();
    byLane.forEach(
        (lane, ofLane) -> {
          int stamp = ThreadLocalRandom.current().nextInt();
          taken.add(new @Nullable Object[] {stamp, ofLane.size(), lane});
          for (int index = 0; index < ofLane.size(); index++) {
            added.add(values(ofLane, index, lane));
          }
        });
    for (int count : executor.batch(take, taken)) {
      if (count == 0) {
        throw new SQLException("token_change_lane has not all rows from 0 to 63");
      }
    }
    for (int from = 0; from < added.size(); from += MAX_CHANGES_PER_STATEMENT) {
      add(executor, added.subList(from, Math.min(added.size(), from + MAX_CHANGES_PER_STATEMENT)));
    }
  }

  private void add(SqlExecutor executor, List<@Nullable Object[]> changes) throws SQLException {
    List<@Nullable Object> values = new ArrayList<>();
    changes.forEach(change -> Collections.addAll(values, change));
    String rows = firstChange + NEXT_CHANGE.repeat(changes.size() - 1);
    executor.update(add.replace("${changes}", rows), values.toArray(new @Nullable Object[0]));
  }

  private static @Nullable Object[] values(List<Change> changes, int index, int lane) {
    Change change = changes.get(index);
    return new @Nullable Object[] {
      lane,
      changes.size() - 1 - index,
      index == 0 ? 1 : 0,
      change.id(),
      change.version(),
      ChangeRows.reason(change)
    };
  }
}
