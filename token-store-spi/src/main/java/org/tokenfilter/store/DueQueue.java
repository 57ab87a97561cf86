package org.tokenfilter.store;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A queue of record ids, ordered by the time at which each is due. Not thread-safe. */
final class DueQueue {

  private record Entry(Instant at, TokenId id) {}

  private final NavigableSet<Entry> order =
      new TreeSet<>(Comparator.comparing(Entry::at).thenComparing(Entry::id));
  private final Map<TokenId, Entry> entries = new HashMap<>();

  /** Schedules an id for a time, replacing its earlier time; null removes the id. */
  void schedule(TokenId id, @Nullable Instant at) {
    Entry old = at == null ? entries.remove(id) : entries.put(id, new Entry(at, id));
    if (old != null) {
      order.remove(old);
    }
    if (at != null) {
      order.add(new Entry(at, id));
    }
  }

  /** Returns the first id that is due before the given time; null if there is none. */
  @Nullable TokenId firstDueBefore(Instant time) {
    if (order.isEmpty()) {
      return null;
    }
    Entry first = order.first();
    return first.at().isBefore(time) ? first.id() : null;
  }
}
