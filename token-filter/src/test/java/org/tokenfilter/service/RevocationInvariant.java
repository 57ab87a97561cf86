package org.tokenfilter.service;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.Rejection;

/**
 * The invariant of revocations. An acknowledged revocation is in force at once on the node that it
 * was acknowledged to and on each node that heard of it, and on all nodes after the lag. If the
 * database loses it, the nodes that know it still refuse the token, and revoke it anew. The
 * sessions of a user token are revoked with it. Only a token whose revocation was requested is
 * rejected as revoked.
 */
final class RevocationInvariant {

  private final Simulation simulation;
  private final InvariantChecker checker;
  private final Set<TokenId> requested = new HashSet<>();
  private final Map<String, Integer> beingRevoked = new HashMap<>();
  private final Map<TokenId, Instant> revoked = new HashMap<>();
  private final Map<TokenId, Map<SimulatedNode, Instant>> knownBy = new HashMap<>();
  private final Set<TokenId> lost = new HashSet<>();

  RevocationInvariant(Simulation simulation, InvariantChecker checker) {
    this.simulation = simulation;
    this.checker = checker;
  }

  /** Notes that the revocation of a token is requested. */
  void requested(TokenId id) {
    requested.add(id);
  }

  /** Runs a request to revoke all tokens of a subject, including those issued meanwhile. */
  void requestedAll(String subject, Runnable asking) {
    beingRevoked.merge(subject, 1, Integer::sum);
    try {
      asking.run();
    } finally {
      beingRevoked.computeIfPresent(subject, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Notes that a node revokes a token by its id; the call may arrive much later. */
  void sent(TokenId id) {
    if (beingRevoked.containsKey(simulation.stored(id).subject())) {
      requested.add(id);
    }
  }

  /** Notes that the store has revoked these tokens, one of them by its id. */
  void revokedOne(Collection<TokenId> ids) {
    ids.forEach(this::sent);
  }

  /** Notes that the store has revoked these tokens of a subject. */
  void revokedAll(Selection selection, Collection<TokenId> ids) {
    requested.addAll(ids);
    for (TokenId id : ids) {
      if (selection.except().contains(id)) {
        checker.report("revoked though it was to be spared", id);
      }
    }
  }

  /** Notes that the store has acknowledged the revocations to this node. */
  void acknowledged(SimulatedNode node, Collection<TokenId> ids) {
    ids.forEach(
        id -> {
          revoked(id);
          recordKnown(node, id);
        });
  }

  private void revoked(TokenId id) {
    revoked.putIfAbsent(id, simulation.time());
  }

  private void recordKnown(SimulatedNode node, TokenId id) {
    knownBy.computeIfAbsent(id, none -> new HashMap<>()).putIfAbsent(node, simulation.time());
  }

  /** Notes that the node has received these changes, which it applies at once. */
  void heard(SimulatedNode node, Collection<Change> changes) {
    changes.stream()
        .filter(change -> change.revoked() != null)
        .forEach(change -> recordKnown(node, change.id()));
  }

  /** Notes that the database has lost the revocation: only nodes that know it must refuse. */
  void lost(TokenId id) {
    lost.add(id);
    revoked.remove(id);
  }

  /** Notes that the caller got a success, after which no successor of the token may be live. */
  void confirmed(SimulatedNode node, TokenId id) {
    recordKnown(node, id);
    TokenId last = lastOf(id);
    recordKnown(node, last);
    if (simulation.stored(last).revocation() == null) {
      checker.report("left after it was closed", node, last);
    }
  }

  /** Notes that the caller got a success for all of them, except for the token that was spared. */
  void confirmedAll(List<TokenRecord> records, @Nullable TokenId spared) {
    TokenId left = spared == null ? null : lastOf(spared);
    for (TokenRecord record : records) {
      TokenRecord last = simulation.stored(lastOf(record.id()));
      if (last.revocation() == null && !Objects.equals(last.id(), left)) {
        checker.report("left after all were closed", last.id());
      }
    }
  }

  /** Returns the last token of a family. All others are revoked, and it may be, too. */
  private TokenId lastOf(TokenId first) {
    TokenId last = first;
    for (TokenId next = first; next != null; next = successor(next)) {
      last = next;
      Revocation revocation = simulation.stored(last).revocation();
      if (revocation != null && isReported(revocation)) {
        revoked(last);
      }
    }
    return last;
  }

  /** Expiry is not reported, and a node whose clock is far behind accepts the token for longer. */
  private boolean isReported(Revocation revocation) {
    return revocation.reason() != RevocationReason.EXPIRED || !simulation.clocksFarApart();
  }

  private @Nullable TokenId successor(TokenId id) {
    Revocation revocation = simulation.stored(id).revocation();
    return revocation == null ? null : revocation.successor();
  }

  boolean isRevokedBefore(TokenId id, Instant time) {
    return revokedAt(id).isBefore(time);
  }

  private Instant revokedAt(TokenId id) {
    return revoked.getOrDefault(id, Instant.MAX);
  }

  void accepted(SimulatedNode node, TokenRecord record, Instant begin) {
    TokenId parent = record.parent();
    Instant end = revokedAt(record.id());
    Revocation own = simulation.stored(record.id()).revocation();
    if (parent != null && revokedAt(parent).isBefore(end) && (own == null || isReported(own))) {
      end = revokedAt(parent);
    }
    if (!end.equals(Instant.MAX) && !begin.isBefore(end.plus(simulation.lag))) {
      checker.report("accepted later than the lag after its revocation", node, record.id());
    }
    Instant known = knownBy.getOrDefault(record.id(), Map.of()).getOrDefault(node, Instant.MAX);
    if (!known.isAfter(begin)) {
      checker.report("accepted by a node that knew of its revocation", node, record.id());
    }
  }

  void refused(SimulatedNode node, TokenRecord record, Rejection rejection) {
    Revocation revocation = simulation.stored(record.id()).revocation();
    RevocationReason reason = RevocationReason.valueOf(rejection.name());
    boolean known =
        lost.contains(record.id()) || (revocation != null && revocation.reason() == reason);
    if (!known
        || (reason == RevocationReason.CLOSED && !isRequested(record.id(), record.parent()))) {
      checker.report("rejected as " + rejection + " without a matching request", node, record.id());
    }
  }

  private boolean isRequested(TokenId id, @Nullable TokenId parent) {
    @Nullable TokenId member = id;
    while (member != null && !requested.contains(member)) {
      member = checker.families().predecessor(member);
    }
    return member != null || (parent != null && requested.contains(parent));
  }
}
