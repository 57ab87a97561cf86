package org.tokenfilter.store;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A log of the latest changes, numbered in their order (S12). Its entries outlive the records, so
 * it also tells a record that was revoked and deleted at once. Not thread-safe.
 */
final class ChangeLog {

  private record Entry(Instant at, Change change) {}

  /** Twice of what is promised, since entries are stamped before they are acknowledged. */
  private static final Duration RETENTION = Duration.ofMinutes(4);

  private static final char SEPARATOR = ':';

  /** Tells the cursors of this log from those of another one. */
  private final String life = HexFormat.of().toHexDigits(new SecureRandom().nextLong());

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Clock clock;

  /** The number of the entry that comes next. */
  private long next;

  private Instant latest = Instant.MIN;

  ChangeLog(Clock clock) {
    this.clock = clock;
  }

  void add(Change change) {
    Instant now = now();
    entries.addLast(new Entry(now, change));
    next++;
    while (entries.getFirst().at().isBefore(now.minus(RETENTION))) {
      entries.removeFirst();
    }
  }

  Changes since(@Nullable String cursor, int limit) {
    if (cursor == null) {
      return page(true, List.of(), next);
    }
    long from = position(cursor);
    if (from < next - entries.size() || from > next) {
      return page(false, List.of(), next);
    }
    List<Change> changes =
        entries.stream()
            .skip(from - (next - entries.size()))
            .limit(limit)
            .map(Entry::change)
            .toList();
    return page(true, changes, from + changes.size());
  }

  private Changes page(boolean known, List<Change> changes, long position) {
    return new Changes(
        known, changes, life + SEPARATOR + position, position < next, clock.instant());
  }

  /** Returns the number of the entry at which the cursor stands; -1 if it is not of this log. */
  private long position(String cursor) {
    int end = life.length();
    if (!cursor.startsWith(life) || cursor.length() <= end || cursor.charAt(end) != SEPARATOR) {
      return -1;
    }
    try {
      return Long.parseLong(cursor.substring(end + 1));
    } catch (NumberFormatException foreign) {
      return -1;
    }
  }

  /** Returns the latest time seen: if the clock is set back, no change may look too old. */
  private Instant now() {
    Instant now = clock.instant();
    latest = now.isAfter(latest) ? now : latest;
    return latest;
  }
}
