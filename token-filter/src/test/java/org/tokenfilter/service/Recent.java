package org.tokenfilter.service;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Items of which mostly the recent ones are of interest, since the older ones are dead. */
final class Recent<T> {

  private static final int YOUNG = 6;

  private final List<T> all = new ArrayList<>();

  void add(T one) {
    all.add(one);
  }

  /** Returns one of the recent items at random, or null if there are none. */
  @Nullable T any(Simulation simulation) {
    int young = Math.min(YOUNG, all.size());
    return young == 0 ? null : all.get(all.size() - 1 - simulation.drawn(young));
  }
}
