package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;

/**
 * Statements with an IN list of many ids, which replace <code>${ids}</code>. The ids are split into
 * chunks of few different sizes, so that drivers can cache the prepared statements.
 */
final class InList {

  static final int MAX_IDS = 512;

  private InList() {}

  /** Returns the rows for all of these ids; the values are bound after the ids. */
  static <T> List<T> query(
      SqlExecutor executor,
      String sql,
      SqlExecutor.RowMapper<T> row,
      Collection<TokenId> ids,
      @Nullable Object... values)
      throws SQLException {
    List<T> all = new ArrayList<>();
    for (List<TokenId> portion : chunks(ids)) {
      @Nullable Object[] bound = paddedValues(portion, values);
      all.addAll(executor.query(sql(sql, bound.length - values.length), row, bound));
    }
    return all;
  }

  /** Returns the number of rows that were changed for all of these ids. */
  static int update(SqlExecutor executor, String sql, Collection<TokenId> ids) throws SQLException {
    int changed = 0;
    for (List<TokenId> portion : chunks(ids)) {
      @Nullable Object[] bound = paddedValues(portion);
      changed += executor.update(sql(sql, bound.length), bound);
    }
    return changed;
  }

  static <T> List<List<T>> chunks(Collection<T> all) {
    List<T> list = List.copyOf(all);
    List<List<T>> portions = new ArrayList<>();
    for (int start = 0; start < list.size(); start += MAX_IDS) {
      portions.add(list.subList(start, Math.min(list.size(), start + MAX_IDS)));
    }
    return portions;
  }

  private static String sql(String sql, int places) {
    return sql.replace("${ids}", String.join(", ", Collections.nCopies(places, "?")));
  }

  /** Repeats the last id up to the next power of two, since a duplicate in the list is harmless. */
  private static @Nullable Object[] paddedValues(
      List<TokenId> portion, @Nullable Object... values) {
    int size = Integer.highestOneBit(2 * portion.size() - 1);
    List<@Nullable Object> bound = new ArrayList<>(portion);
    bound.addAll(Collections.nCopies(size - portion.size(), portion.get(portion.size() - 1)));
    Collections.addAll(bound, values);
    return bound.toArray(new @Nullable Object[0]);
  }
}
