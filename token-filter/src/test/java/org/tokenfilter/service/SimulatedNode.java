package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.tokenfilter.store.tck.SettableClock;

/** A node with a clock of its own, threads that the simulation plays, and a link that fails. */
final class SimulatedNode {

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration SWEEP = Duration.ofSeconds(20);

  /** A tick that comes later than that is one that was held up. */
  private static final Duration TICK_LATE = Duration.ofMillis(1_600);

  private final Simulation simulation;
  private final SettableClock wall;
  private final Clock clock;
  final int number;
  final TokenService service;
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
    this.clock = new ForwardClock(wall);
    SimulatedLink link = new SimulatedLink(simulation, this, simulation.store);
    Defect defect = simulation.defect();
    this.service =
        new TokenService(
            link,
            link,
            simulation.codec,
            Simulation.POLICY,
            Scene.AUDIENCE,
            new Timeliness(simulation.lag, Simulation.INTERVAL, Duration.ZERO),
            new Surroundings(clock, simulation::nanos, simulation.secrets, Runnable::run),
            List.of(),
            Recheck.NEVER,
            defect.freshness(simulation.lag, clock, simulation::nanos),
            defect.tokens());
    this.sweeper = new Sweeper(link, service, clock, Duration.ofDays(1), 100);
    nextPoll = now;
    nextTick = now.plus(TICK);
    nextSweep = now.plus(SWEEP);
    lastTick = now;
  }

  Instant now() {
    return clock.instant();
  }

  void pass(Duration time) {
    wall.move(time);
  }

  void cutOff(Duration time) {
    cutOffUntil = simulation.time().plus(time);
    troubled();
  }

  boolean isCutOff() {
    boolean cutOff = simulation.time().isBefore(cutOffUntil);
    if (cutOff) {
      troubled();
    }
    return cutOff;
  }

  /** It cannot be expected to write in time. */
  void troubled() {
    troubledAt = simulation.time();
  }

  boolean isTroubledSince(Instant time) {
    return !troubledAt.isBefore(time)
        || ticking
        || simulation.time().isAfter(lastTick.plus(TICK_LATE));
  }

  /** Does what its threads do beside requests, each one thing at a time. */
  void work() {
    Instant time = simulation.time();
    if (!polling && !time.isBefore(nextPoll)) {
      polling = true;
      nextPoll = time.plus(LiveNode.LAG.dividedBy(2));
      service.pollEnds();
      polling = false;
    }
    if (!ticking && !time.isBefore(nextTick)) {
      if (time.isAfter(lastTick.plus(TICK_LATE))) {
        troubled();
      }
      ticking = true;
      service.writeUses();
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
