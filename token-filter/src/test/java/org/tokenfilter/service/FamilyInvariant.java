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
 * The invariant of token families. A refreshed token has one successor, and its family has one live
 * token, no matter how often and on which nodes it is refreshed. After the grace period, and
 * without one, the successor is handed out once.
 */
final class FamilyInvariant {

  private final Simulation simulation;
  private final InvariantChecker checker;
  private final Map<TokenId, TokenId> predecessors = new HashMap<>();
  private final Map<TokenId, TokenId> successors = new HashMap<>();
  private final Set<TokenId> handedOut = new HashSet<>();

  FamilyInvariant(Simulation simulation, InvariantChecker checker) {
    this.simulation = simulation;
    this.checker = checker;
  }

  /** Notes that the store has replaced the token. */
  void replaced(TokenId id, TokenRecord successor, Instant now) {
    predecessors.put(successor.id(), id);
    if (successors.put(id, successor.id()) != null) {
      checker.report("refreshed twice", id);
    }
    if (checker.limits().countLiveMembers(successor, now) > 1) {
      checker.report("two live tokens of one family", successor.id());
    }
  }

  @Nullable TokenId predecessor(TokenId id) {
    return predecessors.get(id);
  }

  /**
   * Notes that a client has received a successor.
   *
   * @param asked the time of the request by the clock of the node
   */
  void refreshed(SimulatedNode node, TokenId old, TokenRecord successor, Instant asked) {
    Revocation revocation = simulation.stored(old).revocation();
    if (revocation == null || !Objects.equals(revocation.successor(), successor.id())) {
      checker.report("refreshed for another token than its successor", node, old);
      return;
    }
    Duration grace = simulation.policy.refreshGrace();
    boolean inGrace = !grace.isZero() && asked.isBefore(revocation.at().plus(grace));
    if (!handedOut.add(successor.id()) && !inGrace) {
      checker.report("its successor handed out once more", node, old);
    }
    checker.issued(successor);
  }
}
