package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.USER_IDLE;

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
class TrackedRequestTest {

  private static final Duration TICK = Duration.ofSeconds(5);
  private static final Duration UPLOAD = SESSION_IDLE.multipliedBy(3).plusSeconds(7);

  private final ServiceFixture fixture = new ServiceFixture();

  /** Advances the clock, with the background work of each tick. */
  private void advance(Duration time) {
    for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(TICK)) {
      fixture.clock.move(left.compareTo(TICK) < 0 ? left : TICK);
      assertThat(fixture.service.flushRenewals()).isEmpty();
    }
  }

  private TokenRecord stored(IssuedToken token) {
    return fixture.memory.find(token.record().id()).orElseThrow();
  }

  /** The time since the last request does not matter, since the next tick is in time. */
  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT15M", "PT29M50S"})
  void activeRequestKeepsItsTokenAlive(Duration before) throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(before);
    TrackedRequest upload = fixture.service.trackRequest(fixture.validate(token));

    advance(UPLOAD);
    assertThat(stored(token).liveAt(fixture.clock.instant())).as("on every node").isTrue();
    fixture.validate(token);
    fixture.service.renew(upload.finish());

    advance(SESSION_IDLE.minusMillis(1));
    fixture.validate(token);
    advance(Duration.ofMillis(1));
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  @Test
  void untrackedRequestDoesNotKeepItsTokenAlive() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.validate(token);

    advance(UPLOAD);

    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  /** Most requests are short, and leave the record unchanged while they run. */
  @Test
  void shortRequestCountsFromItsStartAndWritesNothing() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(Duration.ofMinutes(10));
    ActiveToken used = fixture.validate(token);
    TokenRecord before = stored(token);
    TrackedRequest request = fixture.service.trackRequest(used);

    advance(SESSION_IDLE.minusMinutes(12));

    assertThat(stored(token)).isEqualTo(before);
    assertThat(request.finish()).isEqualTo(used);
  }

  @Test
  void failedRequestNoLongerKeepsItsTokenAlive() throws Exception {
    IssuedToken token = fixture.issueSession();
    TrackedRequest upload = fixture.service.trackRequest(fixture.validate(token));
    advance(UPLOAD);

    upload.finish();

    advance(SESSION_IDLE);
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  @Test
  void passiveRequestDoesNotKeepItsTokenAlive() throws Exception {
    IssuedToken token = fixture.issueSession();
    TrackedRequest stream = fixture.service.trackRequest(fixture.validate(token).asPassive());

    advance(SESSION_IDLE);

    assertThat(stream.finish().passive()).isTrue();
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  @Test
  void tokenRevokedMeanwhileStaysRevoked() throws Exception {
    IssuedToken token = fixture.issueSession();
    TrackedRequest upload = fixture.service.trackRequest(fixture.validate(token));
    advance(UPLOAD);
    fixture.service.revoke(token.record().id());

    advance(UPLOAD);
    fixture.service.renew(upload.finish());
    advance(TICK);

    assertRejected(Rejection.CLOSED, () -> fixture.validate(token));
  }

  @Test
  void timeToLiveIsNotExtended() throws Exception {
    IssuedToken token = fixture.issueSession(ALICE, Duration.ofMinutes(70));
    TrackedRequest upload = fixture.service.trackRequest(fixture.validate(token));

    advance(Duration.ofMinutes(70).minusMillis(1));
    fixture.validate(token);
    advance(Duration.ofMillis(1));
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));

    fixture.service.renew(upload.finish());
    advance(TICK);
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  /** The pause stands for a suspended machine, or suspended threads. */
  @Test
  void tokenExpiredDuringAPauseIsNotRevived() throws Exception {
    IssuedToken token = fixture.issueSession();
    TrackedRequest upload = fixture.service.trackRequest(fixture.validate(token));

    fixture.clock.move(SESSION_IDLE);
    advance(UPLOAD);
    fixture.service.renew(upload.finish());
    advance(TICK);

    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  /** Clause S5: the store is unavailable to this node until it is too late. */
  @Test
  void unwrittenRenewalDoesNotReviveTheToken() throws Exception {
    FaultyTokenStore store = new FaultyTokenStore(fixture.memory);
    fixture.service = fixture.newService(store, ServiceFixture.POLICY);
    IssuedToken token = fixture.issueSession();
    TrackedRequest upload = fixture.service.trackRequest(fixture.validate(token));
    advance(SESSION_IDLE.minusMinutes(5));
    store.failAll();
    for (int i = 0; i < 100; i++) {
      fixture.clock.move(TICK);
      fixture.service.flushRenewals();
    }
    store.clearFaults();

    advance(SESSION_IDLE);
    fixture.service.renew(upload.finish());
    advance(TICK);

    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  @Test
  void requestInASessionKeepsTheUserTokenAlive() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    ActiveToken inSession =
        fixture.service.useSession(fixture.validate(user), session.value(), CLIENT);
    TrackedRequest upload = fixture.service.trackRequest(inSession);

    advance(USER_IDLE.multipliedBy(4));

    fixture.validate(user);
    upload.finish();
    advance(USER_IDLE);
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(user));
  }
}
