package org.tokenfilter.store.jdbc;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A snapshot of PostgreSQL: the transactions below {@code end} whose writes are visible, which are
 * all but those in progress. Their numbers are below 2^63. Immutable.
 *
 * @param text the text of type {@code pg_snapshot}: the first one in progress, the end, the others
 *     in progress
 */
record Snapshot(String text, long end, Set<Long> inProgress) {

  private static final Pattern FORM =
      Pattern.compile("\\d{1,18}:\\d{1,18}:(\\d{1,18}(,\\d{1,18})*)?");

  /**
   * Parses a snapshot.
   *
   * @throws IllegalArgumentException if the text is not one
   */
  static Snapshot parse(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("not a snapshot");
    }
    String[] parts = text.split(":", -1);
    long first = Long.parseLong(parts[0]);
    long end = Long.parseLong(parts[1]);
    List<Long> open =
        parts[2].isEmpty()
            ? List.of()
            : Stream.of(parts[2].split(",", -1)).map(Long::valueOf).toList();
    // The server refuses any other order.
    if (first == 0
        || end < first
        || open.stream().anyMatch(one -> one < first || one >= end)
        || !open.equals(open.stream().sorted().toList())) {
      throw new IllegalArgumentException("not a snapshot");
    }
    return new Snapshot(text, end, Set.copyOf(open));
  }

  /** Returns whether everything that is visible in another snapshot is visible in this one. */
  boolean includes(Snapshot other) {
    return other.end <= end
        && inProgress.stream().allMatch(one -> one >= other.end || other.inProgress.contains(one));
  }
}
