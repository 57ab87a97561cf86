package org.tokenfilter.service;

import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.tokenfilter.codec.TokenCodec;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenClaims;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Some nodes over one store, all on one thread: what runs next is drawn from a seed, and a call of
 * the store that is late lets others run in the middle of it. So a run is repeated by its number.
 */
final class Simulation {

  static final Duration INTERVAL = Duration.ofSeconds(5);
  static final Duration IDLE = Duration.ofSeconds(60);
  static final int SESSIONS = 3;
  static final TokenPolicy POLICY =
      new TokenPolicy(
          IDLE,
          IDLE,
          Duration.ofDays(7),
          Duration.ofDays(365),
          true,
          Duration.ofDays(1),
          Duration.ZERO,
          TokenPolicy.Replay.REPORT,
          new Limit(SESSIONS, Limit.Policy.EVICT_OLDEST),
          Binding.OFF);

  private static final double KEPT_ALIVE = 0.1;
  private static final int STEPS = 500;
  private static final int NODES = 3;
  private static final int SUBJECTS = 3;
  private static final int DEEPEST = 3;
  private static final int LONGEST_STEP_MILLIS = 400;
  private static final int SKEW_MILLIS = 30_000;

  /** Clocks as well kept as those for which no token in use is refused. */
  private static final int SMALL_SKEW_MILLIS = 2_000;

  private static final ClientAddress CLIENT = Scene.CLIENT;

  final Duration lag;
  final SecureRandom secrets;
  final TokenStore store;
  final TokenCodec codec = new PlainCodec();
  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T10:00:00Z"));
  private final Random random;
  private final Defect defect;
  private final Oracle oracle;
  private final List<SimulatedNode> nodes = new ArrayList<>();
  private final PriorityQueue<Late> late = new PriorityQueue<>();
  private final int skewMillis;
  private int depth;

  private record Late(Instant at, int number, Runnable effect) implements Comparable<Late> {
    @Override
    public int compareTo(Late other) {
      int order = at.compareTo(other.at);
      return order == 0 ? Integer.compare(number, other.number) : order;
    }
  }

  /** Tokens that are no secret: to open them costs nothing. */
  private static final class PlainCodec implements TokenCodec {
    private final Map<String, TokenClaims> written = new HashMap<>();

    @Override
    public String encode(TokenClaims claims) {
      written.put(claims.id().toString(), claims);
      return claims.id().toString();
    }

    @Override
    public TokenClaims decode(String token) throws TokenRejectedException {
      TokenClaims claims = written.get(token);
      if (claims == null) {
        throw new TokenRejectedException(Rejection.INVALID, "never written");
      }
      return claims;
    }
  }

  Simulation(long seed, Defect defect) {
    this.random = new Random(seed);
    this.defect = defect;
    this.lag = seed % 8 == 0 ? Duration.ZERO : LiveNode.LAG;
    this.skewMillis = seed % 2 == 0 ? SKEW_MILLIS : SMALL_SKEW_MILLIS;
    this.secrets = seeded(seed);
    this.store = new InMemoryTokenStore(clock, Duration.ofDays(1));
    this.oracle = new Oracle(this);
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

  Oracle oracle() {
    return oracle;
  }

  Defect defect() {
    return defect;
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

  List<SimulatedNode> nodes() {
    return nodes;
  }

  /** What was found wrong; empty if nothing. */
  List<String> run() {
    for (int i = 0; i < STEPS && oracle.wrong().isEmpty(); i++) {
      step();
    }
    oracle.checkKept(nodes);
    return oracle.wrong();
  }

  /** It arrives once more. */
  void later(Runnable effect) {
    late.add(new Late(time().plusMillis(random.nextInt(20_000)), late.size(), effect));
  }

  /** A call of the store is late: the world goes on. */
  void meanwhile() {
    if (depth < DEEPEST) {
      depth++;
      int steps = 1 + random.nextInt(5);
      for (int i = 0; i < steps; i++) {
        step();
      }
      depth--;
    } else {
      pass(random.nextInt(LONGEST_STEP_MILLIS));
    }
  }

  private void pass(int millis) {
    Duration time = Duration.ofMillis(1 + millis);
    clock.move(time);
    nodes.forEach(node -> node.pass(time));
    while (!late.isEmpty() && !late.peek().at().isAfter(time())) {
      late.remove().effect().run();
    }
  }

  private void step() {
    pass(random.nextInt(LONGEST_STEP_MILLIS));
    List.copyOf(nodes).forEach(SimulatedNode::work);
    SimulatedNode node = nodes.get(random.nextInt(NODES));
    int what = random.nextInt(1_000);
    if (what < 60) {
      issue(node);
    } else if (what < 85) {
      close(node);
    } else if (what < 90) {
      endAll(node);
    } else if (what < 95) {
      node.cutOff(Duration.ofMillis(random.nextInt(100_000)));
    } else if (what < 97 && depth == 0) {
      kill(node);
    } else if (what < 102 && depth == 0) {
      // Nobody uses anything for a while.
      rest();
    } else {
      use(node);
    }
  }

  private void rest() {
    int seconds = random.nextInt(70);
    for (int i = 0; i < 2 * seconds; i++) {
      pass(LONGEST_STEP_MILLIS);
      List.copyOf(nodes).forEach(SimulatedNode::work);
    }
  }

  private void issue(SimulatedNode node) {
    Subject subject = Subject.of("subject" + random.nextInt(SUBJECTS));
    try {
      oracle.issued(
          node, node.service.issueSession(subject, Duration.ZERO, CLIENT, Set.of()), node.now());
    } catch (TokenStoreException unknown) {
      oracle.maybeEvicted(subject.name());
    } catch (TokenRejectedException e) {
      throw new AssertionError(e);
    }
  }

  private void close(SimulatedNode node) {
    IssuedToken token = oracle.any(random);
    if (token != null) {
      oracle.maybeEnded(token);
      try {
        node.service.close(token.record().id());
        oracle.ended(node, token);
      } catch (TokenStoreException unknown) {
        return;
      }
    }
  }

  private void endAll(SimulatedNode node) {
    String subject = "subject" + random.nextInt(SUBJECTS);
    List<IssuedToken> before = oracle.of(subject);
    oracle.maybeEvicted(subject);
    try {
      node.service.endAll(subject);
      before.forEach(oracle::ended);
    } catch (TokenStoreException unknown) {
      return;
    }
  }

  private void use(SimulatedNode node) {
    IssuedToken token = oracle.any(random);
    if (token == null) {
      return;
    }
    Instant begin = time();
    try {
      ActiveToken used = node.service.validate(Scene.presented(token));
      oracle.accepted(node, token, begin, used);
      renew(node, token, used);
    } catch (TokenStoreException unknown) {
      return;
    } catch (TokenRejectedException refused) {
      oracle.refused(node, token, begin, refused);
    }
  }

  private void renew(SimulatedNode node, IssuedToken token, ActiveToken used) {
    if (happens(KEPT_ALIVE)) {
      try {
        node.service.keepAlive(used);
      } catch (TokenRejectedException endedMeanwhile) {
        return;
      }
    } else {
      node.service.renew(used);
    }
    oracle.kept(node, token, used.usedAt());
  }

  private void kill(SimulatedNode node) {
    oracle.checkKept(List.of(node));
    nodes.set(node.number, new SimulatedNode(this, node.number, skew()));
  }
}
