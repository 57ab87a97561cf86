package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenStore;

/** Violations of S22. */
final class MarkDefects {

  private MarkDefects() {}

  static List<Defect> all() {
    return List.of(
        Defect.of("s22_oneOfMany", "checks, then marks: given twice", ChecksThenMarks::new),
        Defect.of("s22", "moves the end to an earlier time", data -> new MovesTheEnd(data, false)),
        Defect.of("s22", "moves the end to a later time", data -> new MovesTheEnd(data, true)),
        Defect.of("s22", "never gives a mark again", NeverGivesAgain::new),
        Defect.of("s22", "sets a mark until and with its end", SetsTooLong::new),
        Defect.of("s22", "forgets marks at a sweep", ForgetsAtSweep::new),
        Defect.of("s22", "accepts an end that is not after now", AcceptsEarlyEnd::new),
        changesNames("folds the case of names", name -> name.toLowerCase(Locale.ROOT)),
        changesNames("cuts names at 100", name -> name.substring(0, Math.min(100, name.length()))),
        changesNames("strips blanks of names", String::stripTrailing));
  }

  private static Defect changesNames(String what, UnaryOperator<String> change) {
    return Defect.of("s22", what, data -> new ChangesNames(data, change));
  }

  /** A node that keeps the marks itself. */
  private static class MarkingNode extends Node {

    final Map<String, Instant> marks = new ConcurrentHashMap<>();

    MarkingNode(TokenStore data) {
      super(data);
    }

    /** Marks in the data under another name, which throws if the parameters are invalid. */
    final void requireValid(String name, Instant until, Instant now) {
      delegate().mark(name, until, now);
    }

    @Override
    public boolean marked(String name, Instant now) {
      Instant until = marks.get(name);
      return until != null && until.isAfter(now);
    }
  }

  private static final class ChecksThenMarks extends MarkingNode {

    ChecksThenMarks(TokenStore data) {
      super(data);
    }

    @Override
    public boolean mark(String name, Instant until, Instant now) {
      requireValid(name, until, now);
      if (marked(name, now)) {
        return false;
      }
      Defect.yieldToOtherThreads();
      marks.put(name, until);
      return true;
    }
  }

  private static final class MovesTheEnd extends MarkingNode {

    private final boolean later;

    MovesTheEnd(TokenStore data, boolean later) {
      super(data);
      this.later = later;
    }

    @Override
    public synchronized boolean mark(String name, Instant until, Instant now) {
      requireValid(name, until, now);
      boolean free = !marked(name, now);
      if (free || until.isAfter(marks.getOrDefault(name, until)) == later) {
        marks.put(name, until);
      }
      return free;
    }
  }

  private static final class NeverGivesAgain extends MarkingNode {

    NeverGivesAgain(TokenStore data) {
      super(data);
    }

    @Override
    public boolean mark(String name, Instant until, Instant now) {
      requireValid(name, until, now);
      return marks.putIfAbsent(name, until) == null;
    }
  }

  private static final class SetsTooLong extends Node {

    SetsTooLong(TokenStore data) {
      super(data);
    }

    @Override
    public boolean marked(String name, Instant now) {
      return delegate().marked(name, now.minusMillis(1));
    }
  }

  private static final class ForgetsAtSweep extends MarkingNode {

    ForgetsAtSweep(TokenStore data) {
      super(data);
    }

    @Override
    public synchronized boolean mark(String name, Instant until, Instant now) {
      requireValid(name, until, now);
      boolean free = !marked(name, now);
      if (free) {
        marks.put(name, until);
      }
      return free;
    }

    @Override
    public synchronized SweepResult sweep(
        int shard, Instant expiredBefore, Instant deadBefore, int limit) {
      marks.clear();
      return delegate().sweep(shard, expiredBefore, deadBefore, limit);
    }
  }

  private static final class AcceptsEarlyEnd extends Node {

    AcceptsEarlyEnd(TokenStore data) {
      super(data);
    }

    @Override
    public boolean mark(String name, Instant until, Instant now) {
      return until.isAfter(now) && delegate().mark(name, until, now);
    }
  }

  private static final class ChangesNames extends Node {

    private final UnaryOperator<String> change;

    ChangesNames(TokenStore data, UnaryOperator<String> change) {
      super(data);
      this.change = change;
    }

    @Override
    public boolean mark(String name, Instant until, Instant now) {
      return delegate().mark(change.apply(name), until, now);
    }

    @Override
    public boolean marked(String name, Instant now) {
      return delegate().marked(change.apply(name), now);
    }
  }
}
