package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.USER_IDLE;
import static org.tokenfilter.service.TestNode.LAG;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;

/** The reads that a node answers from its cache, and those that it does not. */
class TokenCacheTest {

  private static final Duration MILLI = Duration.ofMillis(1);

  private final ServiceFixture fixture = new ServiceFixture();
  private final TestNode node = new TestNode(fixture).polled();

  @Test
  void liveTokenIsReadFromTheStoreOnce() throws Exception {
    IssuedToken token = fixture.issueSession();
    for (int i = 0; i < 100; i++) {
      node.validate(token);
    }
    assertThat(node.findCount()).isEqualTo(1);
  }

  @Test
  void cachedRecordEqualsTheStoredRecord() throws Exception {
    for (IssuedToken token :
        List.of(
            fixture.issueSession(),
            fixture.issueOpen(Duration.ZERO),
            fixture.issueOpen(Duration.ofHours(1)),
            fixture.issueUser(),
            fixture.service.issueApiClientToken(ALICE, "live", "shop"))) {
      node.validate(token);
      ActiveToken remembered = node.validate(token);
      assertThat(remembered.record()).isEqualTo(fixture.stored(token.record().id()));
    }
    assertThat(node.findCount()).isEqualTo(5);
  }

  @Test
  void sessionOfAUserTokenIsReadOnce() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    for (int i = 0; i < 10; i++) {
      node.service.useSession(node.validate(user), session.value(), ServiceFixture.CLIENT);
    }
    assertThat(node.findCount()).isEqualTo(2);
  }

  @Test
  void cachesRevokedTokensBrieflyAndAbsentOnesNever() throws Exception {
    IssuedToken closed = fixture.issueSession();
    node.revokeElsewhere(closed);
    IssuedToken unknown =
        fixture
            .newService(new ServiceFixture().memory, ServiceFixture.POLICY)
            .issueOpen(ALICE, Duration.ofHours(1), ServiceFixture.CLIENT);
    for (int i = 0; i < 3; i++) {
      assertRejected(Rejection.CLOSED, () -> node.validate(closed));
      assertRejected(Rejection.UNKNOWN, () -> node.validate(unknown));
    }
    assertThat(node.findCount()).isEqualTo(1 + 3);
    node.advanceAndPoll(CachingTokenStore.RevokedTokens.TIME_TO_LIVE);
    var before = node.findCount();
    assertRejected(Rejection.CLOSED, () -> node.validate(closed));
    assertThat(node.findCount()).isEqualTo(before + 1);
  }

  @Test
  void tokenIsReloadedPastItsAcknowledgedDeadline() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.validate(token);
    renewElsewhere(token);
    node.advanceAndPoll(SESSION_IDLE.minus(MILLI));
    node.validate(token);
    assertThat(node.findCount()).isEqualTo(1);

    node.advance(MILLI);
    node.validate(token);

    assertThat(node.findCount()).isEqualTo(2);
    node.validate(token);
    assertThat(node.findCount()).isEqualTo(2);
  }

  private void renewElsewhere(IssuedToken token) {
    Instant now = fixture.clock.instant();
    Instant until = now.plus(SESSION_IDLE).plus(SESSION_IDLE);
    fixture.memory.renew(Set.of(new Renewal(token.record().id(), now, until)), now);
  }

  @Test
  void tokenPastItsAcknowledgedDeadlineIsRejected() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.validate(token);
    node.advanceAndPoll(SESSION_IDLE);

    assertRejected(Rejection.EXPIRED, () -> node.validate(token));
    assertThat(node.findCount()).isEqualTo(2);
  }

  @Test
  void storeFailurePastTheAcknowledgedDeadlineIsUnavailable() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.validate(token);
    node.advanceAndPoll(SESSION_IDLE);
    node.store.failBefore(Call.FIND, 1);

    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> node.validate(token));
  }

  /** The use could not be written in time and is lost. */
  @Test
  void unacknowledgedDeadlineDoesNotKeepATokenAlive() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.advanceAndPoll(Duration.ofMinutes(20));
    node.use(token);
    node.store.failAll();
    node.advance(Duration.ofMinutes(10).minus(MILLI));
    node.store.clearFaults();
    node.service.pollRevocations();
    node.validate(token);
    node.advance(MILLI);

    assertRejected(Rejection.EXPIRED, () -> node.validate(token));
  }

  @Test
  void localRevocationTakesEffectAtOnce() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.validate(token);

    node.service.revoke(token.record().id());

    assertRejected(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void readsTheStoreDuringALocalRevocation() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.validate(token);
    node.store.before(Call.REVOKE, 1, () -> accepted(token));

    node.service.revoke(token.record().id());

    assertRejected(Rejection.CLOSED, () -> node.validate(token));
    assertThat(node.findCount()).isEqualTo(3);
  }

  private void accepted(IssuedToken token) {
    try {
      node.validate(token);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void readsTheStoreAfterAFailedLocalRevocation() throws Exception {
    IssuedToken before = fixture.issueSession();
    IssuedToken after = fixture.issueSession();
    node.validate(before);
    node.validate(after);
    node.store.failBefore(Call.REVOKE, 1);
    node.store.failAfter(Call.REVOKE, 2);

    for (IssuedToken token : List.of(before, after)) {
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> node.service.revoke(token.record().id()));
    }

    node.validate(before);
    assertRejected(Rejection.CLOSED, () -> node.validate(after));
    assertThat(node.findCount()).isEqualTo(4);
  }

  @Test
  void sessionsAreRevokedWithTheirUserTokenAtOnce() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    ActiveToken active = node.validate(user);
    node.service.useSession(active, session.value(), ServiceFixture.CLIENT);

    node.service.revoke(user.record().id());

    assertRejected(
        Rejection.CLOSED,
        () -> node.service.useSession(active, session.value(), ServiceFixture.CLIENT));
  }

  @Test
  void allTokensOfASubjectAreRevokedAtOnce() throws Exception {
    IssuedToken one = fixture.issueSession();
    IssuedToken other = fixture.issueOpen(Duration.ZERO);
    node.validate(one);
    node.validate(other);

    node.service.revokeAll("alice");

    assertRejected(Rejection.CLOSED, () -> node.validate(one));
    assertRejected(Rejection.CLOSED, () -> node.validate(other));
  }

  @Test
  void refreshedTokenIsRejectedAtOnce() throws Exception {
    IssuedToken old = fixture.service.issueApiClientToken(ALICE, "live", "shop");
    node.validate(old);

    node.validate(node.service.refresh(ServiceFixture.presented(old)));

    assertRejected(Rejection.REPLACED, () -> node.validate(old));
  }

  @Test
  void oldTokenIsReloadedAfterALostRefreshAnswer() throws Exception {
    IssuedToken old = fixture.service.issueApiClientToken(ALICE, "live", "shop");
    node.validate(old);
    node.store.failAfter(Call.REPLACE, 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> node.service.refresh(ServiceFixture.presented(old)));

    assertRejected(Rejection.REPLACED, () -> node.validate(old));
  }

  @Test
  void slowReadDoesNotRestoreALocallyRevokedToken() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.store.after(Call.FIND, 1, () -> node.service.revoke(token.record().id()));

    assertRejected(Rejection.CLOSED, () -> node.validate(token));
    assertRejected(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void slowReadDoesNotRestoreARemotelyRevokedToken() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.store.after(
        Call.FIND,
        1,
        () -> {
          node.revokeElsewhere(token);
          node.service.pollRevocations();
        });

    assertRejected(Rejection.CLOSED, () -> node.validate(token));
    assertRejected(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void slowReadIsNotCachedAfterACacheClear() throws Exception {
    IssuedToken token = fixture.issueSession();
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    TestNode slow = new TestNode(fixture, store, LAG).polled();
    Instant now = fixture.clock.instant();
    doReturn(new Changes(false, List.of(), "0:0", false, now))
        .doAnswer(call -> fixture.memory.changes(0, null, 1))
        .when(store)
        .changes(anyInt(), any(), anyInt());
    slow.store.after(Call.FIND, 1, () -> slow.service.pollRevocations());
    slow.validate(token);
    slow.validate(token);

    assertThat(slow.findCount()).isEqualTo(2);
  }

  /** Many revocations, each reported for a minute, must not keep other tokens out of the cache. */
  @Test
  void repeatedRevocationReportHindersNoOtherToken() throws Exception {
    IssuedToken token = fixture.issueSession();
    revokeElsewhereInTheEpochOf(token.record().id());
    node.service.pollRevocations();
    node.store.after(Call.FIND, 1, node.service::pollRevocations);
    node.validate(token);
    int finds = node.findCount();
    node.validate(token);

    assertThat(node.findCount()).isEqualTo(finds);
  }

  /** Tokens share epochs, so a token is read once more than necessary. */
  @Test
  void firstRevocationReportHindersItsEpochOnce() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.store.after(
        Call.FIND,
        1,
        () -> {
          revokeElsewhereInTheEpochOf(token.record().id());
          node.service.pollRevocations();
        });
    node.validate(token);
    int finds = node.findCount();
    node.validate(token);
    node.validate(token);

    assertThat(node.findCount()).isEqualTo(finds + 1);
  }

  /** The ids differ only in their last byte, and so have the same hash. */
  @Test
  void remoteRevocationHindersFewOtherTokens() throws Exception {
    TokenCache cache = new TokenCache();
    TokenRecord record = fixture.issueSession().record();
    TokenCache.LoadTicket ticket = cache.beginLoad(record.id());
    cache.invalidate(outsideTheEpochOf(record.id()));

    cache.put(ticket, record);

    assertThat(cache.contains(record.id())).isTrue();
  }

  @Test
  void uncachedReadLeavesTheCacheUnchanged() throws Exception {
    TokenCache cache = new TokenCache();
    TokenRecord record = fixture.issueSession().record();
    TokenCache.LoadTicket late = cache.beginLoad(record.id());
    cache.invalidate(record.id());
    cache.put(cache.beginLoad(record.id()), record);

    cache.put(late, record);

    assertThat(cache.contains(record.id())).isTrue();
  }

  private static TokenId outsideTheEpochOf(TokenId id) {
    byte[] bytes = id.bytes();
    bytes[Long.BYTES - 1] ^= 1;
    return TokenId.of(bytes);
  }

  private void revokeElsewhereInTheEpochOf(TokenId id) {
    byte[] bytes = id.bytes();
    bytes[TokenId.LENGTH - 1] ^= 1;
    TokenId neighbour = TokenId.of(bytes);
    TokenRecord record =
        TokenRecord.builder(neighbour, TokenKind.OPEN, "bob", fixture.clock.instant()).build();
    fixture.memory.insert(record, Limit.NONE, fixture.clock.instant());
    fixture.memory.revoke(
        neighbour, Revocation.of(RevocationReason.CLOSED, fixture.clock.instant()));
  }

  @Test
  void userTokensOwnLaterDeadlineIsReturnedAtOnce() throws Exception {
    IssuedToken user = fixture.issueUser();
    node.use(user);
    node.advanceAndPoll(Duration.ofMinutes(1));
    node.use(user);
    node.advance(LAG.dividedBy(2));

    ActiveToken looked = node.validate(user).asPassive();

    assertThat(fixture.stored(user.record().id()).idleExpiresAt())
        .isEqualTo(user.record().idleExpiresAt());
    assertThat(looked.remaining()).isEqualTo(USER_IDLE.minus(LAG.dividedBy(2)));
  }

  @Test
  void unwrittenUseIsReturnedAtOnce() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.validate(token);
    node.advance(LAG.dividedBy(2));
    Instant used = node.use(token).usedAt();

    assertThat(node.validate(token).record().lastUsedAt()).isEqualTo(used);
    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isBefore(used);
  }

  @Test
  void uncachedReadReturnsTheNodesOwnLaterDeadline() throws Exception {
    TestNode pollingNode = new TestNode(fixture, fixture.memory, Duration.ZERO);
    IssuedToken token = fixture.issueSession();
    pollingNode.advance(Duration.ofMinutes(1));
    pollingNode.use(token);
    pollingNode.advance(Duration.ofMillis(500));

    ActiveToken looked = pollingNode.validate(token).asPassive();

    assertThat(pollingNode.renewCount()).isZero();
    assertThat(looked.remaining()).isEqualTo(SESSION_IDLE.minusMillis(500));
  }

  @Test
  void withoutALagEachRequestReadsTheStore() throws Exception {
    TestNode pollingNode = new TestNode(fixture, fixture.memory, Duration.ZERO);
    IssuedToken token = fixture.issueSession();
    pollingNode.service.pollRevocations();
    pollingNode.validate(token);
    pollingNode.validate(token);
    node.revokeElsewhere(token);

    assertRejected(Rejection.CLOSED, () -> pollingNode.validate(token));
    assertThat(pollingNode.findCount()).isEqualTo(3);
    assertThat(pollingNode.store.callCount(Call.CHANGES)).isZero();
  }
}
