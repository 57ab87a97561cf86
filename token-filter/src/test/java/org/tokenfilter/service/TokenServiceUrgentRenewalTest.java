package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.USER_IDLE;
import static org.tokenfilter.service.TestNode.INTERVAL;

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
class TokenServiceUrgentRenewalTest {

  private static final Duration NEAR = Duration.ofSeconds(5);
  private static final Duration HALF_A_TICK = RenewalBuffer.FLUSH_INTERVAL.dividedBy(2);

  private final ServiceFixture fixture = new ServiceFixture();
  private final TestNode node = new TestNode(fixture).polled();

  private IssuedToken nearItsDeadline() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.advanceAndPoll(SESSION_IDLE.minus(NEAR));
    node.listener.events();
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
    return fixture.stored(id).lastUsedAt();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tickDuringTheWriteNeitherWritesNorReportsAgain(boolean before) throws Exception {
    IssuedToken token = nearItsDeadline();
    step(before, 1, node.service::flushRenewals);

    ActiveToken used = node.use(token);
    assertThat(lastUse(token.record().id())).isEqualTo(used.usedAt());
    node.run(2 * INTERVAL.toSeconds());

    assertThat(node.renewCount()).isEqualTo(1);
    assertThat(node.listener.events()).containsOnlyOnce("renewed " + token.record().id());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sessionAndUserTokenAreWrittenOnce(boolean before) throws Exception {
    IssuedToken user = fixture.issueUser();
    node.advance(USER_IDLE.minus(INTERVAL).minus(NEAR));
    // The session is opened late, so only the user token is near its deadline, and the session due.
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    node.advance(INTERVAL);
    node.service.pollRevocations();
    step(before, 1, node.service::flushRenewals);

    useIn(session, user);
    node.service.flushRenewals();

    assertThat(node.renewCount()).isEqualTo(1);
  }

  /** Another session renewed the user token, so long ago that the user token is due again. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dueUserTokenIsWrittenOnceWithItsSession(boolean before) throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    SessionId other = fixture.service.openSession(fixture.validate(user)).id();
    node.advance(USER_IDLE.minus(INTERVAL).minus(NEAR));
    fixture.service.renew(
        fixture.service.useSession(fixture.validate(user), other.value(), ServiceFixture.CLIENT));
    node.advance(INTERVAL);
    node.service.pollRevocations();
    step(before, 1, node.service::flushRenewals);

    ActiveToken used = useIn(session, user);
    node.service.flushRenewals();

    assertThat(node.renewCount()).isEqualTo(1);
    assertThat(lastUse(session.tokenId())).isEqualTo(used.usedAt());
    assertThat(lastUse(user.record().id())).isEqualTo(used.usedAt());
  }

  private ActiveToken useIn(SessionId session, IssuedToken user) throws Exception {
    ActiveToken used =
        node.service.useSession(node.validate(user), session.value(), ServiceFixture.CLIENT);
    node.service.renew(used);
    return used;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nextTickWritesARenewalFailedInItsRequest(boolean before) throws Exception {
    IssuedToken token = nearItsDeadline();
    ActiveToken used = node.validate(token);
    step(before, 1, node.service::flushRenewals);
    if (before) {
      node.store.failBefore(Call.RENEW, 1);
    } else {
      node.store.failAfter(Call.RENEW, 1);
    }
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> node.service.renew(used));
    assertThat(node.renewCount()).isEqualTo(1);

    node.service.flushRenewals();

    assertThat(node.renewCount()).isEqualTo(2);
    assertThat(lastUse(token.record().id())).isEqualTo(used.usedAt());
    node.service.flushRenewals();
    assertThat(node.renewCount()).isEqualTo(2);
  }

  /** The store is slow for two consecutive requests, and not for the tick. */
  @Test
  void hungRequestsDelayTheTicksWriteByAtMostOneTick() throws Exception {
    IssuedToken token = nearItsDeadline();
    AtomicReference<Instant> written = new AtomicReference<>();
    node.store.before(Call.RENEW, 1, () -> useAfterHalfATick(token));
    node.store.before(
        Call.RENEW,
        2,
        () -> {
          node.advance(HALF_A_TICK);
          node.service.flushRenewals();
          written.set(lastUse(token.record().id()));
        });

    ActiveToken first = node.use(token);

    assertThat(written).hasValue(first.usedAt().plus(HALF_A_TICK));
  }

  private void useAfterHalfATick(IssuedToken token) {
    node.advance(HALF_A_TICK);
    try {
      node.use(token);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void failedConcurrentRenewalIsWrittenInItsTurn() throws Exception {
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
    node.run(INTERVAL.toSeconds());

    assertThat(lastUse(token.record().id())).isEqualTo(first.usedAt().plus(HALF_A_TICK));
  }

  @Test
  void shutdownWritesARenewalStillInFlight() throws Exception {
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
