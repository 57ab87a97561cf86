package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A node with a cache. The fixture's own service is the other node, and both share the fixture's
 * store. The calls of the test replace the node's background threads.
 */
final class LiveNode {

  static final Duration LAG = Duration.ofSeconds(1);
  static final Duration INTERVAL = Duration.ofSeconds(30);
  static final Duration SECOND = Duration.ofSeconds(1);

  final Scene scene;
  final FaultyTokenStore store;
  final Heard heard = new Heard();
  final AtomicLong nanos = new AtomicLong();
  final TokenService service;

  LiveNode(Scene scene) {
    this(scene, scene.memory, LAG);
  }

  LiveNode(Scene scene, TokenStore below, Duration lag) {
    this(scene, below, lag, scene.clock);
  }

  LiveNode(Scene scene, TokenStore below, Duration lag, Clock clock) {
    this(scene, below, lag, clock, AccountRecheck.NEVER);
  }

  /** Creates a node that rechecks accounts. */
  LiveNode(Scene scene, AccountRecheck recheck) {
    this(scene, scene.memory, LAG, scene.clock, recheck);
  }

  private LiveNode(
      Scene scene, TokenStore below, Duration lag, Clock clock, AccountRecheck recheck) {
    this.scene = scene;
    this.store = new FaultyTokenStore(below);
    this.service =
        new TokenService(
            store,
            store,
            scene.codec,
            Scene.POLICY,
            Scene.AUDIENCE,
            new CachePolicy(lag, INTERVAL, Duration.ofSeconds(2)),
            new ServiceEnvironment(clock, nanos::get, scene.random, Runnable::run),
            List.of(heard),
            recheck);
  }

  /** Polls revocations, so that the node is fresh, and returns the node. */
  LiveNode polled() {
    service.pollRevocations();
    return this;
  }

  ActiveToken validate(IssuedToken token) throws TokenRejectedException {
    return service.validate(Scene.presented(token));
  }

  /** Validates the token and renews it, as a successful request does. */
  ActiveToken use(IssuedToken token) throws TokenRejectedException {
    ActiveToken used = validate(token);
    service.renew(used);
    return used;
  }

  /** Advances all clocks. */
  void pass(Duration time) {
    scene.clock.move(time);
    nanos.addAndGet(time.toNanos());
  }

  /** Advances all clocks, while the node polls revocations and writes nothing. */
  void rest(Duration time) {
    Duration step = RevocationFeed.MAX_GAP.dividedBy(2);
    Duration left = time;
    for (; left.compareTo(step) > 0; left = left.minus(step)) {
      pass(step);
      service.pollRevocations();
    }
    pass(left);
    service.pollRevocations();
  }

  /** Advances all clocks by so many seconds, with the background work of the node in each. */
  void live(long seconds) {
    for (long i = 0; i < seconds; i++) {
      pass(SECOND);
      service.pollRevocations();
      service.flushRenewals();
    }
  }

  int finds() {
    return store.callCount(FaultyTokenStore.Call.FIND);
  }

  int renewals() {
    return store.callCount(FaultyTokenStore.Call.RENEW);
  }

  void endElsewhere(IssuedToken token) {
    if (!scene.service.revoke(token.record().id())) {
      throw new AssertionError("the token was revoked already");
    }
  }
}
