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
final class InvariantChecker {

  private static final int SHOWN = 6;

  private final Simulation simulation;
  private final RevocationInvariant revocations;
  private final LifetimeInvariant lifetimes;
  private final LimitInvariant limits;
  private final FamilyInvariant families;
  private final AmendmentInvariant amendments;
  private final Map<TokenId, TokenRecord> issued = new LinkedHashMap<>();
  private final RecentItems<TokenRecord> recentRecords = new RecentItems<>();
  private final List<String> report = new ArrayList<>();

  InvariantChecker(Simulation simulation) {
    this.simulation = simulation;
    this.revocations = new RevocationInvariant(simulation, this);
    this.lifetimes = new LifetimeInvariant(simulation, this);
    this.limits = new LimitInvariant(simulation, this);
    this.families = new FamilyInvariant(simulation, this);
    this.amendments = new AmendmentInvariant(simulation, this);
  }

  RevocationInvariant revocations() {
    return revocations;
  }

  LifetimeInvariant lifetimes() {
    return lifetimes;
  }

  LimitInvariant limits() {
    return limits;
  }

  FamilyInvariant families() {
    return families;
  }

  AmendmentInvariant amendments() {
    return amendments;
  }

  /** Notes that the database has lost the revocation of a token. */
  void endLost(TokenId id) {
    revocations.lost(id);
    lifetimes.endLost(id);
  }

  List<String> report() {
    return report;
  }

  void report(String what) {
    report.add(what + " at " + simulation.time());
  }

  void report(String what, TokenId id) {
    report(what + ": " + id.toString().substring(0, SHOWN));
  }

  void report(String what, SimulatedNode node, TokenId id) {
    report(what + " on node " + node.number, id);
  }

  RecentItems<TokenRecord> recentRecords() {
    return recentRecords;
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
      recentRecords.add(record);
      lifetimes.issued(record);
    }
  }

  void accepted(SimulatedNode node, ActiveToken used, Instant begin) {
    TokenRecord record = used.renewalTarget();
    revocations.accepted(node, record, begin);
    amendments.accepted(node, record, begin);
    lifetimes.accepted(node, record, used.usedAt());
    TokenId parent = record.parent();
    if (!used.passive() && record.idleTimeout() != null) {
      lifetimes.used(record.id(), used.usedAt());
      if (parent != null) {
        lifetimes.used(parent, used.usedAt());
      }
    }
  }

  /** Notes that a use of the token was answered with success. */
  void renewed(SimulatedNode node, ActiveToken used) {
    TokenRecord record = used.renewalTarget();
    TokenId parent = record.parent();
    if (!used.passive() && record.idleTimeout() != null) {
      lifetimes.acknowledged(node, record.id(), used.usedAt());
      if (parent != null) {
        lifetimes.acknowledged(node, parent, used.usedAt());
      }
    }
  }

  void refused(
      SimulatedNode node, TokenRecord record, Instant begin, TokenRejectedException refused) {
    Rejection rejection = refused.rejection();
    switch (rejection) {
      case CLOSED, EVICTED, REPLACED -> revocations.refused(node, record, rejection);
      case EXPIRED -> lifetimes.refused(node, record.id(), begin);
      default -> report("rejected as " + rejection, node, record.id());
    }
  }
}
