package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.USER_IDLE;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.LogLines;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;

class SweeperTest {

  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final Duration RETENTION = Duration.ofHours(1);
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final int BATCH = 2;

  private final Scene scene = new Scene();
  private final TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
  private final Sweeper sweeper = new Sweeper(store, scene.service, scene.clock, RETENTION, BATCH);

  @Test
  void whatHasExpiredIsToldOnce() throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(SESSION_IDLE.plus(SKEW).plusMillis(1));
    scene.heard.events();

    sweeper.run();
    sweeper.run();

    assertThat(scene.heard.events()).containsExactly("ended " + token.record().id() + " EXPIRED");
    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  @Test
  void anotherNodesClockMayBeThirtySecondsBehind() throws Exception {
    scene.session();
    scene.clock.move(SESSION_IDLE.plus(SKEW));
    scene.heard.events();

    sweeper.run();

    assertThat(scene.heard.events()).isEmpty();
  }

  @Test
  void aSessionIsToldWithItsUserToken() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    scene.clock.move(USER_IDLE.plus(SKEW).plusMillis(1));
    scene.heard.events();

    sweeper.run();

    assertThat(scene.heard.events())
        .containsExactlyInAnyOrder(
            "ended " + user.record().id() + " EXPIRED", "ended " + session.tokenId() + " EXPIRED");
  }

  @Test
  void itGoesOnUntilNothingIsDue() throws Exception {
    List<String> ended = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ended.add("ended " + scene.session().record().id() + " EXPIRED");
    }
    scene.clock.move(SESSION_IDLE.plus(SKEW).plusMillis(1));
    scene.heard.events();

    sweeper.run();

    assertThat(scene.heard.events()).containsExactlyInAnyOrderElementsOf(ended);
    verify(store, times(3)).sweep(any(), any(), eq(BATCH));
  }

  @Test
  void theDeadAreKeptForTheRetentionAndForgottenThen() throws Exception {
    IssuedToken token = scene.session();
    scene.service.revoke(token.record().id());

    scene.clock.move(RETENTION);
    sweeper.run();
    assertRefused(Rejection.CLOSED, () -> scene.validate(token));

    scene.clock.move(Duration.ofMillis(1));
    sweeper.run();
    assertThat(scene.memory.find(token.record().id())).isEmpty();
    // This node has seen the revocation a moment ago, and caches it for a while.
    scene.clock.move(RevokedTokens.TIME_TO_LIVE);
    assertRefused(Rejection.UNKNOWN, () -> scene.validate(token));
  }

  @Test
  void whatIsLiveIsLeftAlone() throws Exception {
    IssuedToken token = scene.session();
    IssuedToken open = scene.open(Duration.ZERO);
    scene.clock.move(SESSION_IDLE.minusMillis(1));
    scene.renew(scene.validate(token));
    scene.clock.move(SESSION_IDLE.minusMillis(1));
    scene.heard.events();

    sweeper.run();

    assertThat(scene.heard.events()).isEmpty();
    scene.validate(token);
    scene.validate(open);
  }

  @Test
  void afterAStoreHasFailedTheNextRunTriesAgain() throws Exception {
    doThrow(new TokenStoreException("down", null, true))
        .doAnswer(
            call ->
                scene.memory.sweep(call.getArgument(0), call.getArgument(1), call.getArgument(2)))
        .when(store)
        .sweep(any(), any(), anyInt());
    scene.session();
    scene.clock.move(SESSION_IDLE.plus(SKEW).plusMillis(1));
    scene.heard.events();

    sweeper.run();
    assertThat(scene.heard.events()).isEmpty();
    sweeper.run();
    assertThat(scene.heard.events()).hasSize(1);
  }

  /** An executor silently stops a repeated task that throws. */
  @Test
  void anErrorOfTheStoreDoesNotStopTheSweeper() {
    doThrow(new NoClassDefFoundError("gone")).when(store).sweep(any(), any(), anyInt());

    sweeper.run();

    verify(store).sweep(any(), any(), anyInt());
  }

  @Test
  void anInterruptedSweeperStops() throws Exception {
    Thread.currentThread().interrupt();

    sweeper.run();

    assertThat(Thread.interrupted()).isTrue();
    verify(store, never()).sweep(any(), any(), anyInt());
  }

  /** With a skew of 30 s or more it does not sweep, and below that it uses the store's clock. */
  @Test
  void aNodeWhoseClockIsAheadGoesByTheStores() throws Exception {
    IssuedToken token = scene.session();
    SettableClock ahead = new SettableClock(scene.clock.instant().plus(SKEW));
    Sweeper early = sweeperBy(ahead);
    Duration deadline = SESSION_IDLE.plus(SKEW);
    scene.clock.move(deadline);
    ahead.move(deadline);
    scene.heard.events();

    early.run();
    assertThat(scene.heard.events()).isEmpty();

    scene.clock.move(MILLI);
    ahead.move(MILLI);
    early.run();
    assertThat(scene.heard.events()).containsExactly("ended " + token.record().id() + " EXPIRED");
  }

  @Test
  void aNodeWhoseClockIsBehindGoesByItsOwn() throws Exception {
    scene.session();
    SettableClock behind = new SettableClock(scene.clock.instant().minus(SKEW));
    Sweeper late = sweeperBy(behind);
    scene.clock.move(SESSION_IDLE.plus(SKEW).plus(SKEW));
    behind.move(SESSION_IDLE.plus(SKEW).plus(SKEW));
    scene.heard.events();

    late.run();
    assertThat(scene.heard.events()).isEmpty();

    scene.clock.move(MILLI);
    behind.move(MILLI);
    late.run();
    assertThat(scene.heard.events()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT10M", "PT30.001S", "PT-30.001S", "PT-10M"})
  void whileClocksAreFarApartItDoesNotSweepAndSaysSoOnceAMinute(String apart) throws Exception {
    SettableClock own = new SettableClock(scene.clock.instant().plus(Duration.parse(apart)));
    Sweeper sweeping = sweeperBy(own);
    IssuedToken token = scene.session();
    scene.service.revoke(scene.open(Duration.ZERO).record().id());
    scene.clock.move(Duration.ofDays(1));
    own.move(Duration.ofDays(1));
    scene.heard.events();
    try (LogLines log = new LogLines(Sweeper.class.getName())) {
      sweeping.run();
      sweeping.run();

      assertThat(log.lines()).singleElement().asString().startsWith("WARN").contains("clock");
    }
    verify(store, never()).sweep(any(), any(), anyInt());
    assertThat(scene.service.clockAhead()).contains(Duration.parse(apart));

    own.set(scene.clock.instant());
    sweeping.run();
    assertThat(scene.heard.events()).containsExactly("ended " + token.record().id() + " EXPIRED");
    assertThat(scene.service.clockAhead()).contains(Duration.ZERO);
  }

  private Sweeper sweeperBy(SettableClock clock) {
    scene.service = scene.over(scene.memory, Scene.POLICY, clock, scene.heard);
    return new Sweeper(store, scene.service, clock, RETENTION, BATCH);
  }
}
