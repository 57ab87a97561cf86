package org.tokenfilter.service;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.tokenfilter.store.TokenId;

/**
 * Hints of revocations from the store to its watchers. Some are lost, some come twice, and many
 * come late and out of order.
 */
final class SimulatedHints {

  private static final double LOST = 0.2;
  private static final double TWICE = 0.2;
  private static final double LATE = 0.4;
  private static final int SOON_MILLIS = 200;
  private static final int LATE_MILLIS = 20_000;

  private final Simulation simulation;
  private final boolean enabled;
  private final List<Consumer<TokenId>> watchers = new ArrayList<>();

  /**
   * Creates the hints of a store.
   *
   * @param given whether the store gives hints, which is optional
   */
  SimulatedHints(Simulation simulation, boolean given) {
    this.simulation = simulation;
    this.enabled = given;
  }

  AutoCloseable watch(Consumer<TokenId> watcher) {
    if (enabled) {
      watchers.add(watcher);
    }
    return () -> watchers.remove(watcher);
  }

  void revoked(Collection<TokenId> ids) {
    for (Consumer<TokenId> watcher : watchers) {
      for (TokenId id : ids) {
        if (!simulation.happens(LOST)) {
          notifyLater(watcher, id);
        }
        if (simulation.happens(TWICE)) {
          notifyLater(watcher, id);
        }
      }
    }
  }

  private void notifyLater(Consumer<TokenId> watcher, TokenId id) {
    int longest = simulation.happens(LATE) ? LATE_MILLIS : SOON_MILLIS;
    simulation.schedule(longest, () -> watcher.accept(id));
  }
}
