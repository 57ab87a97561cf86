package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.USER_IDLE;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;

/** Requests that run for longer than the idle timeout of their token, and keep it alive. */
class RunningUsesTest {

  private static final Duration TICK = Duration.ofSeconds(5);
  private static final Duration UPLOAD = SESSION_IDLE.multipliedBy(3).plusSeconds(7);

  private final Scene scene = new Scene();

  /** Advances the clock, with the background work of each tick. */
  private void passes(Duration time) {
    for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(TICK)) {
      scene.clock.move(left.compareTo(TICK) < 0 ? left : TICK);
      assertThat(scene.service.flushRenewals()).isEmpty();
    }
  }

  private TokenRecord stored(IssuedToken token) {
    return scene.memory.find(token.record().id()).orElseThrow();
  }

  /** The time since the last request does not matter, since the next tick is in time. */
  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT15M", "PT29M50S"})
  void tokenLivesWhileItsRequestRunsAndForAWholeIdleTimeoutAfterIt(Duration before)
      throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(before);
    ActiveRequest upload = scene.service.trackRequest(scene.validate(token));

    passes(UPLOAD);
    assertThat(stored(token).liveAt(scene.clock.instant())).as("on every node").isTrue();
    scene.validate(token);
    scene.service.renew(upload.finish());

    passes(SESSION_IDLE.minusMillis(1));
    scene.validate(token);
    passes(Duration.ofMillis(1));
    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  @Test
  void requestThatDoesNotRunKeepsNothing() throws Exception {
    IssuedToken token = scene.session();
    scene.validate(token);

    passes(UPLOAD);

    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  /** Most requests are short, and leave the record unchanged while they run. */
  @Test
  void shortRequestCountsFromItsBeginAndWritesNothingMeanwhile() throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(Duration.ofMinutes(10));
    ActiveToken used = scene.validate(token);
    TokenRecord before = stored(token);
    ActiveRequest request = scene.service.trackRequest(used);

    passes(SESSION_IDLE.minusMinutes(12));

    assertThat(stored(token)).isEqualTo(before);
    assertThat(request.finish()).isEqualTo(used);
  }

  @Test
  void requestThatHasFailedKeepsItNoLonger() throws Exception {
    IssuedToken token = scene.session();
    ActiveRequest upload = scene.service.trackRequest(scene.validate(token));
    passes(UPLOAD);

    upload.finish();

    passes(SESSION_IDLE);
    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  @Test
  void passiveRequestKeepsNothing() throws Exception {
    IssuedToken token = scene.session();
    ActiveRequest stream = scene.service.trackRequest(scene.validate(token).asPassive());

    passes(SESSION_IDLE);

    assertThat(stream.finish().passive()).isTrue();
    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  @Test
  void whatIsEndedMeanwhileStaysEnded() throws Exception {
    IssuedToken token = scene.session();
    ActiveRequest upload = scene.service.trackRequest(scene.validate(token));
    passes(UPLOAD);
    scene.service.revoke(token.record().id());

    passes(UPLOAD);
    scene.service.renew(upload.finish());
    passes(TICK);

    assertRefused(Rejection.CLOSED, () -> scene.validate(token));
  }

  @Test
  void timeToLiveIsNoLonger() throws Exception {
    IssuedToken token = scene.session(ALICE, Duration.ofMinutes(70));
    ActiveRequest upload = scene.service.trackRequest(scene.validate(token));

    passes(Duration.ofMinutes(70).minusMillis(1));
    scene.validate(token);
    passes(Duration.ofMillis(1));
    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));

    scene.service.renew(upload.finish());
    passes(TICK);
    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  /** The pause stands for a suspended machine, or suspended threads. */
  @Test
  void whatHasDiedUnseenIsNotRevived() throws Exception {
    IssuedToken token = scene.session();
    ActiveRequest upload = scene.service.trackRequest(scene.validate(token));

    scene.clock.move(SESSION_IDLE);
    passes(UPLOAD);
    scene.service.renew(upload.finish());
    passes(TICK);

    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  /** Clause S5: the store is unavailable to this node until it is too late. */
  @Test
  void whatCannotBeWrittenIsNotRevived() throws Exception {
    FaultyTokenStore store = new FaultyTokenStore(scene.memory);
    scene.service = scene.over(store, Scene.POLICY);
    IssuedToken token = scene.session();
    ActiveRequest upload = scene.service.trackRequest(scene.validate(token));
    passes(SESSION_IDLE.minusMinutes(5));
    store.failAll();
    for (int i = 0; i < 100; i++) {
      scene.clock.move(TICK);
      scene.service.flushRenewals();
    }
    store.clearFaults();

    passes(SESSION_IDLE);
    scene.service.renew(upload.finish());
    passes(TICK);

    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  @Test
  void userTokenLivesWhileARequestInItsSessionRuns() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    ActiveToken inSession = scene.service.useSession(scene.validate(user), session.value(), CLIENT);
    ActiveRequest upload = scene.service.trackRequest(inSession);

    passes(USER_IDLE.multipliedBy(4));

    scene.validate(user);
    upload.finish();
    passes(USER_IDLE);
    assertRefused(Rejection.EXPIRED, () -> scene.validate(user));
  }
}
