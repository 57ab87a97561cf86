package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.tokenfilter.login.AccountRecheckPolicy;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.policy.ServiceEnvironment;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A node with a cache. The fixture's own service is the other node, and both share the fixture's
 * store. The calls of the test replace the node's background threads.
 */
final class TestNode {

  static final Duration LAG = Duration.ofSeconds(1);
  static final Duration INTERVAL = Duration.ofSeconds(30);
  static final Duration SECOND = Duration.ofSeconds(1);

  final ServiceFixture fixture;
  final FaultyTokenStore store;
  final RecordingListener listener = new RecordingListener();
  final AtomicLong nanos = new AtomicLong();
  final TokenService service;

  TestNode(ServiceFixture fixture) {
    this(fixture, fixture.memory, LAG);
  }

  TestNode(ServiceFixture fixture, TokenStore below, Duration lag) {
    this(fixture, below, lag, fixture.clock);
  }

  TestNode(ServiceFixture fixture, TokenStore below, Duration lag, Clock clock) {
    this(fixture, below, lag, clock, AccountRecheckPolicy.NEVER);
  }

  /** Creates a node that rechecks accounts. */
  TestNode(ServiceFixture fixture, AccountRecheckPolicy recheck) {
    this(fixture, fixture.memory, LAG, fixture.clock, recheck);
  }

  private TestNode(
      ServiceFixture fixture,
      TokenStore below,
      Duration lag,
      Clock clock,
      AccountRecheckPolicy recheck) {
    this.fixture = fixture;
    this.store = new FaultyTokenStore(below);
    this.service =
        new TokenService(
            store,
            store,
            fixture.codec,
            ServiceFixture.POLICY,
            ServiceFixture.AUDIENCE,
            new CachePolicy(lag, INTERVAL, Duration.ofSeconds(2)),
            new ServiceEnvironment(clock, nanos::get, fixture.random, Runnable::run),
            List.of(listener),
            recheck);
  }

  /** Polls revocations, so that the node is fresh, and returns the node. */
  TestNode polled() {
    service.pollRevocations();
    return this;
  }

  ActiveToken validate(IssuedToken token) throws TokenRejectedException {
    return service.validate(ServiceFixture.presented(token));
  }

  /** Validates the token and renews it, as a successful request does. */
  ActiveToken use(IssuedToken token) throws TokenRejectedException {
    ActiveToken used = validate(token);
    service.renew(used);
    return used;
  }

  /** Advances all clocks. */
  void advance(Duration time) {
    fixture.clock.move(time);
    nanos.addAndGet(time.toNanos());
  }

  /** Advances all clocks, while the node polls revocations and writes nothing. */
  void advanceAndPoll(Duration time) {
    Duration step = Duration.ofSeconds(25);
    Duration left = time;
    for (; left.compareTo(step) > 0; left = left.minus(step)) {
      advance(step);
      service.pollRevocations();
    }
    advance(left);
    service.pollRevocations();
  }

  /** Advances all clocks by so many seconds, with the background work of the node in each. */
  void run(long seconds) {
    for (long i = 0; i < seconds; i++) {
      advance(SECOND);
      service.pollRevocations();
      service.flushRenewals();
    }
  }

  int findCount() {
    return store.callCount(FaultyTokenStore.Call.FIND);
  }

  int renewCount() {
    return store.callCount(FaultyTokenStore.Call.RENEW);
  }

  void revokeElsewhere(IssuedToken token) {
    if (!fixture.service.revoke(token.record().id())) {
      throw new AssertionError("the token was revoked already");
    }
  }
}
