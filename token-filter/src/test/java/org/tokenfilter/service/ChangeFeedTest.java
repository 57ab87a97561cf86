package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.TestNode.LAG;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.ForwardingTokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;

/** The feed of changes: what changes on any node is in force on all nodes within the lag. */
class ChangeFeedTest {

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
        Call.CHANGES,
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
    node.store.failAfter(Call.CHANGES, 1);
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

  @Test
  void amendmentTakesEffectWithTheNextPoll() throws Exception {
    amendElsewhere(7);
    assertThat(node.validate(token).record().version()).isZero();

    node.service.pollRevocations();

    assertThat(node.validate(token).record().version()).isEqualTo(7);
    assertThat(node.listener.events()).filteredOn(event -> event.startsWith("ended")).isEmpty();
  }

  @Test
  void copyThatHasTheNewDetailsStays() throws Exception {
    amendElsewhere(7);
    node.advance(LAG);
    node.validate(token);

    node.service.pollRevocations();

    assertCached();
  }

  /** Two reads: the one that began first is answered last, with the details of before. */
  @Test
  void answerFromBeforeTheAmendmentIsNotCached() throws Exception {
    TokenCache cache = new TokenCache();
    TokenRecord before = token.record();
    TokenCache.LoadTicket early = cache.beginLoad(before.id());
    amendElsewhere(7);
    cache.put(cache.beginLoad(before.id()), fixture.stored(before.id()));
    cache.amend(before.id(), 7);
    cache.put(early, before);

    CachedToken kept = cache.get(before.id(), fixture.clock.instant());
    assertThat(Objects.requireNonNull(kept).details().version()).isEqualTo(7);
  }

  private void amendElsewhere(long version) {
    TokenDetails details = token.record().details().amended(version).label("laptop").build();
    assertThat(fixture.memory.amend(token.record().id(), 0, details, fixture.clock.instant()))
        .isEqualTo(AmendResult.AMENDED);
  }

