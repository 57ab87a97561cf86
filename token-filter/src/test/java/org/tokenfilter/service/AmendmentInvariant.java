package org.tokenfilter.service;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** The invariant of amendments: new details are in force on all nodes after the lag. */
final class AmendmentInvariant {

  private final Simulation simulation;
  private final InvariantChecker checker;
  private final Map<TokenId, List<Amendment>> amendments = new HashMap<>();

  private record Amendment(long version, Instant at) {}

  AmendmentInvariant(Simulation simulation, InvariantChecker checker) {
    this.simulation = simulation;
    this.checker = checker;
  }

  /** Notes that the store has acknowledged new details. */
  void amended(TokenId id, long version) {
    amendments
        .computeIfAbsent(id, none -> new ArrayList<>())
        .add(new Amendment(version, simulation.time()));
  }

  void accepted(SimulatedNode node, TokenRecord record, Instant begin) {
    List<Amendment> all = amendments.getOrDefault(record.id(), List.of());
    for (int i = all.size() - 1; i >= 0 && all.get(i).version() != record.version(); i--) {
      if (!begin.isBefore(all.get(i).at().plus(simulation.lag))) {
        checker.report("accepted with old details later than the lag", node, record.id());
        return;
      }
    }
  }
}
