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
 * An end that was acknowledged is in force at once on the node that it was acknowledged to, and on
 * each that was told of it, and everywhere after the lag; with a user token end its sessions. Only
 * what somebody has ended is refused as ended.
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

  /** Somebody wants it to end. */
  void asked(TokenId id) {
    asked.add(id);
  }

  /** Somebody wants all of a subject's to end, also what comes meanwhile. */
  void askedAll(String subject, Runnable asking) {
    beingEnded.merge(subject, 1, Integer::sum);
    try {
      asking.run();
    } finally {
      beingEnded.computeIfPresent(subject, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** The store has ended these, one of them by its id. */
  void endedOne(Collection<TokenId> ids) {
    ids.stream()
        .filter(id -> beingEnded.containsKey(simulation.stored(id).subject()))
        .forEach(asked::add);
  }

  /** The store has ended these of a subject's. */
  void endedAll(Selection selection, Collection<TokenId> ids) {
    asked.addAll(ids);
    for (TokenId id : ids) {
      if (selection.except().contains(id)) {
        oracle.wrong("ended though it was to be spared", id);
      }
    }
  }

  /** The store has acknowledged the ends to this node. */
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

  /** The node has heard of an end by the way. */
  void hinted(SimulatedNode node, TokenId id) {
    known(node, id);
  }

  /** Somebody was told that it is closed: nothing that has come of it is left, either. */
  void closed(SimulatedNode node, TokenId id) {
    known(node, id);
    TokenId last = lastOf(id);
    known(node, last);
    if (simulation.stored(last).revocation() == null) {
      oracle.wrong("left after it was closed", node, last);
    }
  }

  /** Somebody was told that all of them are, but for what has come of them that was spared. */
  void closedAll(List<TokenRecord> records, @Nullable TokenId spared) {
    TokenId left = spared == null ? null : lastOf(spared);
    for (TokenRecord record : records) {
      TokenRecord last = simulation.stored(lastOf(record.id()));
      if (last.revocation() == null && !Objects.equals(last.id(), left)) {
        oracle.wrong("left after all were closed", last.id());
      }
    }
  }

  /** The last token of a family; all of them have ended, but for that one perhaps. */
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
      oracle.wrong("accepted later than the lag after its end", node, record.id());
    }
    Instant known = knownBy.getOrDefault(record.id(), Map.of()).getOrDefault(node, Instant.MAX);
    if (!known.isAfter(begin)) {
      oracle.wrong("accepted where its end was known", node, record.id());
    }
  }

  void refused(SimulatedNode node, TokenRecord record, Rejection rejection) {
    Revocation revocation = simulation.stored(record.id()).revocation();
    RevocationReason reason = RevocationReason.valueOf(rejection.name());
    boolean known = revocation != null && revocation.reason() == reason;
    if (!known || (reason == RevocationReason.CLOSED && !isAsked(record.id(), record.parent()))) {
      oracle.wrong("refused as " + rejection + " though nobody ended it so", node, record.id());
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
