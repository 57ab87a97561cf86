package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.USER_IDLE;

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
class RenewingTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final Scene scene = new Scene();

  @Test
  void aUseCountsFromTheRequestsBegin() throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(MINUTE);
    Instant begin = scene.clock.instant();
    ActiveToken used = scene.validate(token);
    scene.clock.move(MINUTE.multipliedBy(5));

    scene.renew(used);

    assertThat(scene.stored(token.record().id()).lastUsedAt()).isEqualTo(begin);
    assertThat(scene.stored(token.record().id()).idleExpiresAt())
        .isEqualTo(begin.plus(SESSION_IDLE));
  }

  /** Case B11. */
  @Test
  void aTokenThatIsUsedInTimeLivesOn() throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(Duration.ofMinutes(29));
    scene.renew(scene.validate(token));
    scene.clock.move(SESSION_IDLE.minusSeconds(1));

    scene.validate(token);
  }

  @Test
  void aTokenThatIsNotRenewedDoesNotLiveOn() throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(Duration.ofMinutes(29));
    scene.validate(token);
    scene.clock.move(MINUTE);

    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  @Test
  void aSlowRequestDoesNotTakeBackWhatAQuickOneGave() throws Exception {
    IssuedToken token = scene.session();
    ActiveToken slow = scene.validate(token);
    scene.clock.move(MINUTE);
    Instant later = scene.clock.instant();
    scene.renew(scene.validate(token));

    scene.renew(slow);

    assertThat(scene.stored(token.record().id()).lastUsedAt()).isEqualTo(later);
    assertThat(scene.stored(token.record().id()).idleExpiresAt())
        .isEqualTo(later.plus(SESSION_IDLE));
  }

  /** Case B10. */
  @Test
  void atItsDeadlineATokenIsNotRevived() throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(SESSION_IDLE.minusMillis(1));
    ActiveToken used = scene.validate(token);
    scene.clock.move(Duration.ofMillis(1));
    scene.heard.events();

    scene.renew(used);

    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
    assertThat(scene.heard.events()).containsExactly("refused EXPIRED");
  }

  /** Case S12. */
  @Test
  void aTokenThatEndedMeanwhileStaysEnded() throws Exception {
    IssuedToken token = scene.session();
    ActiveToken used = scene.validate(token);
    scene.service.revoke(token.record().id());
    scene.heard.events();

    scene.renew(used);

    assertThat(scene.heard.events()).isEmpty();
    assertRefused(Rejection.CLOSED, () -> scene.validate(token));
  }

  @Test
  void aRenewalIsHeard() throws Exception {
    IssuedToken token = scene.session();
    scene.heard.events();

    scene.renew(scene.validate(token));

    assertThat(scene.heard.events()).containsExactly("renewed " + token.record().id());
  }

  @Test
  void usingASessionKeepsItsUserTokenAliveToo() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    scene.clock.move(MINUTE.multipliedBy(10));

    scene.renew(scene.service.useSession(scene.validate(user), session.value(), Scene.CLIENT));

    Instant until = scene.clock.instant().plus(USER_IDLE);
    assertThat(scene.stored(session.tokenId()).idleExpiresAt()).isEqualTo(until);
    assertThat(scene.stored(user.record().id()).idleExpiresAt()).isEqualTo(until);
  }

  @Test
  void aUserTokenIsNotMovedBackByItsSession() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    ActiveToken slow =
        scene.service.useSession(scene.validate(user), session.value(), Scene.CLIENT);
    scene.clock.move(MINUTE);
    scene.renew(scene.validate(user));

    scene.renew(slow);

    assertThat(scene.stored(user.record().id()).idleExpiresAt())
        .isEqualTo(scene.clock.instant().plus(USER_IDLE));
  }

  @Test
  void usingAUserTokenLeavesItsSessionsAsTheyAre() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    scene.clock.move(MINUTE);

    scene.renew(scene.validate(user));

    assertThat(scene.stored(session.tokenId()).lastUsedAt())
        .isEqualTo(scene.clock.instant().minus(MINUTE));
  }

  @Test
  void oneCallOfTheStoreRenewsASessionAndItsUserToken() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();

    Scene.renew(
        scene.over(store, Scene.POLICY),
        scene.service.useSession(scene.validate(user), session.value(), Scene.CLIENT));

    verify(store, times(1)).renew(any(), any());
  }

  @Test
  void theLastUseOfAnOpenTokenIsKeptOnceAMinuteAtMost() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    TokenService service = scene.over(store, Scene.POLICY);
    TokenId id = useOpenToken(service, MINUTE.minusMillis(1));
    verify(store, never()).renew(any(), any());

    scene.clock.move(Duration.ofMillis(1));
    Scene.renew(service, new ActiveToken(scene.stored(id), null, scene.clock.instant()));
    verify(store, times(1)).renew(any(), any());
    assertThat(scene.stored(id).lastUsedAt()).isEqualTo(scene.clock.instant());

    Scene.renew(service, new ActiveToken(scene.stored(id), null, scene.clock.instant()));
    verify(store, times(1)).renew(any(), any());
  }

  private TokenId useOpenToken(TokenService service, Duration afterIssuing) throws Exception {
    IssuedToken token = scene.open(HOUR);
    scene.clock.move(afterIssuing);
    Scene.renew(service, scene.validate(token));
    return token.record().id();
  }

  @Test
  void anOpenTokensLifeIsNotProlongedByUse() throws Exception {
    IssuedToken token = scene.open(HOUR);
    scene.clock.move(MINUTE.multipliedBy(59));
    scene.heard.events();

    scene.renew(scene.validate(token));

    assertThat(scene.stored(token.record().id()).expiresAt()).isEqualTo(token.record().expiresAt());
    assertThat(scene.heard.events()).isEmpty();
    scene.clock.move(MINUTE);
    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  @Test
  void aStoreThatDoesNotAnswerIsNotTakenForARenewal() throws Exception {
    TokenStore store = mock(TokenStore.class);
    doThrow(new TokenStoreException("down", null, true)).when(store).renew(any(), any());
    ActiveToken used = scene.validate(scene.session());
    scene.heard.events();

    Scene.renew(scene.over(store, Scene.POLICY, scene.heard), used);

    verify(store).renew(any(), any());
    assertThat(scene.heard.events()).isEmpty();
  }
}
