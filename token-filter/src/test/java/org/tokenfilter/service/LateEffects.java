package org.tokenfilter.service;

import java.time.Instant;
import java.util.PriorityQueue;

/** Delayed effects in the order of their time. */
final class LateEffects {

  private final PriorityQueue<Late> waiting = new PriorityQueue<>();
  private int number;

  private record Late(Instant at, int number, Runnable effect) implements Comparable<Late> {
    @Override
    public int compareTo(Late other) {
      int order = at.compareTo(other.at);
      return order == 0 ? Integer.compare(number, other.number) : order;
    }
  }

  void add(Instant at, Runnable effect) {
    waiting.add(new Late(at, number++, effect));
  }

  void happenUntil(Instant time) {
    while (!waiting.isEmpty() && !waiting.peek().at().isAfter(time)) {
      waiting.remove().effect().run();
    }
  }
}
