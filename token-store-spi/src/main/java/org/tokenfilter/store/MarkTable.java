package org.tokenfilter.store;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;

/** The marks in memory (S22). Not thread-safe. */
final class MarkTable {

  private record Mark(String name, Instant until) {}

  private final Map<String, Instant> marks = new HashMap<>();
  private final Queue<Mark> firstToEnd = new PriorityQueue<>(Comparator.comparing(Mark::until));

  boolean mark(String name, Instant until, Instant now) {
    StoreArguments.requireMark(name, until, now);
    if (isSet(name, now)) {
      return false;
    }
    marks.put(name, until);
    firstToEnd.add(new Mark(name, until));
    return true;
  }

  boolean isSet(String name, Instant now) {
    Instant until = marks.get(name);
    return until != null && until.isAfter(now);
  }

  /** Forgets the marks that ended before a time. */
  void forgetBefore(Instant time) {
    for (Mark mark = firstToEnd.peek();
        mark != null && mark.until().isBefore(time);
        mark = firstToEnd.peek()) {
      firstToEnd.remove();
      marks.remove(mark.name(), mark.until());
    }
  }
}
