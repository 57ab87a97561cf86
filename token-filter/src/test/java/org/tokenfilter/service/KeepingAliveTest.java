package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.USER_IDLE;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.RENEW;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
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
class KeepingAliveTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration MILLI = Duration.ofMillis(1);

  private final Scene scene = new Scene();

  @Test
  void aUserTokenHasItsWholeLifeAgain() throws Exception {
    IssuedToken user = scene.user();
    scene.clock.move(USER_IDLE.minus(MILLI));
    scene.heard.events();

    ActiveToken kept = scene.service.keepAlive(scene.validate(user));

    assertThat(kept.remaining()).isEqualTo(USER_IDLE);
    assertThat(idleUntil(user.record().id())).isEqualTo(USER_IDLE);
    assertThat(scene.heard.events()).containsExactly("renewed " + user.record().id());
  }

  @Test
  void aSessionMovesItsUserToken() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    SessionId other = scene.service.openSession(scene.validate(user)).id();
    scene.clock.move(MINUTE);
    scene.heard.events();

    ActiveToken kept = scene.service.keepAlive(in(session, user));

    assertThat(kept.remaining()).isEqualTo(USER_IDLE);
    assertThat(kept.session()).isNotNull();
    assertThat(idleUntil(session.tokenId())).isEqualTo(USER_IDLE);
    assertThat(idleUntil(user.record().id())).isEqualTo(USER_IDLE);
    assertThat(idleUntil(other.tokenId())).isEqualTo(USER_IDLE.minus(MINUTE));
    assertThat(scene.heard.events()).containsExactly("renewed " + session.tokenId());
  }

  @Test
  void aUserTokenDoesNotMoveItsSessions() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    scene.clock.move(MINUTE);

    scene.service.keepAlive(scene.validate(user));

    assertThat(idleUntil(session.tokenId())).isEqualTo(USER_IDLE.minus(MINUTE));
  }

  @Test
  void aSessionTokenHasItsWholeLifeAgain() throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(MINUTE);

    assertThat(scene.service.keepAlive(scene.validate(token)).remaining()).isEqualTo(SESSION_IDLE);
  }

  @Test
  void theHardLimitCutsWhatIsTold() throws Exception {
    scene.by(Scene.policy(USER_IDLE, true, Limit.NONE, Binding.ADDRESS));
    IssuedToken user = scene.user();
    scene.clock.move(MINUTE);

    assertThat(scene.service.keepAlive(scene.validate(user)).remaining())
        .isEqualTo(USER_IDLE.minus(MINUTE));
  }

  /** A keep-alive request overrides the passive mark. */
  @Test
  void whoIsPassiveIsKeptAliveAllTheSame() throws Exception {
    IssuedToken user = scene.user();
    scene.clock.move(MINUTE);

    ActiveToken kept = scene.service.keepAlive(scene.service.validate(Scene.passively(user)));

    assertThat(kept.remaining()).isEqualTo(USER_IDLE);
    assertThat(idleUntil(user.record().id())).isEqualTo(USER_IDLE);
  }

  @Test
  void anOpenTokenLivesAsLongAsItDid() throws Exception {
    IssuedToken open = scene.open(MINUTE);
    IssuedToken unlimited = scene.open(Duration.ZERO);
    scene.clock.move(MILLI);

    assertThat(scene.service.keepAlive(scene.validate(open)).remaining())
        .isEqualTo(MINUTE.minus(MILLI));
    assertThat(scene.service.keepAlive(scene.validate(unlimited)).remaining()).isNull();
    assertThat(scene.stored(open.record().id()).expiresAt()).isEqualTo(open.record().expiresAt());
  }

  @Test
  void whatEndedMeanwhileIsToldSo() throws Exception {
    for (RevocationReason reason :
        List.of(RevocationReason.CLOSED, RevocationReason.EVICTED, RevocationReason.EXPIRED)) {
      ActiveToken user = scene.validate(scene.user());
      scene.memory.revoke(user.record().id(), Revocation.of(reason, scene.clock.instant()));
      scene.heard.events();

      assertRefused(Rejection.valueOf(reason.name()), () -> scene.service.keepAlive(user));
      assertThat(scene.heard.events()).isEmpty();
    }
  }

  @Test
  void aSessionWhoseUserTokenEndedMeanwhileIsToldSo() throws Exception {
    IssuedToken user = scene.user();
    ActiveToken inSession = in(scene.service.openSession(scene.validate(user)).id(), user);
    scene.service.revoke(user.record().id());

    assertRefused(Rejection.CLOSED, () -> scene.service.keepAlive(inSession));
  }

  @Test
  void aSessionThatEndedMeanwhileIsToldSoAndItsUserTokenIsUsed() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    scene.clock.move(MINUTE);
    ActiveToken inSession = in(session, user);
    scene.service.revoke(session.tokenId());

    assertRefused(Rejection.CLOSED, () -> scene.service.keepAlive(inSession));
    scene.validate(user);
  }

  @Test
  void whoseDeadlineCameMeanwhileIsExpired() throws Exception {
    IssuedToken user = scene.user();
    scene.clock.move(USER_IDLE.minus(MILLI));
    ActiveToken token = scene.validate(user);
    scene.clock.move(MILLI);

    assertRefused(Rejection.EXPIRED, () -> scene.service.keepAlive(token));
    assertRefused(Rejection.EXPIRED, () -> scene.validate(user));
  }

  @Test
  void whoseRecordIsGoneIsUnknown() throws Exception {
    ActiveToken token = scene.validate(scene.user());
    TokenService elsewhere = scene.over(new InMemoryTokenStore(), Scene.POLICY);

    assertRefused(Rejection.UNKNOWN, () -> elsewhere.keepAlive(token));
  }

  @Test
  void aStoreThatDoesNotAnswerIsNotTakenForARefusal() throws Exception {
    FaultyTokenStore faulty = new FaultyTokenStore(scene.memory);
    TokenService service = scene.over(faulty, Scene.POLICY, scene.heard);
    ActiveToken user = scene.validate(scene.user());
    scene.heard.events();
    faulty.failBefore(RENEW, 1);

    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> service.keepAlive(user));
    assertThat(scene.heard.events()).isEmpty();
  }

  private ActiveToken in(SessionId session, IssuedToken user) throws Exception {
    return scene.service.useSession(scene.validate(user), session.value(), CLIENT);
  }

  private Duration idleUntil(TokenId id) {
    return Duration.between(
        scene.clock.instant(), Objects.requireNonNull(scene.stored(id).idleExpiresAt()));
  }
}
