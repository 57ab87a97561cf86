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
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.Rejection;

/**
 * The invariant of revocations. An acknowledged revocation is in force at once on the node that it
 * was acknowledged to and on each node that received a hint of it, and on all nodes after the lag.
 * The sessions of a user token are revoked with it. Only a token whose revocation was requested is
 * rejected as revoked.
 */
final class PromisedEnds {

  private final Simulation simulation;
  private final Oracle oracle;
  private final Set<TokenId> asked = new HashSet<>();
  private final Map<String, Integer> beingEnded = new HashMap<>();
  private final Map<TokenId, Instant> ended = new HashMap<>();
  private final Map<TokenId, Map<SimulatedNode, Instant>> knownBy = new HashMap<>();

  PromisedEnds(Simulation simulation, Oracle oracle) {
    this.simulation = simulation;
    this.oracle = oracle;
  }

  /** Notes that the revocation of a token is requested. */
  void asked(TokenId id) {
    asked.add(id);
  }

  /** Runs a request to revoke all tokens of a subject, including those issued meanwhile. */
  void askedAll(String subject, Runnable asking) {
    beingEnded.merge(subject, 1, Integer::sum);
    try {
      asking.run();
    } finally {
      beingEnded.computeIfPresent(subject, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Notes that the store has revoked these tokens, one of them by its id. */
  void endedOne(Collection<TokenId> ids) {
    ids.stream()
        .filter(id -> beingEnded.containsKey(simulation.stored(id).subject()))
        .forEach(asked::add);
  }

  /** Notes that the store has revoked these tokens of a subject. */
  void endedAll(Selection selection, Collection<TokenId> ids) {
    asked.addAll(ids);
    for (TokenId id : ids) {
      if (selection.except().contains(id)) {
        oracle.wrong("revoked though it was to be spared", id);
      }
    }
  }

  /** Notes that the store has acknowledged the revocations to this node. */
  void acknowledged(SimulatedNode node, Collection<TokenId> ids) {
    ids.forEach(
        id -> {
          ended(id);
          known(node, id);
        });
  }

  private void ended(TokenId id) {
    ended.putIfAbsent(id, simulation.time());
  }

  private void known(SimulatedNode node, TokenId id) {
    knownBy.computeIfAbsent(id, none -> new HashMap<>()).putIfAbsent(node, simulation.time());
  }

  /** Notes that the node has received a hint of a revocation. */
  void hinted(SimulatedNode node, TokenId id) {
    known(node, id);
  }

  /** Notes that the caller got a success, after which no successor of the token may be live. */
  void closed(SimulatedNode node, TokenId id) {
    known(node, id);
    TokenId last = lastOf(id);
    known(node, last);
    if (simulation.stored(last).revocation() == null) {
      oracle.wrong("left after it was closed", node, last);
    }
  }

  /** Notes that the caller got a success for all of them, except for the token that was spared. */
  void closedAll(List<TokenRecord> records, @Nullable TokenId spared) {
    TokenId left = spared == null ? null : lastOf(spared);
    for (TokenRecord record : records) {
      TokenRecord last = simulation.stored(lastOf(record.id()));
      if (last.revocation() == null && !Objects.equals(last.id(), left)) {
        oracle.wrong("left after all were closed", last.id());
      }
    }
  }

  /** Returns the last token of a family. All others are revoked, and it may be, too. */
  private TokenId lastOf(TokenId first) {
    TokenId last = first;
    for (TokenId next = first; next != null; next = successor(next)) {
      last = next;
      if (simulation.stored(last).revocation() != null) {
        ended(last);
      }
    }
    return last;
  }

  private @Nullable TokenId successor(TokenId id) {
    Revocation revocation = simulation.stored(id).revocation();
    return revocation == null ? null : revocation.successor();
  }

  boolean isEndedBefore(TokenId id, Instant time) {
    return endOf(id).isBefore(time);
  }

  private Instant endOf(TokenId id) {
    return ended.getOrDefault(id, Instant.MAX);
  }

  void accepted(SimulatedNode node, TokenRecord record, Instant begin) {
    TokenId parent = record.parent();
    Instant end = endOf(record.id());
    if (parent != null && endOf(parent).isBefore(end)) {
      end = endOf(parent);
    }
    if (!end.equals(Instant.MAX) && !begin.isBefore(end.plus(simulation.lag))) {
      oracle.wrong("accepted later than the lag after its revocation", node, record.id());
    }
    Instant known = knownBy.getOrDefault(record.id(), Map.of()).getOrDefault(node, Instant.MAX);
    if (!known.isAfter(begin)) {
      oracle.wrong("accepted by a node that knew of its revocation", node, record.id());
    }
  }

  void refused(SimulatedNode node, TokenRecord record, Rejection rejection) {
    Revocation revocation = simulation.stored(record.id()).revocation();
    RevocationReason reason = RevocationReason.valueOf(rejection.name());
    boolean known = revocation != null && revocation.reason() == reason;
    if (!known || (reason == RevocationReason.CLOSED && !isAsked(record.id(), record.parent()))) {
      oracle.wrong("rejected as " + rejection + " without a matching request", node, record.id());
    }
  }

  private boolean isAsked(TokenId id, @Nullable TokenId parent) {
    @Nullable TokenId member = id;
    while (member != null && !asked.contains(member)) {
      member = oracle.families().predecessor(member);
    }
    return member != null || (parent != null && asked.contains(parent));
  }
}
