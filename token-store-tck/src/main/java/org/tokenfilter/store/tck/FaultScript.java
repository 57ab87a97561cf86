package org.tokenfilter.store.tck;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;

/** The faults that are planned for the calls of a store. Thread-safe. */
final class FaultScript {

  /** The steps before and after one call. */
  record Steps(List<Runnable> before, List<Runnable> after) {

    Steps() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  private final Map<Call, Integer> calls = new EnumMap<>(Call.class);
  private final Map<Call, Map<Integer, Steps>> script = new EnumMap<>(Call.class);
  private final List<Runnable> beforeEach = new ArrayList<>();

  synchronized void before(Call call, int nth, Runnable step) {
    steps(call, nth).before().add(step);
  }

  synchronized void after(Call call, int nth, Runnable step) {
    steps(call, nth).after().add(step);
  }

  synchronized void beforeEach(Runnable step) {
    beforeEach.add(step);
  }

  synchronized void clear() {
    script.clear();
    beforeEach.clear();
  }

  synchronized int calls(Call call) {
    return calls.getOrDefault(call, 0);
  }

  /** Counts a call and returns its steps. */
  synchronized Steps next(Call call) {
    int number = calls.merge(call, 1, Integer::sum);
    Steps steps = new Steps();
    steps.before().addAll(beforeEach);
    Map<Integer, Steps> line = script.get(call);
    Steps own = line == null ? null : line.remove(number);
    if (own != null) {
      steps.before().addAll(own.before());
      steps.after().addAll(own.after());
    }
    return steps;
  }

  private Steps steps(Call call, int nth) {
    if (nth < 1) {
      throw new IllegalArgumentException("nth must be at least 1 (1 is the next call), not " + nth);
    }
    return script
        .computeIfAbsent(call, none -> new HashMap<>())
        .computeIfAbsent(calls(call) + nth, none -> new Steps());
  }
}