  @Test
  void answerThatWasLostIsAskedForAgain() throws Exception {
    node.revokeElsewhere(token);
    node.store.failAfter(Call.CHANGES, 1);
    node.service.pollRevocations();
    node.service.pollRevocations();

    assertRejected(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void answerMayTakeLongerThanAnyTimeout() throws Exception {
    node.store.after(Call.CHANGES, 1, () -> node.advance(Duration.ofMinutes(1)));
    assertThat(node.service.pollRevocations()).isEmpty();
    assertReloaded();

    node.service.pollRevocations();
    assertCached();
  }

  @Test
  void longGapKeepsTheCacheIfTheStoreKnowsTheCursor() throws Exception {
    node.advance(Duration.ofMinutes(10));
    node.service.pollRevocations();

    assertCached();
  }

  @Test
  void unknownCursorClearsTheCacheAndIsReportedOnceAMinute() throws Exception {
    ReplaceableStore store = new ReplaceableStore(fixture.memory);
    TestNode restored = new TestNode(fixture, store, LAG).polled();
    restored.validate(token);
    try (LogLines log = new LogLines(ChangeApplier.class.getName(), Level.WARN)) {
      store.changes = new InMemoryTokenStore(fixture.clock, Duration.ofHours(1));
      restored.polled();
      store.changes = new InMemoryTokenStore(fixture.clock, Duration.ofHours(1));
      restored.polled().polled();

      assertThat(log.lines()).singleElement().asString().contains("restored or failed over");
    }
    int finds = restored.findCount();
    restored.validate(token);
    restored.validate(token);
    assertThat(restored.findCount()).as("read once, then fresh again").isEqualTo(finds + 1);
    assertThat(restored.service.statistics().cacheClears(TokenStatistics.CacheClearCause.GAP))
        .isEqualTo(2);
  }

  /** A store whose changes come from another life of the database. */
  private static final class ReplaceableStore extends ForwardingTokenStore {
    private TokenStore changes;

    ReplaceableStore(TokenStore store) {
      super(store);
      this.changes = store;
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      return changes.changes(shard, cursor, limit);
    }
  }

  /** A copy from before the first question may miss changes from before it. */
  @Test
  void firstQuestionClearsTheCache() throws Exception {
    TestNode young = new TestNode(fixture);
    young.validate(token);
    node.revokeElsewhere(token);
    young.polled();

    assertRejected(Rejection.CLOSED, () -> young.validate(token));
  }

  @Test
  void freshOnlyAfterTheLastPage() throws Exception {
    revokeMany(ShardFeed.PAGE_SIZE + 1);
    node.revokeElsewhere(token);
    node.advance(LAG.minus(MILLI));
    node.store.failBefore(Call.CHANGES, 2);
    assertThat(node.service.pollRevocations()).isPresent();
    node.advance(MILLI);
    assertRejected(Rejection.CLOSED, () -> node.validate(token));
    assertThat(node.service.feed()).get().extracting("fresh").isEqualTo(false);

    assertThat(node.service.pollRevocations()).isEmpty();
    assertThat(node.service.feed()).get().extracting("fresh").isEqualTo(true);
  }

  /** The time counts from the question for the last page, since its answer is complete. */
  @Test
  void lagCountsFromTheQuestionForTheLastPage() throws Exception {
    revokeMany(ShardFeed.PAGE_SIZE + 1);
    node.store.before(Call.CHANGES, 2, () -> node.advance(LAG.multipliedBy(3)));
    node.service.pollRevocations();
    assertThat(node.service.feed()).get().extracting("fresh").isEqualTo(false);

    revokeMany(ShardFeed.PAGE_SIZE + 1);
    node.store.after(Call.CHANGES, 1, () -> node.advance(LAG.multipliedBy(3)));
    node.service.pollRevocations();
    assertThat(node.service.feed()).get().extracting("fresh").isEqualTo(true);
  }

  @Test
  void endlessPagesAreContinuedByTheNextPoll() throws Exception {
    Changes page = new Changes(true, List.of(), "endless", true, fixture.clock.instant());
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    doReturn(page).when(store).changes(anyInt(), any(), anyInt());
    TestNode behind = new TestNode(fixture, store, LAG);

    assertThat(behind.service.pollRevocations()).containsInstanceOf(TimeoutException.class);
    assertThat(behind.store.callCount(Call.CHANGES)).isEqualTo(ShardFeed.MAX_PAGES);
  }

  private void revokeMany(int number) {
    Instant now = fixture.clock.instant();
    for (int i = 0; i < number; i++) {
      TokenRecord record = TokenRecord.builder(fixture.newId(), TokenKind.OPEN, "bob", now).build();
      fixture.memory.insert(record, Limit.NONE, now);
    }
    Revocation revocation = Revocation.of(RevocationReason.CLOSED, now);
    List<TokenId> step;
    do {
      step = fixture.memory.revokeAll(Selection.ofSubject("bob"), revocation, 1_000);
    } while (!step.isEmpty());
  }

  /** Five thousand revocations a second in the cluster, for ten seconds. */
  @Test
  void manyChangesLeaveTheCacheInUse() throws Exception {
    List<TestNode> nodes = Stream.generate(() -> new TestNode(fixture).polled()).limit(3).toList();
    for (TestNode each : nodes) {
      each.validate(token);
    }
    int finds = nodes.stream().mapToInt(TestNode::findCount).sum();
    for (int halfSecond = 0; halfSecond < 20; halfSecond++) {
      revokeMany(2_500);
      fixture.clock.move(LAG.dividedBy(2));
      for (TestNode each : nodes) {
        each.nanos.addAndGet(LAG.dividedBy(2).toNanos());
        assertThat(each.service.pollRevocations()).isEmpty();
        each.validate(token);
      }
    }

    assertThat(nodes.stream().mapToInt(TestNode::findCount).sum()).isEqualTo(finds);
    for (TestNode each : nodes) {
      assertThat(each.service.statistics().cacheClears(TokenStatistics.CacheClearCause.GAP))
          .isZero();
    }
  }

  @Test
  void hintWakesThePoller() throws Exception {
    List<Runnable> hints = new ArrayList<>();
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
    assertThat(hints).hasSize(1);
    AtomicInteger woken = new AtomicInteger();
    watched.service.onHint(woken::incrementAndGet);
    hints.get(0).run();

    assertThat(woken).hasValue(1);
    watched.service.shutdown();
    verify(watching).close();
  }

  @Test
  void zeroLagAsksForNoChanges() throws Exception {
    TestNode direct = new TestNode(fixture, fixture.memory, Duration.ZERO);

    assertThat(direct.service.pollRevocations()).isEmpty();
    assertThat(direct.store.callCount(Call.CHANGES)).isZero();
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
  void ownRevocationIsReportedOnce() throws Exception {
    node.listener.events();
    node.service.revoke(token.record().id());
    node.run(3);

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
  void failingFeedIsLoggedOnce() throws Exception {
    try (LogLines log = new LogLines(ShardFeed.class.getName())) {
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
