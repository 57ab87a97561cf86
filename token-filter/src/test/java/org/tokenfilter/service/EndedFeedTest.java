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
import static org.tokenfilter.service.LiveNode.LAG;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;

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
import org.tokenfilter.LogLines;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** The revocation feed: a token revoked on any node is rejected on all nodes within the lag. */
class EndedFeedTest {

  private static final Duration MILLI = Duration.ofMillis(1);

  private final Scene scene = new Scene();
  private final LiveNode node = new LiveNode(scene);
  private IssuedToken token;

  @BeforeEach
  void aTokenInMemory() throws Exception {
    node.service.pollRevocations();
    token = scene.session();
    node.validate(token);
    assertRemembered();
  }

  private void assertRemembered() throws Exception {
    int finds = node.finds();
    node.validate(token);
    assertThat(node.finds()).as("cached").isEqualTo(finds);
  }

  private void assertReadAgain() throws Exception {
    int finds = node.finds();
    node.validate(token);
    assertThat(node.finds()).as("reloaded").isEqualTo(finds + 1);
  }

  @Test
  void whatEndedElsewhereIsRefusedFromTheNextPollOn() throws Exception {
    node.endElsewhere(token);
    node.validate(token);

    node.service.pollRevocations();

    assertRefused(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void withoutAPollItIsRefusedOnceTheLagIsOver() throws Exception {
    node.endElsewhere(token);
    node.pass(LAG.minus(MILLI));
    node.validate(token);
    node.pass(MILLI);

    assertRefused(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void beforeTheFirstPollEachRequestReadsTheStore() throws Exception {
    LiveNode young = new LiveNode(scene);
    young.validate(token);
    young.validate(token);

    assertThat(young.finds()).isEqualTo(2);
  }

  @Test
  void theLagCountsFromTheQuestion() throws Exception {
    Duration late = LAG.multipliedBy(2).dividedBy(5);
    node.store.after(
        Call.REVOKED_WITHIN,
        1,
        () -> {
          node.endElsewhere(token);
          node.pass(late);
        });
    node.service.pollRevocations();

    node.pass(LAG.minus(late).minus(MILLI));
    node.validate(token);
    node.pass(MILLI);
    assertRefused(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void aPollThatFailsMakesNothingFresh() throws Exception {
    node.pass(LAG.dividedBy(2));
    node.store.failAfter(Call.REVOKED_WITHIN, 1);
    node.service.pollRevocations();
    assertRemembered();

    node.pass(LAG.dividedBy(2));
    assertReadAgain();
  }

  @Test
  void theWallClockAloneMakesStale() throws Exception {
    scene.clock.move(LAG);

    assertReadAgain();
  }

  @Test
  void theMonotonicClockAloneMakesStale() throws Exception {
    node.nanos.addAndGet(LAG.toNanos());

    assertReadAgain();
  }

  /** The window of the answer may start after a revocation that no earlier answer has reported. */
  @Test
  void anAnswerThatComesTooLateIsThrownAway() throws Exception {
    node.store.before(
        Call.REVOKED_WITHIN, 1, () -> node.pass(RevocationFeed.ANSWER_TIMEOUT.plus(MILLI)));
    assertThat(node.service.pollRevocations()).containsInstanceOf(TimeoutException.class);
    assertReadAgain();
    assertReadAgain();

    node.store.before(Call.REVOKED_WITHIN, 1, () -> node.pass(Duration.ofMillis(500)));
    assertThat(node.service.pollRevocations()).isEmpty();
    assertRemembered();
  }

  @Test
  void anAnswerThatComesJustInTimeIsApplied() throws Exception {
    LiveNode late =
        new LiveNode(scene, scene.memory, RevocationFeed.ANSWER_TIMEOUT.multipliedBy(2));
    late.store.before(Call.REVOKED_WITHIN, 1, () -> late.pass(RevocationFeed.ANSWER_TIMEOUT));
    late.service.pollRevocations();
    late.validate(token);
    late.validate(token);

    assertThat(late.finds()).isEqualTo(1);
  }

  @Test
  void afterALongGapMemoryIsEmptied() throws Exception {
    node.endElsewhere(token);
    node.pass(RevocationFeed.MAX_WINDOW.plus(MILLI));

    node.service.pollRevocations();

    assertRefused(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void afterAShorterGapMemoryIsKept() throws Exception {
    node.pass(RevocationFeed.MAX_GAP);
    node.service.pollRevocations();
    assertRemembered();

    node.pass(RevocationFeed.MAX_GAP.plus(MILLI));
    node.service.pollRevocations();
    assertReadAgain();
  }

  /** A poll that failed, or was answered too late, does not shorten the gap. */
  @Test
  void theGapIsBetweenAnswersThatWereApplied() throws Exception {
    node.pass(RevocationFeed.MAX_GAP.dividedBy(2));
    node.store.failAfter(Call.REVOKED_WITHIN, 1);
    node.service.pollRevocations();
    node.pass(RevocationFeed.MAX_GAP.dividedBy(2).plus(MILLI));
    node.service.pollRevocations();

    assertReadAgain();
  }

  @Test
  void aGapByTheMonotonicClockAloneCountsToo() throws Exception {
    node.nanos.addAndGet(RevocationFeed.MAX_GAP.plus(MILLI).toNanos());
    node.service.pollRevocations();

    assertReadAgain();
  }

  @Test
  void aGapByTheStoresClockAloneCountsToo() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    LiveNode other = new LiveNode(scene, store, LAG).polled();
    other.validate(token);
    Instant jumped = scene.clock.instant().plus(RevocationFeed.MAX_GAP).plus(MILLI);
    doReturn(new RecentRevocations(Set.of(), true, jumped))
        .when(store)
        .revokedWithin(any(), anyNumber());

    other.service.pollRevocations();

    other.validate(token);
    assertThat(other.finds()).isEqualTo(2);
  }

  private static int anyNumber() {
    return org.mockito.ArgumentMatchers.anyInt();
  }

  @Test
  void moreEndsThanAreListedEmptyMemory() throws Exception {
    assertThat(findsAfter(RevocationFeed.MAX_REVOCATIONS + 1)).isEqualTo(2);
  }

  @Test
  void asManyEndsAsAreListedLeaveTheOthersInMemory() throws Exception {
    assertThat(findsAfter(RevocationFeed.MAX_REVOCATIONS)).isEqualTo(1);
  }

  /**
   * Returns the number of reads of a token used before and after so many revocations are reported.
   */
  private int findsAfter(int number) throws Exception {
    TokenStore store =
        mock(TokenStore.class, withSettings().stubOnly().defaultAnswer(delegatesTo(scene.memory)));
    LiveNode asking = new LiveNode(scene, store, LAG).polled();
    asking.validate(token);
    Set<TokenId> ids = new HashSet<>();
    while (ids.size() < number) {
      ids.add(scene.newId());
    }
    doReturn(new RecentRevocations(ids, true, scene.clock.instant()))
        .when(store)
        .revokedWithin(any(), anyNumber());
    int finds = asking.finds();
    asking.polled();
    int asked = asking.finds() - finds;
    asking.validate(token);
    return asking.finds() - asked;
  }

  @Test
  void aHintTakesATokenOutAtOnceAndMayComeTwice() throws Exception {
    List<Consumer<TokenId>> hints = new ArrayList<>();
    AutoCloseable watching = mock(AutoCloseable.class);
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    doAnswer(
            call -> {
              hints.add(call.getArgument(0));
              return watching;
            })
        .when(store)
        .watch(any());
    LiveNode watched = new LiveNode(scene, store, LAG).polled().polled();
    watched.validate(token);
    assertThat(hints).hasSize(1);
    node.endElsewhere(token);
    hints.get(0).accept(token.record().id());
    hints.get(0).accept(token.record().id());

    assertRefused(Rejection.CLOSED, () -> watched.validate(token));
    watched.service.shutdown();
    verify(watching).close();
  }

  @Test
  void aHintThatOvertakesAReadKeepsItFromBeingRemembered() throws Exception {
    List<Consumer<TokenId>> hints = new ArrayList<>();
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    doAnswer(
            call -> {
              hints.add(call.getArgument(0));
              return (AutoCloseable) () -> {};
            })
        .when(store)
        .watch(any());
    LiveNode watched = new LiveNode(scene, store, LAG).polled();
    watched.store.after(
        Call.FIND,
        1,
        () -> {
          node.endElsewhere(token);
          hints.get(0).accept(token.record().id());
        });
    watched.validate(token);

    assertRefused(Rejection.CLOSED, () -> watched.validate(token));
  }

  /** The stale read stands for a store that reads from a replica. */
  @Test
  void whatAnOldAnswerPutsBackGoesWithTheNextNaming() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    LiveNode behind = new LiveNode(scene, store, LAG).polled();
    node.endElsewhere(token);
    behind.polled();
    doReturn(Optional.of(token.record())).when(store).find(any());
    behind.validate(token);
    behind.polled();
    doAnswer(call -> scene.memory.find(call.getArgument(0))).when(store).find(any());

    assertRefused(Rejection.CLOSED, () -> behind.validate(token));
  }

  @Test
  void aStoreThatCannotBeWatchedIsAskedUntilItCan() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    doThrow(new TokenStoreException("no", null, false)).when(store).watch(any());
    LiveNode asking = new LiveNode(scene, store, LAG).polled();
    asking.validate(token);
    asking.validate(token);

    assertThat(asking.finds()).isEqualTo(1);
    doReturn(mock(AutoCloseable.class)).when(store).watch(any());
    asking.polled().polled();
    verify(store, times(2)).watch(any());
  }

  @Test
  void anEndElsewhereIsHeardOnceWithItsReason() throws Exception {
    IssuedToken client = scene.service.issueApiClientToken(ALICE, "live", "shop");
    node.heard.events();
    node.endElsewhere(token);
    scene.service.refresh(Scene.presented(client));
    node.live(3);

    assertThat(node.heard.events())
        .containsExactlyInAnyOrder(
            "ended " + token.record().id() + " CLOSED",
            "ended " + client.record().id() + " REPLACED");
  }

  @Test
  void whatASweepElsewhereEndedIsHeardToo() throws Exception {
    node.live(Scene.SESSION_IDLE.plusMinutes(1).toSeconds());
    node.heard.events();
    new Sweeper(scene.memory, scene.service, scene.clock, Duration.ofHours(1), 100).run();
    node.live(1);
    assertThat(node.heard.events()).as("the feed does not report it").isEmpty();

    Sweeper own = new Sweeper(node.store, node.service, scene.clock, Duration.ofHours(1), 100);
    own.run();
    own.run();
    assertThat(node.heard.events()).containsExactly("ended " + token.record().id() + " EXPIRED");
    assertThat(node.service.cachedTokens()).isZero();
  }

  /** The token is in use on another node, so it does not expire. */
  @Test
  void whatLivesOnElsewhereIsNotToldAndAskedForOnceAnIdleTimeout() throws Exception {
    Sweeper own = new Sweeper(node.store, node.service, scene.clock, Duration.ofHours(1), 100);
    Duration half = Scene.SESSION_IDLE.dividedBy(2);
    int finds = node.finds();
    node.heard.events();
    for (int i = 0; i < 8; i++) {
      node.rest(half.minusSeconds(1));
      scene.renew(scene.validate(token));
      own.run();
    }

    assertThat(node.heard.events()).isEmpty();
    assertThat(node.finds() - finds).isBetween(1, 4);
  }

  @Test
  void askedForIsNoMoreThanWhatEndedSinceTheLastAnswerAndALittle() throws Exception {
    List<Duration> windows = new ArrayList<>();
    LiveNode asking = asking(windows).polled();
    asking.pass(Duration.ofMillis(500));
    asking.polled();
    asking.pass(Duration.ofSeconds(20));
    asking.polled();
    asking.pass(RevocationFeed.MAX_GAP.multipliedBy(2));
    asking.polled();

    assertThat(windows)
        .containsExactly(
            RevocationFeed.MAX_WINDOW,
            Duration.ofMillis(1_500),
            Duration.ofSeconds(21),
            RevocationFeed.MAX_WINDOW);
  }

  /** The window starts after the last answer, so a revocation between the two would be missed. */
  @Test
  void anAnswerThatDoesNotReachBackToTheLastOneIsNotApplied() throws Exception {
    List<Duration> windows = new ArrayList<>();
    LiveNode slow = asking(windows).polled();
    slow.validate(token);
    Duration late = Duration.ofSeconds(3);
    slow.store.before(Call.REVOKED_WITHIN, 1, () -> slow.pass(late));
    slow.polled();
    slow.pass(LAG);
    slow.polled();

    assertThat(windows)
        .containsExactly(
            RevocationFeed.MAX_WINDOW,
            Duration.ofSeconds(1),
            // The store's time is some moment within those three seconds.
            late.multipliedBy(2).plus(LAG).plus(RevocationFeed.ANSWER_TIMEOUT));
    int finds = slow.finds();
    slow.validate(token);
    assertThat(slow.finds()).as("kept").isEqualTo(finds);
  }

  @Test
  void aStoreWhoseClockWasSetForwardIsAskedForMore() throws Exception {
    List<Duration> windows = new ArrayList<>();
    SettableClock storeClock = new SettableClock(scene.clock.instant());
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    doAnswer(
            call -> {
              windows.add(call.getArgument(0));
              return new RecentRevocations(Set.of(), true, storeClock.instant());
            })
        .when(store)
        .revokedWithin(any(), anyNumber());
    LiveNode other = new LiveNode(scene, store, LAG).polled();
    storeClock.move(Duration.ofSeconds(10));
    other.polled().polled();

    assertThat(windows)
        .containsExactly(RevocationFeed.MAX_WINDOW, Duration.ofSeconds(1), Duration.ofSeconds(11));
  }

  private LiveNode asking(List<Duration> windows) {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    doAnswer(
            call -> {
              windows.add(call.getArgument(0));
              return scene.memory.revokedWithin(call.getArgument(0), call.getArgument(1));
            })
        .when(store)
        .revokedWithin(any(), anyNumber());
    return new LiveNode(scene, store, LAG);
  }

  @Test
  void emptyingIsCountedAndToldOnceAMinuteWithItsCause() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    LiveNode full = new LiveNode(scene, store, LAG).polled();
    doReturn(new RecentRevocations(Set.of(), false, scene.clock.instant()))
        .when(store)
        .revokedWithin(any(), anyNumber());
    try (LogLines log = new LogLines(RevocationFeed.class.getName(), Level.WARN)) {
      full.polled().polled();
      full.pass(RevocationFeed.MAX_GAP.plus(MILLI));
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
  void anEndOfItsOwnIsHeardOnceAlone() throws Exception {
    node.heard.events();
    node.service.revoke(token.record().id());
    node.live(3);

    assertThat(node.heard.events()).containsExactly("ended " + token.record().id() + " CLOSED");
  }

  @Test
  void whyATokenEndedIsAskedAgainWhereTheStoreDoesNotAnswer() throws Exception {
    node.heard.events();
    node.endElsewhere(token);
    node.store.failBefore(Call.FIND, 1);
    node.live(1);
    assertThat(node.heard.events()).isEmpty();

    node.live(1);
    assertThat(node.heard.events()).containsExactly("ended " + token.record().id() + " CLOSED");
  }

  @Test
  void theAuditLogHoldsAnEndOnceInAll() throws Exception {
    try (LogLines log = new LogLines("org.tokenfilter.audit")) {
      node.endElsewhere(token);
      node.live(3);

      assertThat(log.lines()).filteredOn(line -> line.contains("event=ended")).hasSize(1);
    }
  }

  @Test
  void clocksThatDifferAreReportedOnceAChange() throws Exception {
    SettableClock own = new SettableClock(scene.clock.instant());
    LiveNode skewed = new LiveNode(scene, scene.memory, LAG, own);
    try (LogLines log = new LogLines(ClockSkewMonitor.class.getName())) {
      own.move(Duration.ofSeconds(5));
      skewed.polled().polled();
      assertThat(log.lines()).isEmpty();
      own.move(MILLI);
      skewed.polled().polled();
      own.set(scene.clock.instant());
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
  void aStoreThatDoesNotTellOfEndsIsReportedOnce() throws Exception {
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
