package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.service.LiveNode.INTERVAL;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.USER_IDLE;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;

/**
 * Uses near the acknowledged deadline, which are written by their request, and by the tick only if
 * the request fails or is slow. The tick comes while the store call of the request is in flight.
 */
class UrgentUseTest {

  private static final Duration NEAR = Duration.ofSeconds(5);
  private static final Duration HALF_A_TICK = RenewalBuffer.FLUSH_INTERVAL.dividedBy(2);

  private final Scene scene = new Scene();
  private final LiveNode node = new LiveNode(scene).polled();

  private IssuedToken nearItsDeadline() throws Exception {
    IssuedToken token = scene.session();
    node.rest(SESSION_IDLE.minus(NEAR));
    node.heard.events();
    return token;
  }

  private void step(boolean before, int nth, Runnable step) {
    if (before) {
      node.store.before(Call.RENEW, nth, step);
    } else {
      node.store.after(Call.RENEW, nth, step);
    }
  }

  private Instant lastUse(TokenId id) {
    return scene.stored(id).lastUsedAt();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void itIsWrittenAndToldOnceThoughTheTickComesMeanwhile(boolean before) throws Exception {
    IssuedToken token = nearItsDeadline();
    step(before, 1, node.service::flushRenewals);

    ActiveToken used = node.use(token);
    assertThat(lastUse(token.record().id())).isEqualTo(used.usedAt());
    node.live(2 * INTERVAL.toSeconds());

    assertThat(node.renewals()).isEqualTo(1);
    assertThat(node.heard.events()).containsOnlyOnce("renewed " + token.record().id());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void neitherASessionNorItsUserTokenIsWrittenTwice(boolean before) throws Exception {
    IssuedToken user = scene.user();
    node.pass(USER_IDLE.minus(INTERVAL).minus(NEAR));
    // The session is opened late, so only the user token is near its deadline, and the session due.
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    node.pass(INTERVAL);
    node.service.pollRevocations();
    step(before, 1, node.service::flushRenewals);

    useIn(session, user);
    node.service.flushRenewals();

    assertThat(node.renewals()).isEqualTo(1);
  }

  /** Another session renewed the user token, so long ago that the user token is due again. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aUserTokenWhoseTurnItIsIsWrittenWithItsSessionAlone(boolean before) throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    SessionId other = scene.service.openSession(scene.validate(user)).id();
    node.pass(USER_IDLE.minus(INTERVAL).minus(NEAR));
    scene.service.renew(
        scene.service.useSession(scene.validate(user), other.value(), Scene.CLIENT));
    node.pass(INTERVAL);
    node.service.pollRevocations();
    step(before, 1, node.service::flushRenewals);

    ActiveToken used = useIn(session, user);
    node.service.flushRenewals();

    assertThat(node.renewals()).isEqualTo(1);
    assertThat(lastUse(session.tokenId())).isEqualTo(used.usedAt());
    assertThat(lastUse(user.record().id())).isEqualTo(used.usedAt());
  }

  private ActiveToken useIn(SessionId session, IssuedToken user) throws Exception {
    ActiveToken used = node.service.useSession(node.validate(user), session.value(), Scene.CLIENT);
    node.service.renew(used);
    return used;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whereItsRequestFailsTheVeryNextTickWritesIt(boolean before) throws Exception {
    IssuedToken token = nearItsDeadline();
    ActiveToken used = node.validate(token);
    step(before, 1, node.service::flushRenewals);
    if (before) {
      node.store.failBefore(Call.RENEW, 1);
    } else {
      node.store.failAfter(Call.RENEW, 1);
    }
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> node.service.renew(used));
    assertThat(node.renewals()).isEqualTo(1);

    node.service.flushRenewals();

    assertThat(node.renewals()).isEqualTo(2);
    assertThat(lastUse(token.record().id())).isEqualTo(used.usedAt());
    node.service.flushRenewals();
    assertThat(node.renewals()).isEqualTo(2);
  }

  /** The store is slow for two consecutive requests, and not for the tick. */
  @Test
  void requestsThatHangKeepTheTickFromItForATickAtMost() throws Exception {
    IssuedToken token = nearItsDeadline();
    AtomicReference<Instant> written = new AtomicReference<>();
    node.store.before(Call.RENEW, 1, () -> useAfterHalfATick(token));
    node.store.before(
        Call.RENEW,
        2,
        () -> {
          node.pass(HALF_A_TICK);
          node.service.flushRenewals();
          written.set(lastUse(token.record().id()));
        });

    ActiveToken first = node.use(token);

    assertThat(written).hasValue(first.usedAt().plus(HALF_A_TICK));
  }

  private void useAfterHalfATick(IssuedToken token) {
    node.pass(HALF_A_TICK);
    try {
      node.use(token);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aUseMeanwhileWhoseOwnWriteFailsIsWrittenInItsTurn() throws Exception {
    IssuedToken token = nearItsDeadline();
    node.store.before(
        Call.RENEW,
        1,
        () ->
            assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> useAfterHalfATick(token))
                .withCauseInstanceOf(TokenStoreException.class));
    node.store.failBefore(Call.RENEW, 2);

    ActiveToken first = node.use(token);
    assertThat(lastUse(token.record().id())).isEqualTo(first.usedAt());
    node.live(INTERVAL.toSeconds());

    assertThat(lastUse(token.record().id())).isEqualTo(first.usedAt().plus(HALF_A_TICK));
  }

  @Test
  void stoppingWritesItThoughItsRequestIsNotReadyYet() throws Exception {
    IssuedToken token = nearItsDeadline();
    AtomicReference<Instant> written = new AtomicReference<>();
    node.store.before(
        Call.RENEW,
        1,
        () -> {
          node.service.shutdown();
          written.set(lastUse(token.record().id()));
        });

    ActiveToken used = node.use(token);

    assertThat(written).hasValue(used.usedAt());
  }
}
