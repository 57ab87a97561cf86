package org.tokenfilter.service;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Items of which mostly the recent ones are of interest, since the older ones are dead. */
final class RecentItems<T> {

  private static final int RECENT = 6;

  private final List<T> items = new ArrayList<>();

  void add(T one) {
    items.add(one);
  }

  /** Returns one of the recent items at random, or null if there are none. */
  @Nullable T pickRecent(Simulation simulation) {
    int young = Math.min(RECENT, items.size());
    return young == 0 ? null : items.get(items.size() - 1 - simulation.nextInt(young));
  }
}
