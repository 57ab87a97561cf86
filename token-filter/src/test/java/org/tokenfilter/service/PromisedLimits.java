package org.tokenfilter.service;

import java.time.Instant;
import java.util.Objects;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The invariant of limits. A group never has more live members than its limit, and evicts a member
 * only if it is full. No session is live whose user token is revoked.
 */
final class PromisedLimits {

  private final Simulation simulation;
  private final Oracle oracle;

  PromisedLimits(Simulation simulation, Oracle oracle) {
    this.simulation = simulation;
    this.oracle = oracle;
  }

  void inserted(TokenRecord record, Limit limit, Instant now, InsertResult insertion) {
    int live = live(record, now);
    switch (insertion.outcome()) {
      case INSERTED -> {
        if (live > limit.max()) {
          oracle.wrong("more of its group than the limit", record.id());
        }
        if (!insertion.evicted().isEmpty() && live < limit.max()) {
          oracle.wrong("evicted others though there was room", record.id());
        }
        TokenId parent = record.parent();
        if (parent != null && !simulation.stored(parent).liveAt(now)) {
          oracle.wrong("a session of a user token that is not live", record.id());
        }
      }
      case GROUP_FULL -> {
        if (live < limit.max()) {
          oracle.wrong("its group was reported full though there was room", record.id());
        }
      }
      case PARENT_ENDED -> {}
    }
  }

  /** Returns the number of live members of the record's group. */
  int live(TokenRecord record, Instant now) {
    return record.group() == null
        ? 0
        : (int)
            simulation.live(record.subject(), now).stream()
                .filter(member -> Objects.equals(member.group(), record.group()))
                .count();
  }

  /** Checks that no session of a revoked token is left. */
  void ended(TokenId parent) {
    for (TokenRecord record : oracle.childrenOf(parent)) {
      if (simulation.stored(record.id()).revocation() == null) {
        oracle.wrong("a session outlives its user token", record.id());
      }
    }
  }

  /** Checks that no token was issued only because the group is full. */
  void refused(SimulatedNode node, TokenRejectedException refused) {
    Rejection rejection = refused.rejection();
    boolean full =
        rejection == Rejection.CLIENT_TOKEN_LIVE
            || (rejection == Rejection.SESSION_LIMIT
                && simulation.policy.sessionLimit().policy() == Limit.Policy.REJECT);
    // For a node whose clock is behind, a user token that expired just now may still be live.
    if (!full && rejection != Rejection.INVALID) {
      oracle.wrong("not issued for " + rejection + " on node " + node.number);
    }
  }
}
