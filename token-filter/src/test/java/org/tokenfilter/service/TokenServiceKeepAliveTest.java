package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.USER_IDLE;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.RENEW;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;

/** Keep-alive requests, which return the remaining lifetime or the reason of the rejection. */
class TokenServiceKeepAliveTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration MILLI = Duration.ofMillis(1);

  private final ServiceFixture fixture = new ServiceFixture();

  @Test
  void renewsTheWholeIdleTimeoutOfAUserToken() throws Exception {
    IssuedToken user = fixture.issueUser();
    fixture.clock.move(USER_IDLE.minus(MILLI));
    fixture.listener.events();

    ActiveToken kept = fixture.service.keepAlive(fixture.validate(user));

    assertThat(kept.remaining()).isEqualTo(USER_IDLE);
    assertThat(idleTimeLeft(user.record().id())).isEqualTo(USER_IDLE);
    assertThat(fixture.listener.events()).containsExactly("renewed " + user.record().id());
  }

  @Test
  void sessionRenewsItsUserToken() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    SessionId other = fixture.service.openSession(fixture.validate(user)).id();
    fixture.clock.move(MINUTE);
    fixture.listener.events();

    ActiveToken kept = fixture.service.keepAlive(inSession(session, user));

    assertThat(kept.remaining()).isEqualTo(USER_IDLE);
    assertThat(kept.session()).isNotNull();
    assertThat(idleTimeLeft(session.tokenId())).isEqualTo(USER_IDLE);
    assertThat(idleTimeLeft(user.record().id())).isEqualTo(USER_IDLE);
    assertThat(idleTimeLeft(other.tokenId())).isEqualTo(USER_IDLE.minus(MINUTE));
    assertThat(fixture.listener.events()).containsExactly("renewed " + session.tokenId());
  }

  @Test
  void userTokenDoesNotRenewItsSessions() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    fixture.clock.move(MINUTE);

    fixture.service.keepAlive(fixture.validate(user));

    assertThat(idleTimeLeft(session.tokenId())).isEqualTo(USER_IDLE.minus(MINUTE));
  }

  @Test
  void renewsTheWholeIdleTimeoutOfASessionToken() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(MINUTE);

    assertThat(fixture.service.keepAlive(fixture.validate(token)).remaining())
        .isEqualTo(SESSION_IDLE);
  }

  @Test
  void absoluteTimeoutLimitsTheReturnedLifetime() throws Exception {
    fixture.withPolicy(ServiceFixture.policy(USER_IDLE, true, Limit.NONE, Binding.ADDRESS));
    IssuedToken user = fixture.issueUser();
    fixture.clock.move(MINUTE);

    assertThat(fixture.service.keepAlive(fixture.validate(user)).remaining())
        .isEqualTo(USER_IDLE.minus(MINUTE));
  }

  /** A keep-alive request overrides the passive mark. */
  @Test
  void passiveRequestIsKeptAliveToo() throws Exception {
    IssuedToken user = fixture.issueUser();
    fixture.clock.move(MINUTE);

    ActiveToken kept =
        fixture.service.keepAlive(
            fixture.service.validate(ServiceFixture.presentedPassively(user)));

    assertThat(kept.remaining()).isEqualTo(USER_IDLE);
    assertThat(idleTimeLeft(user.record().id())).isEqualTo(USER_IDLE);
  }

  @Test
  void openTokenKeepsItsExpiry() throws Exception {
    IssuedToken open = fixture.issueOpen(MINUTE);
    IssuedToken unlimited = fixture.issueOpen(Duration.ZERO);
    fixture.clock.move(MILLI);

    assertThat(fixture.service.keepAlive(fixture.validate(open)).remaining())
        .isEqualTo(MINUTE.minus(MILLI));
    assertThat(fixture.service.keepAlive(fixture.validate(unlimited)).remaining()).isNull();
    assertThat(fixture.stored(open.record().id()).expiresAt()).isEqualTo(open.record().expiresAt());
  }

  @Test
  void revokedTokenIsRejectedWithItsReason() throws Exception {
    for (RevocationReason reason :
        List.of(RevocationReason.CLOSED, RevocationReason.EVICTED, RevocationReason.EXPIRED)) {
      ActiveToken user = fixture.validate(fixture.issueUser());
      fixture.memory.revoke(user.record().id(), Revocation.of(reason, fixture.clock.instant()));
      fixture.listener.events();

      assertRejected(Rejection.valueOf(reason.name()), () -> fixture.service.keepAlive(user));
      assertThat(fixture.listener.events()).isEmpty();
    }
  }

  @Test
  void sessionOfARevokedUserTokenIsRejected() throws Exception {
    IssuedToken user = fixture.issueUser();
    ActiveToken inSession =
        inSession(fixture.service.openSession(fixture.validate(user)).id(), user);
    fixture.service.revoke(user.record().id());

    assertRejected(Rejection.CLOSED, () -> fixture.service.keepAlive(inSession));
  }

  @Test
  void revokedSessionIsRejectedAndItsUserTokenRenewed() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    fixture.clock.move(MINUTE);
    ActiveToken inSession = inSession(session, user);
    fixture.service.revoke(session.tokenId());

    assertRejected(Rejection.CLOSED, () -> fixture.service.keepAlive(inSession));
    fixture.validate(user);
  }

  @Test
  void tokenPastItsDeadlineIsRejectedAsExpired() throws Exception {
    IssuedToken user = fixture.issueUser();
    fixture.clock.move(USER_IDLE.minus(MILLI));
    ActiveToken token = fixture.validate(user);
    fixture.clock.move(MILLI);

    assertRejected(Rejection.EXPIRED, () -> fixture.service.keepAlive(token));
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(user));
  }

  @Test
  void tokenWithoutRecordIsRejectedAsUnknown() throws Exception {
    ActiveToken token = fixture.validate(fixture.issueUser());
    TokenService elsewhere = fixture.newService(new InMemoryTokenStore(), ServiceFixture.POLICY);

    assertRejected(Rejection.UNKNOWN, () -> elsewhere.keepAlive(token));
  }

  @Test
  void storeFailureIsNotARejection() throws Exception {
    FaultyTokenStore faulty = new FaultyTokenStore(fixture.memory);
    TokenService service = fixture.newService(faulty, ServiceFixture.POLICY, fixture.listener);
    ActiveToken user = fixture.validate(fixture.issueUser());
    fixture.listener.events();
    faulty.failBefore(RENEW, 1);

    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> service.keepAlive(user));
    assertThat(fixture.listener.events()).isEmpty();
  }

  private ActiveToken inSession(SessionId session, IssuedToken user) throws Exception {
    return fixture.service.useSession(fixture.validate(user), session.value(), CLIENT);
  }

  private Duration idleTimeLeft(TokenId id) {
    return Duration.between(
        fixture.clock.instant(), Objects.requireNonNull(fixture.stored(id).idleExpiresAt()));
  }
}
