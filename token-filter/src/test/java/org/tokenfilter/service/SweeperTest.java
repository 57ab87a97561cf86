package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;

class SweeperTest {

  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final Duration RETENTION = Duration.ofHours(1);
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final int BATCH = 2;

  private final ServiceFixture fixture = new ServiceFixture();
  private final TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
  private final Sweeper sweeper =
      new Sweeper(store, fixture.service, fixture.clock, RETENTION, BATCH);

  @Test
  void expiryIsReportedOnce() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(SESSION_IDLE.plus(SKEW).plusMillis(1));
    fixture.listener.events();

    sweeper.run();
    sweeper.run();

    assertThat(fixture.listener.events())
        .containsExactly("ended " + token.record().id() + " EXPIRED");
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  @Test
  void anotherNodesClockMayBeThirtySecondsBehind() throws Exception {
    fixture.issueSession();
    fixture.clock.move(SESSION_IDLE.plus(SKEW));
    fixture.listener.events();

    sweeper.run();

    assertThat(fixture.listener.events()).isEmpty();
  }

  @Test
  void sessionExpiryIsReportedWithItsUserToken() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    fixture.clock.move(USER_IDLE.plus(SKEW).plusMillis(1));
    fixture.listener.events();

    sweeper.run();

    assertThat(fixture.listener.events())
        .containsExactlyInAnyOrder(
            "ended " + user.record().id() + " EXPIRED", "ended " + session.tokenId() + " EXPIRED");
  }

  @Test
  void continuesUntilNothingIsDue() throws Exception {
    List<String> ended = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ended.add("ended " + fixture.issueSession().record().id() + " EXPIRED");
    }
    fixture.clock.move(SESSION_IDLE.plus(SKEW).plusMillis(1));
    fixture.listener.events();

    sweeper.run();

    assertThat(fixture.listener.events()).containsExactlyInAnyOrderElementsOf(ended);
    verify(store, times(3)).sweep(anyInt(), any(), any(), eq(BATCH));
  }

  @Test
  void deadRecordsAreDeletedAfterTheRetention() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.service.revoke(token.record().id());

    fixture.clock.move(RETENTION);
    sweeper.run();
    assertRejected(Rejection.CLOSED, () -> fixture.validate(token));

    fixture.clock.move(Duration.ofMillis(1));
    sweeper.run();
    assertThat(fixture.memory.find(token.record().id())).isEmpty();
    // This node has seen the revocation a moment ago, and caches it for a while.
    fixture.clock.move(CachingTokenStore.RevokedTokens.TIME_TO_LIVE);
    assertRejected(Rejection.UNKNOWN, () -> fixture.validate(token));
  }

  @Test
  void liveTokensAreNotSwept() throws Exception {
    IssuedToken token = fixture.issueSession();
    IssuedToken open = fixture.issueOpen(Duration.ZERO);
    fixture.clock.move(SESSION_IDLE.minusMillis(1));
    fixture.renew(fixture.validate(token));
    fixture.clock.move(SESSION_IDLE.minusMillis(1));
    fixture.listener.events();

    sweeper.run();

    assertThat(fixture.listener.events()).isEmpty();
    fixture.validate(token);
    fixture.validate(open);
  }

  @Test
  void nextRunRetriesAfterAStoreFailure() throws Exception {
    doThrow(new TokenStoreException("down", null, true))
        .doAnswer(
            call ->
                fixture.memory.sweep(
                    call.getArgument(0),
                    call.getArgument(1),
                    call.getArgument(2),
                    call.getArgument(3)))
        .when(store)
        .sweep(anyInt(), any(), any(), anyInt());
    fixture.issueSession();
    fixture.clock.move(SESSION_IDLE.plus(SKEW).plusMillis(1));
    fixture.listener.events();

    sweeper.run();
    assertThat(fixture.listener.events()).isEmpty();
    sweeper.run();
    assertThat(fixture.listener.events()).hasSize(1);
  }

  /** An executor silently stops a repeated task that throws. */
  @Test
  void storeErrorDoesNotStopTheSweeper() {
    doThrow(new NoClassDefFoundError("gone")).when(store).sweep(anyInt(), any(), any(), anyInt());

    sweeper.run();

    verify(store).sweep(anyInt(), any(), any(), anyInt());
  }

  @Test
  void anInterruptedSweeperStops() throws Exception {
    Thread.currentThread().interrupt();

    sweeper.run();

    assertThat(Thread.interrupted()).isTrue();
    verify(store, never()).sweep(anyInt(), any(), any(), anyInt());
  }

  /** With a skew of 30 s or more it does not sweep, and below that it uses the store's clock. */
  @Test
  void fastClockSweepsByTheStoresClock() throws Exception {
    IssuedToken token = fixture.issueSession();
    SettableClock ahead = new SettableClock(fixture.clock.instant().plus(SKEW));
    Sweeper early = sweeperBy(ahead);
    Duration deadline = SESSION_IDLE.plus(SKEW);
    fixture.clock.move(deadline);
    ahead.move(deadline);
    fixture.listener.events();

    early.run();
    assertThat(fixture.listener.events()).isEmpty();

    fixture.clock.move(MILLI);
    ahead.move(MILLI);
    early.run();
    assertThat(fixture.listener.events())
        .containsExactly("ended " + token.record().id() + " EXPIRED");
  }

  @Test
  void slowClockSweepsByItsOwnClock() throws Exception {
    fixture.issueSession();
    SettableClock behind = new SettableClock(fixture.clock.instant().minus(SKEW));
    Sweeper late = sweeperBy(behind);
    fixture.clock.move(SESSION_IDLE.plus(SKEW).plus(SKEW));
    behind.move(SESSION_IDLE.plus(SKEW).plus(SKEW));
    fixture.listener.events();

    late.run();
    assertThat(fixture.listener.events()).isEmpty();

    fixture.clock.move(MILLI);
    behind.move(MILLI);
    late.run();
    assertThat(fixture.listener.events()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT10M", "PT30.001S", "PT-30.001S", "PT-10M"})
  void largeClockSkewPreventsSweepingAndIsLogged(String apart) throws Exception {
    SettableClock own = new SettableClock(fixture.clock.instant().plus(Duration.parse(apart)));
    Sweeper sweeping = sweeperBy(own);
    IssuedToken token = fixture.issueSession();
    fixture.service.revoke(fixture.issueOpen(Duration.ZERO).record().id());
    fixture.clock.move(Duration.ofDays(1));
    own.move(Duration.ofDays(1));
    fixture.listener.events();
    try (LogLines log = new LogLines(Sweeper.class.getName())) {
      sweeping.run();
      sweeping.run();

      assertThat(log.lines()).singleElement().asString().startsWith("WARN").contains("clock");
    }
    verify(store, never()).sweep(anyInt(), any(), any(), anyInt());
    assertThat(fixture.service.clockAhead()).contains(Duration.parse(apart));

    own.set(fixture.clock.instant());
    sweeping.run();
    assertThat(fixture.listener.events())
        .containsExactly("ended " + token.record().id() + " EXPIRED");
    assertThat(fixture.service.clockAhead()).contains(Duration.ZERO);
  }

  @Test
  void eachShardIsSweptThoughAnotherFails() throws Exception {
    doReturn(3).when(store).shards();
    TokenService service =
        fixture.newService(store, ServiceFixture.POLICY, fixture.clock, fixture.listener);
    Sweeper sweeping = new Sweeper(store, service, fixture.clock, RETENTION, BATCH);
    doThrow(new TokenStoreException("down", null, true)).when(store).changes(1, null, 1);

    assertThat(sweeping.sweep()).isPresent();

    verify(store).sweep(eq(0), any(), any(), anyInt());
    verify(store, never()).sweep(eq(1), any(), any(), anyInt());
    verify(store).sweep(eq(2), any(), any(), anyInt());
  }

  /** The engine deletes the record; a node tells its listeners of what it had in memory. */
  @Test
  void storeThatExpiresByItselfIsNotSwept() throws Exception {
    doReturn(true).when(store).expiresByItself();
    TestNode node = new TestNode(fixture, store, TestNode.LAG).polled();
    IssuedToken token = fixture.issueSession();
    IssuedToken used = fixture.issueSession();
    node.validate(token);
    node.validate(used);
    node.advanceAndPoll(SESSION_IDLE.dividedBy(2));
    fixture.renew(fixture.validate(used));
    node.advanceAndPoll(SESSION_IDLE.dividedBy(2).plus(SKEW).plusMillis(1));
    node.listener.events();
    Sweeper own = new Sweeper(store, node.service, fixture.clock, RETENTION, BATCH);
    own.run();
    own.run();

    assertThat(node.listener.events()).containsExactly("ended " + token.record().id() + " EXPIRED");
    verify(store, never()).sweep(anyInt(), any(), any(), anyInt());
    node.validate(used);
  }

  private Sweeper sweeperBy(SettableClock clock) {
    fixture.service =
        fixture.newService(fixture.memory, ServiceFixture.POLICY, clock, fixture.listener);
    return new Sweeper(store, fixture.service, clock, RETENTION, BATCH);
  }
}
