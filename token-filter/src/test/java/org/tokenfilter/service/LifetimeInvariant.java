package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The invariant of lifetimes. A token that is used in time stays live, and so does a user token one
 * of whose sessions is. A token that is not used in time expires, and nothing revives it.
 */
final class LifetimeInvariant {

  /** The clock skew below which no token in use is rejected, less some steps. */
  private static final Duration MAX_AGREED_SKEW = Duration.ofSeconds(4);

  /** The time until a use is in the store: the interval, a tick, and steps of the simulation. */
  private static final Duration MAX_WRITE_DELAY = Simulation.INTERVAL.plusSeconds(3);

  private final Simulation simulation;
  private final InvariantChecker checker;
  private final Map<TokenId, Instant> usedUntil = new HashMap<>();
  private final Map<TokenId, Map<SimulatedNode, AcknowledgedUse>> acknowledged = new HashMap<>();

  /** A use that was answered with success, by the node's clock and by the true time. */
  private record AcknowledgedUse(Instant usedAt, Instant at) {}

  LifetimeInvariant(Simulation simulation, InvariantChecker checker) {
    this.simulation = simulation;
    this.checker = checker;
  }

  void issued(TokenRecord record) {
    Instant until = record.idleExpiresAt();
    usedUntil.put(record.id(), until == null ? Instant.MAX : until);
  }

  void accepted(SimulatedNode node, TokenRecord record, Instant usedAt) {
    TokenId id = record.id();
    if (!usedAt.isBefore(usedUntil.get(id))) {
      checker.report("accepted though it was not used in time", node, id);
    }
    if (simulation.stored(id).expiredAt(usedAt)) {
      checker.report("accepted though the store knows that it has expired", node, id);
    }
  }

  /** Notes a use that may count from now on. */
  void used(TokenId id, Instant usedAt) {
    Instant until = usedAt.plus(Simulation.IDLE);
    usedUntil.merge(id, until, (one, other) -> one.isAfter(other) ? one : other);
  }

  /** Notes that a use was answered with success before the token had expired. */
  void acknowledged(SimulatedNode node, TokenId id, Instant usedAt) {
    if (simulation.stored(id).liveAt(node.now())) {
      acknowledged
          .computeIfAbsent(id, none -> new HashMap<>())
          .put(node, new AcknowledgedUse(usedAt, simulation.time()));
    }
  }

  /** Checks that no token is revived that has expired by the clock of the renewing node. */
  Set<TokenId> renewing(
      SimulatedNode node,
      Collection<Renewal> renewals,
      Instant asked,
      Supplier<Set<TokenId>> effect) {
    List<TokenRecord> expired =
        renewals.stream()
            .map(renewal -> simulation.stored(renewal.id()))
            .filter(record -> record.expiredAt(asked))
            .toList();
    Set<TokenId> missed = effect.get();
    for (TokenRecord record : expired) {
      if (!simulation.stored(record.id()).equals(record)) {
        checker.report("revived", node, record.id());
      }
    }
    return missed;
  }

  /** Checks that a token swept on any node had expired by the store's clock, too. */
  void swept(TokenId id) {
    Revocation revocation = simulation.stored(id).revocation();
    if (revocation == null || !revocation.at().isBefore(simulation.time())) {
      checker.report("swept though it was live", id);
    }
  }

  /** Notes that the database has lost the revocation of a token, whose uses were dropped. */
  void endLost(TokenId id) {
    acknowledged.remove(id);
  }

  void refused(SimulatedNode judge, TokenId id, Instant begin) {
    if (simulation.stored(id).revocation() != null) {
      return;
    }
    Duration took = Duration.between(begin, simulation.time());
    Instant judged = judge.now().minus(took);
    for (Map.Entry<SimulatedNode, AcknowledgedUse> use :
        acknowledged.getOrDefault(id, Map.of()).entrySet()) {
      SimulatedNode user = use.getKey();
      Instant meanwhile = user.now().minus(took);
      Instant usedAt = use.getValue().usedAt();
      boolean agreeing = Duration.between(meanwhile, judged).compareTo(MAX_AGREED_SKEW) < 0;
      boolean written = Duration.between(use.getValue().at(), begin).compareTo(MAX_WRITE_DELAY) > 0;
      if (judged.isBefore(usedAt.plus(Simulation.IDLE))
          && use.getValue().at().isBefore(begin)
          && simulation.nodes().contains(user)
          && !user.isTroubledSince(use.getValue().at())
          && (agreeing || written)) {
        checker.report("rejected though it was used in time", judge, id);
      }
    }
  }

  /** Checks that no use is lost that had the time to be written. */
  void checkNoUseLost(List<SimulatedNode> nodes) {
    acknowledged.forEach(
        (id, uses) -> {
          for (SimulatedNode node : nodes) {
            AcknowledgedUse use = uses.get(node);
            if (use != null
                && Duration.between(use.at(), simulation.time()).compareTo(MAX_WRITE_DELAY) > 0
                && !node.isTroubledSince(use.at())
                && isBehind(simulation.stored(id), use.usedAt())) {
              checker.report("a use was lost", node, id);
            }
          }
        });
  }

  private static boolean isBehind(TokenRecord stored, Instant usedAt) {
    Instant until = stored.idleExpiresAt();
    return stored.revocation() == null
        && (stored.lastUsedAt().isBefore(usedAt)
            || (until != null && until.isBefore(usedAt.plus(Simulation.IDLE))));
  }
}
