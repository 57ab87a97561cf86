package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.TokenRejectedException;

/** Knows what was promised to whom, and finds what was not kept. */
final class Oracle {

  /** What the clocks of nodes may differ by before a token in use is refused, less some steps. */
  private static final Duration AGREEING = Duration.ofSeconds(4);

  /** Within which a use is in the store: the interval, a tick, and steps of the simulation. */
  private static final Duration WRITTEN = Simulation.INTERVAL.plusSeconds(3);

  private static final int SHOWN = 6;

  private final Simulation simulation;
  private final Map<TokenId, IssuedToken> tokens = new LinkedHashMap<>();
  private final Map<TokenId, Instant> ended = new HashMap<>();
  private final Map<TokenId, Map<SimulatedNode, Instant>> endedBy = new HashMap<>();
  private final Set<TokenId> maybeEnded = new HashSet<>();
  private final Map<TokenId, Instant> usedUntil = new HashMap<>();
  private final Map<TokenId, Map<SimulatedNode, Kept>> kept = new HashMap<>();
  private final List<String> wrong = new ArrayList<>();

  /** A use that was answered with success: by the node's clock, and by the true time. */
  private record Kept(Instant usedAt, Instant at) {}

  Oracle(Simulation simulation) {
    this.simulation = simulation;
  }

  List<String> wrong() {
    return wrong;
  }

  private void wrong(String what, SimulatedNode node, TokenId id) {
    wrong.add(
        what
            + ": "
            + id.toString().substring(0, SHOWN)
            + " on node "
            + node.number
            + " at "
            + simulation.time());
  }

  @Nullable IssuedToken any(Random random) {
    List<IssuedToken> all = List.copyOf(tokens.values());
    // Mostly young ones: the others are dead.
    int from = Math.max(0, all.size() - 8);
    return all.isEmpty() ? null : all.get(from + random.nextInt(all.size() - from));
  }

  List<IssuedToken> of(String subject) {
    return tokens.values().stream()
        .filter(token -> token.record().subject().equals(subject))
        .toList();
  }

  void issued(SimulatedNode node, IssuedToken token, Instant now) {
    TokenRecord record = token.record();
    tokens.put(record.id(), token);
    usedUntil.put(record.id(), record.issuedAt().plus(Simulation.IDLE));
    maybeEvicted(record.subject());
    for (IssuedToken other : of(record.subject())) {
      Ending ending = stored(other.record().id()).ending();
      if (ending != null
          && ending.reason() == Reason.EVICTED
          && ending.at().equals(record.issuedAt())) {
        ended(node, other);
      }
    }
    long live =
        of(record.subject()).stream()
            .filter(other -> stored(other.record().id()).liveAt(record.issuedAt()))
            .count();
    if (live > Simulation.SESSIONS && now.equals(record.issuedAt())) {
      wrong("more sessions than the limit", node, record.id());
    }
  }

  private TokenRecord stored(TokenId id) {
    return simulation.store.find(id).orElseThrow();
  }

  void maybeEvicted(String subject) {
    of(subject).forEach(this::maybeEnded);
  }

  void maybeEnded(IssuedToken token) {
    maybeEnded.add(token.record().id());
  }

  void ended(IssuedToken token) {
    ended.putIfAbsent(token.record().id(), simulation.time());
  }

  /** By this node, where it is in force at once. */
  void ended(SimulatedNode node, IssuedToken token) {
    TokenId id = token.record().id();
    ended(token);
    endedBy.computeIfAbsent(id, none -> new HashMap<>()).putIfAbsent(node, simulation.time());
  }

  void accepted(SimulatedNode node, IssuedToken token, Instant begin, ActiveToken used) {
    TokenId id = token.record().id();
    Instant end = ended.get(id);
    if (end != null && !begin.isBefore(end.plus(simulation.lag))) {
      wrong("accepted later than the lag after its end", node, id);
    }
    if (endedBy.getOrDefault(id, Map.of()).getOrDefault(node, Instant.MAX).compareTo(begin) <= 0) {
      wrong("accepted where it was ended", node, id);
    }
    if (!used.usedAt().isBefore(usedUntil.get(id))) {
      wrong("accepted though nobody used it in time", node, id);
    }
    if (stored(id).expiredAt(used.usedAt())) {
      wrong("accepted though the store knows that it has expired", node, id);
    }
    Instant until = used.usedAt().plus(Simulation.IDLE);
    usedUntil.merge(id, until, (one, other) -> one.isAfter(other) ? one : other);
  }

  /** Its use was answered with success, before it had expired after all. */
  void kept(SimulatedNode node, IssuedToken token, Instant usedAt) {
    TokenId id = token.record().id();
    if (stored(id).liveAt(node.now())) {
      kept.computeIfAbsent(id, none -> new HashMap<>())
          .put(node, new Kept(usedAt, simulation.time()));
    }
  }

  /** What has expired for the node that asks does not live again by what it asks. */
  Set<TokenId> renewing(
      SimulatedNode node,
      Collection<Renewal> renewals,
      Instant asked,
      Supplier<Set<TokenId>> effect) {
    List<TokenRecord> expired =
        renewals.stream()
            .map(renewal -> stored(renewal.id()))
            .filter(record -> record.expiredAt(asked))
            .toList();
    Set<TokenId> missed = effect.get();
    for (TokenRecord record : expired) {
      if (!stored(record.id()).equals(record)) {
        wrong("revived", node, record.id());
      }
    }
    return missed;
  }

  void refused(
      SimulatedNode node, IssuedToken token, Instant begin, TokenRejectedException refused) {
    TokenId id = token.record().id();
    switch (refused.rejection()) {
      case CLOSED, EVICTED -> {
        if (!maybeEnded.contains(id)) {
          wrong("refused as ended though nobody ended it", node, id);
        }
      }
      case EXPIRED -> expired(node, id, begin);
      default -> wrong("refused as " + refused.rejection(), node, id);
    }
  }

  private void expired(SimulatedNode judge, TokenId id, Instant begin) {
    if (stored(id).ending() != null) {
      return;
    }
    Duration took = Duration.between(begin, simulation.time());
    Instant judged = judge.now().minus(took);
    for (Map.Entry<SimulatedNode, Kept> use : kept.getOrDefault(id, Map.of()).entrySet()) {
      SimulatedNode user = use.getKey();
      Instant meanwhile = user.now().minus(took);
      Instant usedAt = use.getValue().usedAt();
      boolean agreeing = Duration.between(meanwhile, judged).compareTo(AGREEING) < 0;
      boolean written = Duration.between(use.getValue().at(), begin).compareTo(WRITTEN) > 0;
      if (judged.isBefore(usedAt.plus(Simulation.IDLE))
          && use.getValue().at().isBefore(begin)
          && simulation.nodes().contains(user)
          && !user.isTroubledSince(use.getValue().at())
          && (agreeing || written)) {
        wrong("refused though it was used in time", judge, id);
      }
    }
  }

  /** No use is lost that had the time to be written. */
  void checkKept(List<SimulatedNode> nodes) {
    kept.forEach(
        (id, uses) -> {
          for (SimulatedNode node : nodes) {
            Kept use = uses.get(node);
            TokenRecord stored = stored(id);
            if (use != null
                && stored.ending() == null
                && Duration.between(use.at(), simulation.time()).compareTo(WRITTEN) > 0
                && !node.isTroubledSince(use.at())
                && stored.lastUsedAt().isBefore(use.usedAt())) {
              wrong("a use was lost", node, id);
            }
          }
        });
  }
}
