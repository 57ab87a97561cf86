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
final class LimitInvariant {

  private final Simulation simulation;
  private final InvariantChecker checker;

  LimitInvariant(Simulation simulation, InvariantChecker checker) {
    this.simulation = simulation;
    this.checker = checker;
  }

  void inserted(TokenRecord record, Limit limit, Instant now, InsertResult insertion) {
    int live = countLiveMembers(record, now);
    switch (insertion.outcome()) {
      case INSERTED -> {
        if (live > limit.max()) {
          checker.report("more of its group than the limit", record.id());
        }
        if (!insertion.evicted().isEmpty() && live < limit.max()) {
          checker.report("evicted others though there was room", record.id());
        }
        TokenId parent = record.parent();
        if (parent != null && !simulation.stored(parent).liveAt(now)) {
          checker.report("a session of a user token that is not live", record.id());
        }
      }
      case GROUP_FULL -> {
        if (live < limit.max()) {
          checker.report("its group was reported full though there was room", record.id());
        }
      }
      case PARENT_ENDED -> {}
    }
  }

  /** Returns the number of live members of the record's group. */
  int countLiveMembers(TokenRecord record, Instant now) {
    return record.group() == null
        ? 0
        : (int)
            simulation.liveRecords(record.subject(), now).stream()
                .filter(member -> Objects.equals(member.group(), record.group()))
                .count();
  }

  /** Checks that no session of a revoked token is left. */
  void revoked(TokenId parent) {
    for (TokenRecord record : checker.childrenOf(parent)) {
      if (simulation.stored(record.id()).revocation() == null) {
        checker.report("a session outlives its user token", record.id());
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
      checker.report("not issued for " + rejection + " on node " + node.number);
    }
  }
}
