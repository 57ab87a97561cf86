package org.tokenfilter.service;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Things of which mostly the young ones are of interest: the others are dead. */
final class Recent<T> {

  private static final int YOUNG = 6;

  private final List<T> all = new ArrayList<>();

  void add(T one) {
    all.add(one);
  }

  /** One of the young; null if there are none. */
  @Nullable T any(Simulation simulation) {
    int young = Math.min(YOUNG, all.size());
    return young == 0 ? null : all.get(all.size() - 1 - simulation.drawn(young));
  }
}
