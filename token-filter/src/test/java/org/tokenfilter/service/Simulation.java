package org.tokenfilter.service;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.Subject;

/**
 * Several nodes over one store, all on one thread. The next step is drawn from a seed, and other
 * steps run in the middle of a late store call. A run is repeated by its seed.
 */
final class Simulation {

  static final Duration INTERVAL = Duration.ofSeconds(5);
  static final Duration IDLE = Duration.ofSeconds(60);

  private static final int STEPS = 300;
  private static final int NODES = 3;
  private static final int SUBJECTS = 3;
  private static final int MAX_DEPTH = 3;
  private static final int MAX_STEP_MILLIS = 400;
  private static final int SKEW_MILLIS = 30_000;

  /** The skew of clocks without synchronization, with which nothing is swept. */
  private static final int LARGE_SKEW_MILLIS = 600_000;

  /** The skew of clocks so well synchronized that no token in use is rejected. */
  private static final int SMALL_SKEW_MILLIS = 2_000;

  final Duration lag;
  final TokenPolicy policy;
  final SecureRandom secrets;
  final TokenCodec codec = new PlainCodec();
  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T10:00:00Z"));
  private final Random random;
  private final SimulatedDefect defect;
  private final SimulatedDatabase database;
  private final TokenStore store;
  private final SimulatedHints hints;
  private final InvariantChecker checker;
  private final SimulatedUsers users;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final DelayedEffects delayed = new DelayedEffects();
  private final int skewMillis;
  private final boolean failingOver;
  private long version;
  private int depth;

  Simulation(long seed, SimulatedDefect defect) {
    this.random = new Random(seed);
    this.defect = defect;
    this.lag = seed % 8 == 0 ? Duration.ZERO : TestNode.LAG;
    this.policy = SimulatedPolicies.of(seed);
    this.skewMillis =
        seed % 10 == 9 ? LARGE_SKEW_MILLIS : seed % 2 == 0 ? SKEW_MILLIS : SMALL_SKEW_MILLIS;
    this.secrets = seeded(seed);
    this.hints = new SimulatedHints(this, seed % 7 < 3);
    this.checker = new InvariantChecker(this);
    this.database = new SimulatedDatabase(this, clock, seed % 11 < 5);
    this.failingOver = seed % 3 == 0;
    this.store = new SimulatedStore(this, new DefectiveStore(this, database));
    this.users = new SimulatedUsers(this);
    for (int i = 0; i < NODES; i++) {
      nodes.add(new SimulatedNode(this, i, skew()));
    }
  }

  private static SecureRandom seeded(long seed) {
    try {
      SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
      random.setSeed(seed);
      return random;
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private Duration skew() {
    return Duration.ofMillis(random.nextInt(2 * skewMillis) - skewMillis);
  }

  boolean clocksFarApart() {
    return skewMillis > SKEW_MILLIS;
  }

  InvariantChecker checker() {
    return checker;
  }

  SimulatedDefect defect() {
    return defect;
  }

  SimulatedHints hints() {
    return hints;
  }

  TokenStore store() {
    return store;
  }

  /** Returns the stored record. */
  TokenRecord stored(TokenId id) {
    return store.find(id).orElseThrow();
  }

  /** Returns the tokens of a subject that are live at this time. */
  List<TokenRecord> liveRecords(String subject, Instant now) {
    return database.list(subject, now, null, Integer.MAX_VALUE);
  }

  Instant time() {
    return clock.instant();
  }

  long nanos() {
    return Duration.between(Instant.EPOCH, time()).toNanos();
  }

  boolean happens(double probability) {
    return random.nextDouble() < probability;
  }

  int nextInt(int bound) {
    return random.nextInt(bound);
  }

  /** Returns a version that no details have yet. */
  long nextVersion() {
    return ++version;
  }

  Subject nextSubject() {
    return Subject.of("subject" + nextInt(SUBJECTS));
  }

  List<SimulatedNode> nodes() {
    return nodes;
  }

  /** Runs the simulation, and returns the violations found. */
  List<String> run() {
    for (int i = 0; i < STEPS && checker.report().isEmpty(); i++) {
      step();
    }
    checker.lifetimes().checkNoUseLost(nodes);
    return checker.report();
  }

  /** Schedules an effect for a random later time. */
  void schedule(int longestMillis, Runnable effect) {
    delayed.add(time().plusMillis(nextInt(longestMillis)), effect);
  }

  /** Runs other steps in the middle of a late store call. */
  void runMeanwhile() {
    if (depth < MAX_DEPTH) {
      depth++;
      int steps = 1 + nextInt(5);
      for (int i = 0; i < steps; i++) {
        step();
      }
      depth--;
    } else {
      advance(nextInt(MAX_STEP_MILLIS));
    }
  }

  private void advance(int millis) {
    Duration time = Duration.ofMillis(1 + millis);
    clock.move(time);
    nodes.forEach(node -> node.advance(time));
    delayed.runUntil(time());
  }

  private void step() {
    advance(nextInt(MAX_STEP_MILLIS));
    List.copyOf(nodes).forEach(SimulatedNode::runBackgroundTasks);
    SimulatedNode node = nodes.get(nextInt(NODES));
    int what = nextInt(1_000);
    if (what < 6) {
      node.cutOff(Duration.ofMillis(nextInt(100_000)));
    } else if (what < 10 && depth == 0) {
      kill(node);
    } else if (what < 18 && depth == 0) {
      idle();
    } else if (what < 26 && depth == 0 && failingOver) {
      database.failOver();
    } else {
      users.sendRequest(node);
    }
  }

  /** Advances the time by a random period without any requests. */
  private void idle() {
    int seconds = nextInt(70);
    for (int i = 0; i < 2 * seconds; i++) {
      advance(MAX_STEP_MILLIS);
      List.copyOf(nodes).forEach(SimulatedNode::runBackgroundTasks);
    }
  }

  private void kill(SimulatedNode node) {
    checker.lifetimes().checkNoUseLost(List.of(node));
    nodes.set(node.number, new SimulatedNode(this, node.number, skew()));
  }
}
