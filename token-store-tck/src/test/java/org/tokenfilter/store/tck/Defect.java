package org.tokenfilter.store.tck;

import java.time.Clock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.tokenfilter.store.TokenStore;

/**
 * A correct store with one planted defect.
 *
 * @param testPrefix the prefix of the name of a test that must fail: the clause, such as {@code
 *     s01}, or the whole name if only a race shows the defect
 * @param description the description in a few words
 * @param nodes the function that makes both nodes on the data of a correct store
 */
record Defect(String testPrefix, String description, BiFunction<TokenStore, Clock, Nodes> nodes) {

  /**
   * Two store objects on the same data.
   *
   * @param paused the function that makes a third one, which takes a step before each commit
   */
  record Nodes(TokenStore store, TokenStore otherNode, Function<Runnable, TokenStore> paused) {

    /** Returns nodes whose third one pauses each call before it reaches the first. */
    Nodes(TokenStore store, TokenStore otherNode) {
      this(store, otherNode, pause -> pausing(store, pause));
    }

    private static TokenStore pausing(TokenStore store, Runnable pause) {
      FaultyTokenStore pausing = new FaultyTokenStore(new Node(store));
      pausing.beforeEach(pause);
      return pausing;
    }
  }

  /** Returns a defect whose two nodes are the same object. */
  static Defect of(String test, String what, UnaryOperator<TokenStore> broken) {
    return new Defect(
        test,
        what,
        (data, clock) -> {
          TokenStore both = broken.apply(data);
          return new Nodes(both, both);
        });
  }

  /** Gives other threads time to interleave. Provokes a race; no result depends on it. */
  @SuppressWarnings("ThreadPriorityCheck")
  static void yieldToOtherThreads() {
    for (int turn = 0; turn < 20; turn++) {
      Thread.yield();
    }
  }
}
