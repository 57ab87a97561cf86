package org.tokenfilter.service;

import java.time.Instant;
import java.util.PriorityQueue;

/** Delayed effects in the order of their time. */
final class DelayedEffects {

  private final PriorityQueue<DelayedEffect> waiting = new PriorityQueue<>();
  private int number;

  private record DelayedEffect(Instant at, int number, Runnable effect)
      implements Comparable<DelayedEffect> {
    @Override
    public int compareTo(DelayedEffect other) {
      int order = at.compareTo(other.at);
      return order == 0 ? Integer.compare(number, other.number) : order;
    }
  }

  void add(Instant at, Runnable effect) {
    waiting.add(new DelayedEffect(at, number++, effect));
  }

  void runUntil(Instant time) {
    while (!waiting.isEmpty() && !waiting.peek().at().isAfter(time)) {
      waiting.remove().effect().run();
    }
  }
}
