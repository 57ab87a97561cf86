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

  private static final int MAX_NAME_LENGTH = 255;

  private final Map<String, Instant> marks = new HashMap<>();
  private final Queue<Mark> firstToEnd = new PriorityQueue<>(Comparator.comparing(Mark::until));

  boolean mark(String name, Instant until, Instant now) {
    RecordText.requireOrNull("name", name, MAX_NAME_LENGTH);
    if (name.isEmpty() || !until.isAfter(now)) {
      throw new IllegalArgumentException(
          "a mark must have a name of 1 to 255 characters and end after now");
    }
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
