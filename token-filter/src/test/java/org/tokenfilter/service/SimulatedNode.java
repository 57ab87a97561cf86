package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.tokenfilter.guard.MonotonicClock;
import org.tokenfilter.login.AccountRecheckPolicy;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.policy.ServiceEnvironment;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.TokenRejectedException;

/** A node with its own clock, simulated threads, and a failing network. */
final class SimulatedNode {

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration SWEEP = Duration.ofSeconds(20);

  /** The time since the last tick after which a tick counts as delayed. */
  private static final Duration TICK_LATE = Duration.ofMillis(1_600);

  private static final double KEPT_ALIVE = 0.1;

  private final Simulation simulation;
  private final SettableClock wall;
  private final Clock clock;
  final int number;
  final TokenService service;
  private final Freshness freshness;
  private final Sweeper sweeper;
  private Instant cutOffUntil = Instant.MIN;
  private Instant troubledAt = Instant.MIN;
  private Instant nextPoll;
  private Instant nextTick;
  private Instant nextSweep;
  private Instant lastTick;
  private boolean polling;
  private boolean ticking;
  private boolean sweeping;

  SimulatedNode(Simulation simulation, int number, Duration skew) {
    this.simulation = simulation;
    this.number = number;
    Instant now = simulation.time();
    this.wall = new SettableClock(now.plus(skew));
    this.clock = new MonotonicClock(wall);
    SimulatedNetwork link = new SimulatedNetwork(simulation, this);
    SimulatedDefect defect = simulation.defect();
    this.freshness = defect.freshness(simulation.lag, clock, simulation::nanos);
    this.service =
        new TokenService(
            link,
            link,
            simulation.codec,
            simulation.policy,
            ServiceFixture.AUDIENCE,
            new CachePolicy(simulation.lag, Simulation.INTERVAL, Duration.ZERO),
            new ServiceEnvironment(clock, simulation::nanos, simulation.secrets, Runnable::run),
            List.of(),
            AccountRecheckPolicy.NEVER,
            freshness,
            defect.newTokenCache(),
            defect.newEndedTokens(),
            simulation::nanos);
    this.service.onHint(() -> nextPoll = simulation.time());
    this.sweeper = new Sweeper(link, service, clock, Duration.ofDays(1), 100);
    nextPoll = now;
    nextTick = now.plus(TICK);
    nextSweep = now.plus(SWEEP);
    lastTick = now;
  }

  Instant now() {
    return clock.instant();
  }

  void advance(Duration time) {
    wall.move(time);
  }

  void cutOff(Duration time) {
    cutOffUntil = simulation.time().plus(time);
    markTroubled();
  }

  boolean isCutOff() {
    boolean cutOff = simulation.time().isBefore(cutOffUntil);
    if (cutOff) {
      markTroubled();
    }
    return cutOff;
  }

  /** Notes that the node cannot be expected to write in time. */
  void markTroubled() {
    troubledAt = simulation.time();
  }

  boolean isTroubledSince(Instant time) {
    return !troubledAt.isBefore(time)
        || ticking
        || simulation.time().isAfter(lastTick.plus(TICK_LATE));
  }

  /** Completes a request with success, so that its use counts, unless it is passive. */
  void completeRequest(ActiveToken used) {
    ActiveToken counting =
        simulation.defect() == SimulatedDefect.PASSIVE_USE_COUNTED
            ? new ActiveToken(used.record(), used.session(), used.usedAt())
            : used;
    try {
      if (used.passive() || !simulation.happens(KEPT_ALIVE)) {
        service.renew(counting);
      } else {
        service.keepAlive(used);
      }
    } catch (TokenStoreException | TokenRejectedException notKept) {
      return;
    }
    simulation.checker().renewed(this, used);
  }

  /** Receives a hint of a change from the store, which wakes the thread that polls. */
  void receiveHint(Runnable changed) {
    changed.run();
    if (simulation.defect() == SimulatedDefect.FRESH_FROM_HINT) {
      freshness.pollApplied(0, freshness.mark());
    }
  }

  /** Runs the background tasks that are due, each at most once at a time. */
  void runBackgroundTasks() {
    Instant time = simulation.time();
    if (!polling && !time.isBefore(nextPoll)) {
      polling = true;
      nextPoll = time.plus(TestNode.LAG.dividedBy(2));
      service.pollRevocations();
      polling = false;
    }
    if (!ticking && !time.isBefore(nextTick)) {
      if (time.isAfter(lastTick.plus(TICK_LATE))) {
        markTroubled();
      }
      ticking = true;
      service.flushRenewals();
      ticking = false;
      lastTick = time;
      nextTick = time.plus(TICK);
    }
    if (!sweeping && !time.isBefore(nextSweep)) {
      sweeping = true;
      nextSweep = time.plus(SWEEP);
      sweeper.run();
      sweeping = false;
    }
  }
}
