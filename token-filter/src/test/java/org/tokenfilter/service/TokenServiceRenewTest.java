package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.USER_IDLE;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;

/** Renewals, which move the idle deadline forward and never back. */
class TokenServiceRenewTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final ServiceFixture fixture = new ServiceFixture();

  @Test
  void useCountsFromTheStartOfTheRequest() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(MINUTE);
    Instant begin = fixture.clock.instant();
    ActiveToken used = fixture.validate(token);
    fixture.clock.move(MINUTE.multipliedBy(5));

    fixture.renew(used);

    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isEqualTo(begin);
    assertThat(fixture.stored(token.record().id()).idleExpiresAt())
        .isEqualTo(begin.plus(SESSION_IDLE));
  }

  /** Case B11. */
  @Test
  void tokenUsedInTimeStaysLive() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(Duration.ofMinutes(29));
    fixture.renew(fixture.validate(token));
    fixture.clock.move(SESSION_IDLE.minusSeconds(1));

    fixture.validate(token);
  }

  @Test
  void tokenThatIsNotRenewedExpires() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(Duration.ofMinutes(29));
    fixture.validate(token);
    fixture.clock.move(MINUTE);

    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  @Test
  void slowRequestDoesNotMoveTheDeadlineBack() throws Exception {
    IssuedToken token = fixture.issueSession();
    ActiveToken slow = fixture.validate(token);
    fixture.clock.move(MINUTE);
    Instant later = fixture.clock.instant();
    fixture.renew(fixture.validate(token));

    fixture.renew(slow);

    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isEqualTo(later);
    assertThat(fixture.stored(token.record().id()).idleExpiresAt())
        .isEqualTo(later.plus(SESSION_IDLE));
  }

  /** Case B10. */
  @Test
  void tokenAtItsDeadlineIsNotRevived() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(SESSION_IDLE.minusMillis(1));
    ActiveToken used = fixture.validate(token);
    fixture.clock.move(Duration.ofMillis(1));
    fixture.listener.events();

    fixture.renew(used);

    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
    assertThat(fixture.listener.events()).containsExactly("refused EXPIRED");
  }

  /** Case S12. */
  @Test
  void tokenRevokedMeanwhileStaysRevoked() throws Exception {
    IssuedToken token = fixture.issueSession();
    ActiveToken used = fixture.validate(token);
    fixture.service.revoke(token.record().id());
    fixture.listener.events();

    fixture.renew(used);

    assertThat(fixture.listener.events()).isEmpty();
    assertRejected(Rejection.CLOSED, () -> fixture.validate(token));
  }

  @Test
  void renewalIsReported() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.listener.events();

    fixture.renew(fixture.validate(token));

    assertThat(fixture.listener.events()).containsExactly("renewed " + token.record().id());
  }

  @Test
  void usingASessionKeepsItsUserTokenAliveToo() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    fixture.clock.move(MINUTE.multipliedBy(10));

    fixture.renew(
        fixture.service.useSession(fixture.validate(user), session.value(), ServiceFixture.CLIENT));

    Instant until = fixture.clock.instant().plus(USER_IDLE);
    assertThat(fixture.stored(session.tokenId()).idleExpiresAt()).isEqualTo(until);
    assertThat(fixture.stored(user.record().id()).idleExpiresAt()).isEqualTo(until);
  }

  @Test
  void sessionDoesNotMoveTheUserTokensDeadlineBack() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    ActiveToken slow =
        fixture.service.useSession(fixture.validate(user), session.value(), ServiceFixture.CLIENT);
    fixture.clock.move(MINUTE);
    fixture.renew(fixture.validate(user));

    fixture.renew(slow);

    assertThat(fixture.stored(user.record().id()).idleExpiresAt())
        .isEqualTo(fixture.clock.instant().plus(USER_IDLE));
  }

  @Test
  void usingAUserTokenDoesNotRenewItsSessions() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    fixture.clock.move(MINUTE);

    fixture.renew(fixture.validate(user));

    assertThat(fixture.stored(session.tokenId()).lastUsedAt())
        .isEqualTo(fixture.clock.instant().minus(MINUTE));
  }

  @Test
  void oneStoreCallRenewsASessionAndItsUserToken() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();

    ServiceFixture.renew(
        fixture.newService(store, ServiceFixture.POLICY),
        fixture.service.useSession(fixture.validate(user), session.value(), ServiceFixture.CLIENT));

    verify(store, times(1)).renew(any(), any());
  }

  @Test
  void lastUseOfAnOpenTokenIsStoredOnceAMinuteAtMost() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    TokenService service = fixture.newService(store, ServiceFixture.POLICY);
    TokenId id = useOpenToken(service, MINUTE.minusMillis(1));
    verify(store, never()).renew(any(), any());

    fixture.clock.move(Duration.ofMillis(1));
    ServiceFixture.renew(
        service, new ActiveToken(fixture.stored(id), null, fixture.clock.instant()));
    verify(store, times(1)).renew(any(), any());
    assertThat(fixture.stored(id).lastUsedAt()).isEqualTo(fixture.clock.instant());

    ServiceFixture.renew(
        service, new ActiveToken(fixture.stored(id), null, fixture.clock.instant()));
    verify(store, times(1)).renew(any(), any());
  }

  private TokenId useOpenToken(TokenService service, Duration afterIssuing) throws Exception {
    IssuedToken token = fixture.issueOpen(HOUR);
    fixture.clock.move(afterIssuing);
    ServiceFixture.renew(service, fixture.validate(token));
    return token.record().id();
  }

  @Test
  void useDoesNotExtendAnOpenToken() throws Exception {
    IssuedToken token = fixture.issueOpen(HOUR);
    fixture.clock.move(MINUTE.multipliedBy(59));
    fixture.listener.events();

    fixture.renew(fixture.validate(token));

    assertThat(fixture.stored(token.record().id()).expiresAt())
        .isEqualTo(token.record().expiresAt());
    assertThat(fixture.listener.events()).isEmpty();
    fixture.clock.move(MINUTE);
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  @Test
  void storeFailureIsNotARenewal() throws Exception {
    TokenStore store = mock(TokenStore.class);
    doReturn(1).when(store).shards();
    doThrow(new TokenStoreException("down", null, true)).when(store).renew(any(), any());
    ActiveToken used = fixture.validate(fixture.issueSession());
    fixture.listener.events();

    ServiceFixture.renew(fixture.newService(store, ServiceFixture.POLICY, fixture.listener), used);

    verify(store).renew(any(), any());
    assertThat(fixture.listener.events()).isEmpty();
  }
}
