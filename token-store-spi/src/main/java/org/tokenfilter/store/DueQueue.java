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

  private record Mark(Instant at, TokenId id) {}

  private final NavigableSet<Mark> order =
      new TreeSet<>(Comparator.comparing(Mark::at).thenComparing(Mark::id));
  private final Map<TokenId, Mark> marks = new HashMap<>();

  /** Schedules an id for a time, replacing its earlier time; null removes the id. */
  void mark(TokenId id, @Nullable Instant at) {
    Mark old = at == null ? marks.remove(id) : marks.put(id, new Mark(at, id));
    if (old != null) {
      order.remove(old);
    }
    if (at != null) {
      order.add(new Mark(at, id));
    }
  }

  /** Returns the first id that is due before the given time; null if there is none. */
  @Nullable TokenId before(Instant time) {
    if (order.isEmpty()) {
      return null;
    }
    Mark first = order.first();
    return first.at().isBefore(time) ? first.id() : null;
  }
}
