package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.withSettings;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.TestNode.LAG;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** The revocation feed: a token revoked on any node is rejected on all nodes within the lag. */
class RevocationFeedTest {

  private static final Duration MILLI = Duration.ofMillis(1);

  private final ServiceFixture fixture = new ServiceFixture();
  private final TestNode node = new TestNode(fixture);
  private IssuedToken token;

  @BeforeEach
  void cacheToken() throws Exception {
    node.service.pollRevocations();
    token = fixture.issueSession();
    node.validate(token);
    assertCached();
  }

  private void assertCached() throws Exception {
    int finds = node.findCount();
    node.validate(token);
    assertThat(node.findCount()).as("cached").isEqualTo(finds);
  }

  private void assertReloaded() throws Exception {
    int finds = node.findCount();
    node.validate(token);
    assertThat(node.findCount()).as("reloaded").isEqualTo(finds + 1);
  }

  @Test
  void remoteRevocationTakesEffectWithTheNextPoll() throws Exception {
    node.revokeElsewhere(token);
    node.validate(token);

    node.service.pollRevocations();

    assertRejected(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void withoutAPollRemoteRevocationTakesEffectAfterTheLag() throws Exception {
    node.revokeElsewhere(token);
    node.advance(LAG.minus(MILLI));
    node.validate(token);
    node.advance(MILLI);

    assertRejected(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void beforeTheFirstPollEachRequestReadsTheStore() throws Exception {
    TestNode young = new TestNode(fixture);
    young.validate(token);
    young.validate(token);

    assertThat(young.findCount()).isEqualTo(2);
  }

  @Test
  void lagCountsFromTheStartOfThePoll() throws Exception {
    Duration late = LAG.multipliedBy(2).dividedBy(5);
    node.store.after(
        Call.REVOKED_WITHIN,
        1,
        () -> {
          node.revokeElsewhere(token);
          node.advance(late);
        });
    node.service.pollRevocations();

    node.advance(LAG.minus(late).minus(MILLI));
    node.validate(token);
    node.advance(MILLI);
    assertRejected(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void failedPollDoesNotExtendFreshness() throws Exception {
    node.advance(LAG.dividedBy(2));
    node.store.failAfter(Call.REVOKED_WITHIN, 1);
    node.service.pollRevocations();
    assertCached();

    node.advance(LAG.dividedBy(2));
    assertReloaded();
  }

  @Test
  void wallClockJumpMakesTheCacheStale() throws Exception {
    fixture.clock.move(LAG);

    assertReloaded();
  }

  @Test
  void monotonicClockAdvanceMakesTheCacheStale() throws Exception {
    node.nanos.addAndGet(LAG.toNanos());

    assertReloaded();
  }

  /** The window of the answer may start after a revocation that no earlier answer has reported. */
  @Test
  void answerAfterTheTimeoutIsDiscarded() throws Exception {
    node.store.before(
        Call.REVOKED_WITHIN, 1, () -> node.advance(RevocationFeed.ANSWER_TIMEOUT.plus(MILLI)));
    assertThat(node.service.pollRevocations()).containsInstanceOf(TimeoutException.class);
    assertReloaded();
    assertReloaded();

    node.store.before(Call.REVOKED_WITHIN, 1, () -> node.advance(Duration.ofMillis(500)));
    assertThat(node.service.pollRevocations()).isEmpty();
    assertCached();
  }

  @Test
  void answerAtTheTimeoutIsApplied() throws Exception {
    TestNode late =
        new TestNode(fixture, fixture.memory, RevocationFeed.ANSWER_TIMEOUT.multipliedBy(2));
    late.store.before(Call.REVOKED_WITHIN, 1, () -> late.advance(RevocationFeed.ANSWER_TIMEOUT));
    late.service.pollRevocations();
    late.validate(token);
    late.validate(token);

    assertThat(late.findCount()).isEqualTo(1);
  }

  @Test
  void longGapClearsTheCache() throws Exception {
    node.revokeElsewhere(token);
    node.advance(RevocationFeed.MAX_WINDOW.plus(MILLI));

    node.service.pollRevocations();

    assertRejected(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void shorterGapKeepsTheCache() throws Exception {
    node.advance(RevocationFeed.MAX_GAP);
    node.service.pollRevocations();
    assertCached();

    node.advance(RevocationFeed.MAX_GAP.plus(MILLI));
    node.service.pollRevocations();
    assertReloaded();
  }

  /** A poll that failed, or was answered too late, does not shorten the gap. */
  @Test
  void gapIsMeasuredBetweenAppliedAnswers() throws Exception {
    node.advance(RevocationFeed.MAX_GAP.dividedBy(2));
    node.store.failAfter(Call.REVOKED_WITHIN, 1);
    node.service.pollRevocations();
    node.advance(RevocationFeed.MAX_GAP.dividedBy(2).plus(MILLI));
    node.service.pollRevocations();

    assertReloaded();
  }

  @Test
  void gapByTheMonotonicClockClearsTheCache() throws Exception {
    node.nanos.addAndGet(RevocationFeed.MAX_GAP.plus(MILLI).toNanos());
    node.service.pollRevocations();

    assertReloaded();
  }

  @Test
  void gapByTheStoresClockClearsTheCache() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    TestNode other = new TestNode(fixture, store, LAG).polled();
    other.validate(token);
    Instant jumped = fixture.clock.instant().plus(RevocationFeed.MAX_GAP).plus(MILLI);
    doReturn(new RecentRevocations(Set.of(), true, jumped))
        .when(store)
        .revokedWithin(any(), anyNumber());

    other.service.pollRevocations();

    other.validate(token);
    assertThat(other.findCount()).isEqualTo(2);
  }

  private static int anyNumber() {
    return org.mockito.ArgumentMatchers.anyInt();
  }

  @Test
  void moreRevocationsThanListedClearTheCache() throws Exception {
    assertThat(findsAfter(RevocationFeed.MAX_REVOCATIONS + 1)).isEqualTo(2);
  }

  @Test
  void maxListedRevocationsKeepOtherTokensCached() throws Exception {
    assertThat(findsAfter(RevocationFeed.MAX_REVOCATIONS)).isEqualTo(1);
  }

  /**
   * Returns the number of reads of a token used before and after so many revocations are reported.
   */
  private int findsAfter(int number) throws Exception {
    TokenStore store =
        mock(
            TokenStore.class, withSettings().stubOnly().defaultAnswer(delegatesTo(fixture.memory)));
    TestNode pollingNode = new TestNode(fixture, store, LAG).polled();
    pollingNode.validate(token);
    Set<TokenId> ids = new HashSet<>();
    while (ids.size() < number) {
      ids.add(fixture.newId());
    }
    doReturn(new RecentRevocations(ids, true, fixture.clock.instant()))
        .when(store)
        .revokedWithin(any(), anyNumber());
    int finds = pollingNode.findCount();
    pollingNode.polled();
    int asked = pollingNode.findCount() - finds;
    pollingNode.validate(token);
    return pollingNode.findCount() - asked;
  }

  @Test
  void hintInvalidatesAtOnceAndMayRepeat() throws Exception {
    List<Consumer<TokenId>> hints = new ArrayList<>();
    AutoCloseable watching = mock(AutoCloseable.class);
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    doAnswer(
            call -> {
              hints.add(call.getArgument(0));
              return watching;
            })
        .when(store)
        .watch(any());
    TestNode watched = new TestNode(fixture, store, LAG).polled().polled();
    watched.validate(token);
    assertThat(hints).hasSize(1);
    node.revokeElsewhere(token);
    hints.get(0).accept(token.record().id());
    hints.get(0).accept(token.record().id());

    assertRejected(Rejection.CLOSED, () -> watched.validate(token));
    watched.service.shutdown();
    verify(watching).close();
  }

  @Test
  void hintDuringAReadPreventsCaching() throws Exception {
    List<Consumer<TokenId>> hints = new ArrayList<>();
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    doAnswer(
            call -> {
              hints.add(call.getArgument(0));
              return (AutoCloseable) () -> {};
            })
        .when(store)
        .watch(any());
    TestNode watched = new TestNode(fixture, store, LAG).polled();
    watched.store.after(
        Call.FIND,
        1,
        () -> {
          node.revokeElsewhere(token);
          hints.get(0).accept(token.record().id());
        });
    watched.validate(token);

    assertRejected(Rejection.CLOSED, () -> watched.validate(token));
  }

  /** The stale read stands for a store that reads from a replica. */
  @Test
  void staleReadIsInvalidatedByTheNextReport() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    TestNode behind = new TestNode(fixture, store, LAG).polled();
    node.revokeElsewhere(token);
    behind.polled();
    doReturn(Optional.of(token.record())).when(store).find(any());
    behind.validate(token);
    behind.polled();
    doAnswer(call -> fixture.memory.find(call.getArgument(0))).when(store).find(any());

    assertRejected(Rejection.CLOSED, () -> behind.validate(token));
  }

  @Test
  void retriesWatchUntilItSucceeds() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    doThrow(new TokenStoreException("no", null, false)).when(store).watch(any());
    TestNode pollingNode = new TestNode(fixture, store, LAG).polled();
    pollingNode.validate(token);
    pollingNode.validate(token);

    assertThat(pollingNode.findCount()).isEqualTo(1);
    doReturn(mock(AutoCloseable.class)).when(store).watch(any());
    pollingNode.polled().polled();
    verify(store, times(2)).watch(any());
  }

  @Test
  void remoteRevocationIsReportedOnceWithItsReason() throws Exception {
    IssuedToken client = fixture.service.issueApiClientToken(ALICE, "live", "shop");
    node.listener.events();
    node.revokeElsewhere(token);
    fixture.service.refresh(ServiceFixture.presented(client));
    node.run(3);

    assertThat(node.listener.events())
        .containsExactlyInAnyOrder(
            "ended " + token.record().id() + " CLOSED",
            "ended " + client.record().id() + " REPLACED");
  }

  @Test
  void expiryBySweepElsewhereIsReportedOnce() throws Exception {
    node.run(ServiceFixture.SESSION_IDLE.plusMinutes(1).toSeconds());
    node.listener.events();
    new Sweeper(fixture.memory, fixture.service, fixture.clock, Duration.ofHours(1), 100).run();
    node.run(1);
    assertThat(node.listener.events()).as("the feed does not report it").isEmpty();

    Sweeper own = new Sweeper(node.store, node.service, fixture.clock, Duration.ofHours(1), 100);
    own.run();
    own.run();
    assertThat(node.listener.events()).containsExactly("ended " + token.record().id() + " EXPIRED");
    assertThat(node.service.cachedTokens()).isZero();
  }

  /** The token is in use on another node, so it does not expire. */
  @Test
  void tokenInUseElsewhereIsNotReportedAndRarelyRead() throws Exception {
    Sweeper own = new Sweeper(node.store, node.service, fixture.clock, Duration.ofHours(1), 100);
    Duration half = ServiceFixture.SESSION_IDLE.dividedBy(2);
    int finds = node.findCount();
    node.listener.events();
    for (int i = 0; i < 8; i++) {
      node.advanceAndPoll(half.minusSeconds(1));
      fixture.renew(fixture.validate(token));
      own.run();
    }

    assertThat(node.listener.events()).isEmpty();
    assertThat(node.findCount() - finds).isBetween(1, 4);
  }

  @Test
  void windowReachesBackToTheLastAnswerPlusAMargin() throws Exception {
    List<Duration> windows = new ArrayList<>();
    TestNode pollingNode = newNode(windows).polled();
    pollingNode.advance(Duration.ofMillis(500));
    pollingNode.polled();
    pollingNode.advance(Duration.ofSeconds(20));
    pollingNode.polled();
    pollingNode.advance(RevocationFeed.MAX_GAP.multipliedBy(2));
    pollingNode.polled();

    assertThat(windows)
        .containsExactly(
            RevocationFeed.MAX_WINDOW,
            Duration.ofMillis(1_500),
            Duration.ofSeconds(21),
            RevocationFeed.MAX_WINDOW);
  }

  /** The window starts after the last answer, so a revocation between the two would be missed. */
  @Test
  void answerThatMissesTheLastOneIsNotApplied() throws Exception {
    List<Duration> windows = new ArrayList<>();
    TestNode slow = newNode(windows).polled();
    slow.validate(token);
    Duration late = Duration.ofSeconds(3);
    slow.store.before(Call.REVOKED_WITHIN, 1, () -> slow.advance(late));
    slow.polled();
    slow.advance(LAG);
    slow.polled();

    assertThat(windows)
        .containsExactly(
            RevocationFeed.MAX_WINDOW,
            Duration.ofSeconds(1),
            // The store's time is some moment within those three seconds.
            late.multipliedBy(2).plus(LAG).plus(RevocationFeed.ANSWER_TIMEOUT));
    int finds = slow.findCount();
    slow.validate(token);
    assertThat(slow.findCount()).as("kept").isEqualTo(finds);
  }

  @Test
  void forwardJumpOfTheStoreClockWidensTheWindow() throws Exception {
    List<Duration> windows = new ArrayList<>();
    SettableClock storeClock = new SettableClock(fixture.clock.instant());
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    doAnswer(
            call -> {
              windows.add(call.getArgument(0));
              return new RecentRevocations(Set.of(), true, storeClock.instant());
            })
        .when(store)
        .revokedWithin(any(), anyNumber());
    TestNode other = new TestNode(fixture, store, LAG).polled();
    storeClock.move(Duration.ofSeconds(10));
    other.polled().polled();

    assertThat(windows)
        .containsExactly(RevocationFeed.MAX_WINDOW, Duration.ofSeconds(1), Duration.ofSeconds(11));
  }

  private TestNode newNode(List<Duration> windows) {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    doAnswer(
            call -> {
              windows.add(call.getArgument(0));
              return fixture.memory.revokedWithin(call.getArgument(0), call.getArgument(1));
            })
        .when(store)
        .revokedWithin(any(), anyNumber());
    return new TestNode(fixture, store, LAG);
  }

  @Test
  void cacheClearIsCountedAndLoggedOnceAMinutePerCause() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    TestNode full = new TestNode(fixture, store, LAG).polled();
    doReturn(new RecentRevocations(Set.of(), false, fixture.clock.instant()))
        .when(store)
        .revokedWithin(any(), anyNumber());
    try (LogLines log = new LogLines(RevocationFeed.class.getName(), Level.WARN)) {
      full.polled().polled();
      full.advance(RevocationFeed.MAX_GAP.plus(MILLI));
      full.polled();

      assertThat(log.lines()).hasSize(2);
      assertThat(log.lines().get(0)).startsWith("WARN").contains("50000 revocations");
      assertThat(log.lines().get(1)).startsWith("WARN").contains("PT50S");
    }
    assertThat(full.service.statistics().cacheClears(TokenStatistics.CacheClearCause.TOO_MANY_ENDS))
        .isEqualTo(2);
    assertThat(full.service.statistics().cacheClears(TokenStatistics.CacheClearCause.GAP)).isOne();
  }

  @Test
  void ownRevocationIsReportedOnce() throws Exception {
    node.listener.events();
    node.service.revoke(token.record().id());
    node.run(3);

    assertThat(node.listener.events()).containsExactly("ended " + token.record().id() + " CLOSED");
  }

  @Test
  void reasonLookupIsRetriedAfterAStoreFailure() throws Exception {
    node.listener.events();
    node.revokeElsewhere(token);
    node.store.failBefore(Call.FIND, 1);
    node.run(1);
    assertThat(node.listener.events()).isEmpty();

    node.run(1);
    assertThat(node.listener.events()).containsExactly("ended " + token.record().id() + " CLOSED");
  }

  @Test
  void auditLogHasEachRevocationOnce() throws Exception {
    try (LogLines log = new LogLines("org.tokenfilter.audit")) {
      node.revokeElsewhere(token);
      node.run(3);

      assertThat(log.lines()).filteredOn(line -> line.contains("event=ended")).hasSize(1);
    }
  }

  @Test
  void clockSkewIsLoggedOncePerChange() throws Exception {
    SettableClock own = new SettableClock(fixture.clock.instant());
    TestNode skewed = new TestNode(fixture, fixture.memory, LAG, own);
    try (LogLines log = new LogLines(ClockSkewMonitor.class.getName())) {
      own.move(Duration.ofSeconds(5));
      skewed.polled().polled();
      assertThat(log.lines()).isEmpty();
      own.move(MILLI);
      skewed.polled().polled();
      own.set(fixture.clock.instant());
      skewed.polled().polled();
      own.move(Duration.ofSeconds(-6));
      skewed.polled().polled();

      assertThat(log.lines()).hasSize(3);
      assertThat(log.lines().get(0)).startsWith("WARN");
      assertThat(log.lines().get(1)).startsWith("INFO");
      assertThat(log.lines().get(2)).startsWith("WARN");
    }
  }

  @Test
  void failingRevocationFeedIsLoggedOnce() throws Exception {
    try (LogLines log = new LogLines(RevocationFeed.class.getName())) {
      node.store.failAll();
      node.polled().polled().polled();
      node.store.clearFaults();
      node.polled().polled().polled();

      assertThat(log.lines()).hasSize(2);
      assertThat(log.lines().get(0)).startsWith("WARN");
      assertThat(log.lines().get(1)).startsWith("INFO");
    }
  }
}
