package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * The table of horizons: how far the changes had come at some times, by the database's clock. Every
 * reader can have seen the changes up to a horizon since it was taken; so those up to an old one
 * may be deleted. The time of the change itself would not do, because it may have been committed
 * much later. Horizons are in the order of their ids, since the clock may be set back. Thread-safe.
 */
final class HorizonTable {

  /** A deletion of the changes up to a horizon. */
  interface Deletion {

    /** Deletes some, and returns whether there are more. */
    boolean deleteSome(String horizon) throws SQLException;
  }

  private record Horizon(long id, long takenAt, int state, String position, long storeTime) {

    boolean isDue() {
      return state < DELETED && storeTime - takenAt >= RETENTION.toMillis();
    }
  }

  /** More than the two minutes that are promised. */
  static final Duration RETENTION = Duration.ofSeconds(150);

  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private static final int BEING_DELETED = 1;
  private static final int DELETED = 2;

  private final TextCodec codec;
  private final String find;
  private final String add;
  private final String setState;
  private final String forget;

  HorizonTable(TableNames tableNames, Dialect dialect) {
    this.codec = dialect.textCodec();
    this.find =
        tableNames.sql(
            "select id, taken_at, state, position_text, ${clock} as store_time"
                    .replace("${clock}", dialect.readingClock())
                + " from ${prefix}token_horizon order by id");
    this.add =
        tableNames.sql(
            """
            insert into ${prefix}token_horizon (taken_at, state, position_text)
            values (${clock}, 0, ?)\
            """
                .replace("${clock}", dialect.clock()));
    this.setState =
        tableNames.sql("update ${prefix}token_horizon set state = ? where id = ? and state < ?");
    this.forget = tableNames.sql("delete from ${prefix}token_horizon where id < ? and state = ?");
  }

  /**
   * Takes a horizon from time to time, and deletes some changes of the first one that is due.
   *
   * @param position the position of the feed now
   * @return whether there are more to delete
   */
  boolean trim(SqlExecutor executor, String position, Deletion deletion) throws SQLException {
    List<Horizon> all = executor.query(find, this::horizon);
    Horizon latest = all.isEmpty() ? null : all.get(all.size() - 1);
    if (latest == null
        || (latest.storeTime() - latest.takenAt() >= INTERVAL.toMillis()
            && !latest.position().equals(position))
        || latest.takenAt() > latest.storeTime()) {
      executor.update(add, codec.value(position));
    }
    List<Horizon> due = all.stream().filter(Horizon::isDue).toList();
    if (due.isEmpty()) {
      return false;
    }
    Horizon first = due.get(0);
    // In the transaction of the deletion, so that a reader sees both or neither.
    executor.update(setState, BEING_DELETED, first.id(), BEING_DELETED);
    if (deletion.deleteSome(first.position())) {
      return true;
    }
    executor.update(setState, DELETED, first.id(), DELETED);
    executor.update(forget, first.id(), DELETED);
    return due.size() > 1;
  }

  private Horizon horizon(ResultSet row) throws SQLException {
    return new Horizon(
        row.getLong("id"),
        row.getLong("taken_at"),
        row.getInt("state"),
        codec.read(row, "position_text"),
        row.getLong("store_time"));
  }
}
