package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * Of a token that is exchanged, however often and wherever, there is one successor, and one live
 * token of the family. Once the grace is over, and without one at all, it is handed out once.
 */
final class PromisedFamilies {

  private final Simulation simulation;
  private final Oracle oracle;
  private final Map<TokenId, TokenId> predecessors = new HashMap<>();
  private final Map<TokenId, TokenId> successors = new HashMap<>();
  private final Set<TokenId> handedOut = new HashSet<>();

  PromisedFamilies(Simulation simulation, Oracle oracle) {
    this.simulation = simulation;
    this.oracle = oracle;
  }

  /** The store has exchanged it. */
  void replaced(TokenId id, TokenRecord successor, Instant now) {
    predecessors.put(successor.id(), id);
    if (successors.put(id, successor.id()) != null) {
      oracle.wrong("exchanged twice", id);
    }
    if (oracle.limits().live(successor, now) > 1) {
      oracle.wrong("two live tokens of one family", successor.id());
    }
  }

  @Nullable TokenId predecessor(TokenId id) {
    return predecessors.get(id);
  }

  /**
   * Somebody got a successor.
   *
   * @param asked when, by the clock of the node
   */
  void refreshed(SimulatedNode node, TokenId old, TokenRecord successor, Instant asked) {
    Revocation revocation = simulation.stored(old).revocation();
    if (revocation == null || !Objects.equals(revocation.successor(), successor.id())) {
      oracle.wrong("exchanged for another than its successor", node, old);
      return;
    }
    Duration grace = simulation.policy.refreshGrace();
    boolean inGrace = !grace.isZero() && asked.isBefore(revocation.at().plus(grace));
    if (!handedOut.add(successor.id()) && !inGrace) {
      oracle.wrong("its successor handed out once more", node, old);
    }
    oracle.issued(successor);
  }
}
