package org.tokenfilter.store.tck;

import java.time.Clock;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStore;

/**
 * A sound store, broken in one place.
 *
 * @param test how the name of a test begins that must fail: the clause, such as {@code s01}; the
 *     whole name where it takes a race to show
 * @param what in a few words
 * @param nodes makes both nodes on a sound store's data
 */
record Defect(String test, String what, BiFunction<TokenStore, Clock, Nodes> nodes) {

  /** Two store objects on the same data. */
  record Nodes(TokenStore store, TokenStore otherNode) {}

  /** Both nodes are one object. */
  static Defect of(String test, String what, UnaryOperator<TokenStore> broken) {
    return new Defect(
        test,
        what,
        (data, clock) -> {
          TokenStore both = broken.apply(data);
          return new Nodes(both, both);
        });
  }

  Nodes open(Clock clock) {
    return nodes.apply(new InMemoryTokenStore(clock, Duration.ofMinutes(5)), clock);
  }

  /** Leaves others time to come in between: a race is provoked here, nothing relies on it. */
  @SuppressWarnings("ThreadPriorityCheck")
  static void otherThreadsGoOn() {
    for (int turn = 0; turn < 20; turn++) {
      Thread.yield();
    }
  }
}
