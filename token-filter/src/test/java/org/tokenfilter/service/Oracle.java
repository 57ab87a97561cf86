package org.tokenfilter.service;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** A checker of all invariants, which knows the issued tokens and reports each violation. */
final class Oracle {

  private static final int SHOWN = 6;

  private final Simulation simulation;
  private final PromisedEnds ends;
  private final PromisedLives lives;
  private final PromisedLimits limits;
  private final PromisedFamilies families;
  private final Map<TokenId, TokenRecord> issued = new LinkedHashMap<>();
  private final Recent<TokenRecord> known = new Recent<>();
  private final List<String> wrong = new ArrayList<>();

  Oracle(Simulation simulation) {
    this.simulation = simulation;
    this.ends = new PromisedEnds(simulation, this);
    this.lives = new PromisedLives(simulation, this);
    this.limits = new PromisedLimits(simulation, this);
    this.families = new PromisedFamilies(simulation, this);
  }

  PromisedEnds ends() {
    return ends;
  }

  PromisedLives lives() {
    return lives;
  }

  PromisedLimits limits() {
    return limits;
  }

  PromisedFamilies families() {
    return families;
  }

  List<String> wrong() {
    return wrong;
  }

  void wrong(String what) {
    wrong.add(what + " at " + simulation.time());
  }

  void wrong(String what, TokenId id) {
    wrong(what + ": " + id.toString().substring(0, SHOWN));
  }

  void wrong(String what, SimulatedNode node, TokenId id) {
    wrong(what + " on node " + node.number, id);
  }

  Recent<TokenRecord> known() {
    return known;
  }

  List<TokenRecord> of(String subject) {
    return issued.values().stream().filter(record -> record.subject().equals(subject)).toList();
  }

  List<TokenRecord> childrenOf(TokenId parent) {
    return issued.values().stream()
        .filter(record -> Objects.equals(record.parent(), parent))
        .toList();
  }

  /** Notes that a client has received the token. */
  void issued(TokenRecord record) {
    if (issued.putIfAbsent(record.id(), record) == null) {
      known.add(record);
      lives.issued(record);
    }
  }

  void accepted(SimulatedNode node, ActiveToken used, Instant begin) {
    TokenRecord record = used.renewalTarget();
    ends.accepted(node, record, begin);
    lives.accepted(node, record, used.usedAt());
    TokenId parent = record.parent();
    if (!used.passive() && record.idleTimeout() != null) {
      lives.used(record.id(), used.usedAt());
      if (parent != null) {
        lives.used(parent, used.usedAt());
      }
    }
  }

  /** Notes that a use of the token was answered with success. */
  void kept(SimulatedNode node, ActiveToken used) {
    TokenRecord record = used.renewalTarget();
    TokenId parent = record.parent();
    if (!used.passive() && record.idleTimeout() != null) {
      lives.kept(node, record.id(), used.usedAt());
      if (parent != null) {
        lives.kept(node, parent, used.usedAt());
      }
    }
  }

  void refused(
      SimulatedNode node, TokenRecord record, Instant begin, TokenRejectedException refused) {
    Rejection rejection = refused.rejection();
    switch (rejection) {
      case CLOSED, EVICTED, REPLACED -> ends.refused(node, record, rejection);
      case EXPIRED -> lives.refused(node, record.id(), begin);
      default -> wrong("rejected as " + rejection, node, record.id());
    }
  }
}
