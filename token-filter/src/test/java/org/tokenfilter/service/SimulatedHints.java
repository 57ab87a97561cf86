package org.tokenfilter.service;

import java.util.ArrayList;
import java.util.List;

/**
 * Hints of changes from the store to its watchers. Some are lost, some come twice, and many come
 * late and out of order.
 */
final class SimulatedHints {

  private static final double LOST = 0.2;
  private static final double TWICE = 0.2;
  private static final double LATE = 0.4;
  private static final int SOON_MILLIS = 200;
  private static final int LATE_MILLIS = 20_000;

  private final Simulation simulation;
  private final boolean enabled;
  private final List<Runnable> watchers = new ArrayList<>();

  /**
   * Creates the hints of a store.
   *
   * @param given whether the store gives hints, which is optional
   */
  SimulatedHints(Simulation simulation, boolean given) {
    this.simulation = simulation;
    this.enabled = given;
  }

  AutoCloseable watch(Runnable watcher) {
    if (enabled) {
      watchers.add(watcher);
    }
    return () -> watchers.remove(watcher);
  }

  /** Tells the watchers that there is a change. */
  void changed() {
    for (Runnable watcher : watchers) {
      if (!simulation.happens(LOST)) {
        notifyLater(watcher);
      }
      if (simulation.happens(TWICE)) {
        notifyLater(watcher);
      }
    }
  }

  private void notifyLater(Runnable watcher) {
    simulation.schedule(simulation.happens(LATE) ? LATE_MILLIS : SOON_MILLIS, watcher);
  }
}
