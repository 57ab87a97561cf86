package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.USER_IDLE;
import static org.tokenfilter.service.TestNode.INTERVAL;
import static org.tokenfilter.service.TestNode.LAG;
import static org.tokenfilter.service.TestNode.SECOND;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.service.PendingRenewal.RenewalToWrite;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.Renewal;
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

/** The renewal buffer, which writes uses seldom, but in time. */
class RenewalBufferTest {

  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** The time before the acknowledged deadline from which a use is written through. */
  private static final Duration NEAR = INTERVAL.plusSeconds(1 + 5);

  private final ServiceFixture fixture = new ServiceFixture();
  private final TestNode node = new TestNode(fixture).polled();

  @Test
  void tokenInUseIsWrittenOncePerInterval() throws Exception {
    IssuedToken token = fixture.issueSession();
    for (int i = 0; i < 5 * INTERVAL.toSeconds(); i++) {
      node.use(token);
      node.run(1);
    }
    assertThat(node.renewCount()).isEqualTo(5);
    assertThat(node.findCount()).isEqualTo(1);
  }

  @Test
  void renewalIsReportedWithTheDetailsAsAmended() throws Exception {
    List<Set<String>> reported = new ArrayList<>();
    node.service.addListener(
        new TokenListener() {
          @Override
          public void tokenRenewed(TokenRecord record) {
            reported.add(record.roles());
          }
        });
    IssuedToken token = fixture.issueSession();
    node.use(token);
    node.service.sessions().setRoles(token.record().id(), Set.of("payer"));
    node.use(token);
    node.run(INTERVAL.toSeconds());

    assertThat(reported).containsExactly(Set.of("payer"));
  }

  @Test
  void neverWritesATokenTwiceWithinAnInterval() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.run(1);
    node.use(token);
    node.run(INTERVAL.toSeconds());
    assertThat(node.renewCount()).isEqualTo(1);

    node.use(token);
    node.run(INTERVAL.toSeconds() - 2);
    assertThat(node.renewCount()).isEqualTo(1);
    node.run(1);
    assertThat(node.renewCount()).isEqualTo(2);
  }

  /** The bound is the loss of a node that is killed. */
  @Test
  void storeLagsAtMostOneIntervalAndOneTick() throws Exception {
    IssuedToken token = fixture.issueSession();
    for (int i = 0; i < 100; i++) {
      Instant used = fixture.clock.instant();
      node.use(token);
      node.run(1 + i % 7);
      assertThat(fixture.stored(token.record().id()).lastUsedAt())
          .isAfterOrEqualTo(used.minus(INTERVAL).minus(SECOND));
    }
  }

  @Test
  void useAfterAPauseIsWrittenWithTheNextTick() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.run(5 * 60);
    Instant used = fixture.clock.instant();
    node.use(token);
    node.run(1);

    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isEqualTo(used);
    assertThat(fixture.stored(token.record().id()).idleExpiresAt())
        .isEqualTo(used.plus(SESSION_IDLE));
  }

  @Test
  void useNearTheAcknowledgedDeadlineIsWrittenByItsRequest() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.advanceAndPoll(SESSION_IDLE.minus(NEAR));
    node.use(token);
    assertThat(node.renewCount()).isZero();

    node.advance(MILLI);
    node.use(token);
    assertThat(node.renewCount()).isEqualTo(1);
    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isEqualTo(fixture.clock.instant());

    node.use(token);
    assertThat(node.renewCount()).isEqualTo(1);
  }

  /** The clocks of the nodes agree to 5 s. */
  @ParameterizedTest
  @CsvSource({"0", "5000"})
  void tokenInUseHereIsAcceptedElsewhere(long aheadMillis) throws Exception {
    Duration ahead = Duration.ofMillis(aheadMillis);
    IssuedToken token = fixture.issueSession();
    for (Duration pause : pauses()) {
      Instant used = fixture.clock.instant();
      node.use(token);
      for (int i = 0; i < pause.toSeconds(); i++) {
        node.run(1);
        if (fixture.clock.instant().plus(ahead).isBefore(used.plus(SESSION_IDLE))) {
          assertThat(
                  fixture.stored(token.record().id()).liveAt(fixture.clock.instant().plus(ahead)))
              .isTrue();
        }
      }
    }
  }

  private static List<Duration> pauses() {
    List<Duration> pauses = new ArrayList<>();
    for (Duration pause :
        List.of(NEAR, NEAR.plusSeconds(1), NEAR.minusSeconds(1), INTERVAL, Duration.ofSeconds(6))) {
      pauses.add(SECOND);
      pauses.add(SESSION_IDLE.minus(pause));
    }
    return pauses;
  }

  @Test
  void parentNearItsDeadlineIsWrittenWithItsSession() throws Exception {
    IssuedToken user = fixture.issueUser();
    node.advance(USER_IDLE.minus(NEAR).plus(MILLI));
    // The session was opened on another node just now, so only the user token is near its deadline.
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    node.service.pollRevocations();

    node.service.renew(
        node.service.useSession(node.validate(user), session.value(), ServiceFixture.CLIENT));

    assertThat(node.renewCount()).isEqualTo(1);
    Instant until = fixture.clock.instant().plus(USER_IDLE);
    assertThat(fixture.stored(session.tokenId()).idleExpiresAt()).isEqualTo(until);
    assertThat(fixture.stored(user.record().id()).idleExpiresAt()).isEqualTo(until);
  }

  /** The user token has its own turn, and its lag is at most the loss of a node that is killed. */
  @Test
  void userTokenOutlivesItsSessionWithinAnInterval() throws Exception {
    IssuedToken user = fixture.issueUser();
    List<SessionId> sessions = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sessions.add(fixture.service.openSession(fixture.validate(user)).id());
    }
    for (int i = 0; i < 200; i++) {
      SessionId session = sessions.get(i % sessions.size());
      node.service.renew(
          node.service.useSession(node.validate(user), session.value(), ServiceFixture.CLIENT));
      node.run(7);
      Instant renewed = fixture.stored(user.record().id()).lastUsedAt();
      for (SessionId each : sessions) {
        assertThat(fixture.stored(each.tokenId()).lastUsedAt())
            .isBeforeOrEqualTo(renewed.plus(INTERVAL));
      }
    }
    node.run(INTERVAL.toSeconds());
    Instant until = fixture.stored(user.record().id()).idleExpiresAt();
    for (SessionId each : sessions) {
      assertThat(fixture.stored(each.tokenId()).idleExpiresAt()).isBeforeOrEqualTo(until);
    }
  }

  @Test
  void userTokenOfManySessionsIsWrittenOncePerInterval() throws Exception {
    IssuedToken user = fixture.issueUser();
    List<SessionId> sessions = new ArrayList<>();
    Set<Instant> written = new HashSet<>();
    int intervals = 5;
    for (int second = 0; second < intervals * INTERVAL.toSeconds(); second++) {
      if (second % 7 == 0 && sessions.size() < 4) {
        sessions.add(fixture.service.openSession(fixture.validate(user)).id());
      }
      for (SessionId session : sessions) {
        node.service.renew(
            node.service.useSession(node.validate(user), session.value(), ServiceFixture.CLIENT));
      }
      node.run(1);
      written.add(fixture.stored(user.record().id()).lastUsedAt());
    }
    written.remove(user.record().issuedAt());
    assertThat(written).hasSize(intervals);
  }

  @Test
  void sessionAndUserTokenAreWrittenOncePerInterval() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId session = fixture.service.openSession(fixture.validate(user)).id();
    for (int i = 0; i < 5 * INTERVAL.toSeconds(); i++) {
      node.service.renew(
          node.service.useSession(node.validate(user), session.value(), ServiceFixture.CLIENT));
      node.run(1);
    }
    assertThat(node.renewCount()).isEqualTo(5);
  }

  @Test
  void oneStatementWritesAThousandTokens() throws Exception {
    useMany(1_000);
    assertThat(node.renewCount()).isEqualTo(1);
  }

  private void useMany(int number) throws Exception {
    List<IssuedToken> tokens = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      tokens.add(fixture.issueSession());
    }
    node.run(INTERVAL.toSeconds());
    for (IssuedToken token : tokens) {
      node.use(token);
    }
    node.run(1);
    for (IssuedToken token : tokens) {
      assertThat(fixture.stored(token.record().id()).lastUsedAt())
          .isAfter(token.record().issuedAt());
    }
  }

  @Test
  void batchHasAtMostAThousandAndSkippedTokensComeLast() {
    RenewalBuffer buffer =
        new RenewalBuffer(new TokenCache(), new CachePolicy(LAG, INTERVAL, SECOND));
    Instant start = fixture.clock.instant();
    Instant used = start.plus(INTERVAL);
    for (int i = 0; i < 2_500; i++) {
      buffer.offer(used(i, start, used), used);
    }

    List<TokenId> order = due(buffer, used, 0);

    assertThat(order).hasSize(2_500).doesNotHaveDuplicates();
    assertThat(due(buffer, used, 1_000))
        .isEqualTo(Stream.concat(order.stream().skip(1_000), order.stream().limit(1_000)).toList());
    assertThat(due(buffer, used, 3_000))
        .isEqualTo(Stream.concat(order.stream().skip(500), order.stream().limit(500)).toList());
  }

  private static List<TokenId> due(RenewalBuffer buffer, Instant now, int skipped) {
    List<List<RenewalToWrite>> batches = buffer.collectDue(now, false, skipped);
    assertThat(batches).extracting(List::size).containsExactly(1_000, 1_000, 500);
    return batches.stream().flatMap(List::stream).map(toWrite -> toWrite.renewal().id()).toList();
  }

  private static TokenId id(int number) {
    return TokenId.of(ByteBuffer.allocate(TokenId.LENGTH).putInt(number).putInt(number).array());
  }

  private static ActiveToken used(int number, Instant issued, Instant used) {
    TokenRecord record =
        TokenRecord.builder(id(number), TokenKind.USER, "alice", issued)
            .idleTimeout(USER_IDLE)
            .build();
    return new ActiveToken(record, null, used, false, record.roles());
  }

  @Test
  void sessionAndUserTokenAreInOneBatch() {
    RenewalBuffer buffer =
        new RenewalBuffer(new TokenCache(), new CachePolicy(LAG, INTERVAL, SECOND));
    Instant start = fixture.clock.instant();
    Instant used = start.plus(INTERVAL);
    for (int i = 0; i < 1_200; i++) {
      ActiveToken user = used(i, start, used);
      TokenRecord session =
          TokenRecord.builder(id(-1 - i), TokenKind.SESSION, "alice", start)
              .parent(user.record().id())
              .idleTimeout(USER_IDLE)
              .build();
      buffer.offer(user.withSession(session), used);
    }

    List<List<RenewalToWrite>> batches = buffer.collectDue(used, false, 0);

    assertThat(batches).hasSize(3);
    for (List<RenewalToWrite> batch : batches) {
      Set<TokenId> ids = new HashSet<>();
      batch.forEach(toWrite -> ids.add(toWrite.renewal().id()));
      assertThat(batch)
          .extracting(toWrite -> toWrite.pending().parent())
          .filteredOn(Objects::nonNull)
          .hasSize(batch.size() / 2)
          .allMatch(ids::contains);
    }
  }

  @Test
  void useIsNotUrgentIfTheStoreHasALaterDeadline() {
    RenewalBuffer buffer =
        new RenewalBuffer(new TokenCache(), new CachePolicy(LAG, INTERVAL, SECOND));
    Instant start = fixture.clock.instant();
    Instant late = start.plus(USER_IDLE).minus(SECOND);
    ActiveToken used = used(1, start, late);
    assertThat(buffer.offer(used, late)).isFalse();

    TokenRecord record = used.record();
    buffer.withLatestUse(record.renewed(new Renewal(record.id(), late, late.plus(USER_IDLE))));

    assertThat(buffer.offer(used, late)).isTrue();
  }

  @Test
  void failedBatchIsRetriedWithTheNextTick() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.run(INTERVAL.toSeconds());
    Instant used = fixture.clock.instant();
    node.use(token);
    node.store.failBefore(Call.RENEW, 1);
    node.store.failAfter(Call.RENEW, 2);
    node.listener.events();
    node.run(2);
    assertThat(node.renewCount()).isEqualTo(2);
    assertThat(node.listener.events()).isEmpty();

    node.run(1);
    assertThat(node.renewCount()).isEqualTo(3);
    assertThat(node.listener.events()).containsExactly("renewed " + token.record().id());
    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isEqualTo(used);
    node.run(2 * INTERVAL.toSeconds());
    assertThat(node.renewCount()).isEqualTo(3);
  }

  @Test
  void failingBatchDoesNotBlockTheOthers() throws Exception {
    List<IssuedToken> tokens = new ArrayList<>();
    for (int i = 0; i < RenewalBuffer.BATCH_SIZE + 10; i++) {
      tokens.add(fixture.issueSession());
    }
    node.run(INTERVAL.toSeconds());
    for (IssuedToken token : tokens) {
      node.use(token);
    }
    node.store.failBefore(Call.RENEW, 1);
    node.store.failBefore(Call.RENEW, 3);
    node.run(2);

    assertThat(
            tokens.stream()
                .filter(
                    token ->
                        fixture
                            .stored(token.record().id())
                            .lastUsedAt()
                            .isAfter(token.record().issuedAt())))
        .hasSizeGreaterThanOrEqualTo(10);
    node.run(1);
    for (IssuedToken token : tokens) {
      assertThat(fixture.stored(token.record().id()).lastUsedAt())
          .isAfter(token.record().issuedAt());
    }
  }

  /** A failed batch is tried last the next time, whatever the cause in the store. */
  @Test
  void failingTokenBlocksOnlyItsBatch() throws Exception {
    TokenStore choosy = mock(TokenStore.class, delegatesTo(fixture.memory));
    AtomicReference<TokenId> refused = new AtomicReference<>();
    doAnswer(
            call -> {
              Collection<Renewal> renewals = call.getArgument(0);
              refused.compareAndSet(null, renewals.iterator().next().id());
              if (renewals.stream().anyMatch(each -> Objects.equals(each.id(), refused.get()))) {
                throw new TokenStoreException("not this one", null, true);
              }
              return fixture.memory.renew(renewals, call.getArgument(1));
            })
        .when(choosy)
        .renew(any(), any());
    TestNode other = new TestNode(fixture, choosy, LAG).polled();
    List<IssuedToken> tokens = new ArrayList<>();
    for (int i = 0; i < 2 * RenewalBuffer.BATCH_SIZE; i++) {
      tokens.add(fixture.issueSession());
    }
    other.run(INTERVAL.toSeconds());
    for (IssuedToken token : tokens) {
      other.use(token);
    }
    other.run(2);

    assertThat(tokens)
        .filteredOn(
            token ->
                fixture.stored(token.record().id()).lastUsedAt().isAfter(token.record().issuedAt()))
        .hasSize(RenewalBuffer.BATCH_SIZE);
  }

  @Test
  void anotherThreadMayWriteTheNextTime() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.use(token);
    Thread first = new Thread(node.service::flushRenewals);
    first.start();
    first.join();
    node.advance(INTERVAL);
    node.service.pollRevocations();
    Instant used = node.use(token).usedAt();
    node.service.flushRenewals();

    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isEqualTo(used);
  }

  /** Clause S5: a use that the store did not accept in time is lost, and is no revocation. */
  @Test
  void lateWriteIsLostAndRevivesNothing() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.advanceAndPoll(Duration.ofMinutes(20));
    node.use(token);
    node.store.failAll();
    node.run(Duration.ofMinutes(10).toSeconds());
    node.store.clearFaults();
    node.run(2);

    assertRejected(Rejection.EXPIRED, () -> node.validate(token));
    assertThat(fixture.stored(token.record().id()).revocation()).isNull();
    assertThat(fixture.stored(token.record().id()).lastUsedAt())
        .isEqualTo(token.record().lastUsedAt());
  }

  @Test
  void tokenThatTheStoreDidNotRenewLeavesTheCache() throws Exception {
    IssuedToken token = fixture.issueSession();
    TokenStore deaf = mock(TokenStore.class, delegatesTo(fixture.memory));
    doAnswer(call -> new Changes(true, List.of(), "0", false, fixture.clock.instant()))
        .when(deaf)
        .changes(anyInt(), any(), anyInt());
    TestNode missing = new TestNode(fixture, deaf, LAG).polled();
    missing.run(INTERVAL.toSeconds());
    missing.use(token);
    missing.revokeElsewhere(token);
    missing.validate(token);

    missing.run(1);

    assertRejected(Rejection.CLOSED, () -> missing.validate(token));
  }

  @Test
  void lastUseOfAnOpenTokenIsWrittenOnceAMinute() throws Exception {
    IssuedToken token = fixture.issueOpen(Duration.ZERO);
    for (int i = 0; i < 5 * 60; i++) {
      node.use(token);
      node.run(1);
    }
    assertThat(node.renewCount()).isBetween(4, 5);
    assertThat(fixture.stored(token.record().id()).lastUsedAt())
        .isAfter(fixture.clock.instant().minus(MINUTE).minus(SECOND));
  }

  @Test
  void aPassiveUseIsNotWritten() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.run(INTERVAL.toSeconds());
    node.service.renew(node.validate(token).asPassive());
    node.run(INTERVAL.toSeconds());

    assertThat(node.renewCount()).isZero();
  }

  @Test
  void shutdownWritesPendingRenewals() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.run(3);
    Instant used = fixture.clock.instant();
    node.use(token);
    assertThat(node.renewCount()).isZero();

    node.service.shutdown();

    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isEqualTo(used);
    node.service.shutdown();
    assertThat(node.renewCount()).isEqualTo(1);
  }

  @Test
  void renewalIsReportedOnceItIsStored() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.run(1);
    node.listener.events();
    node.use(token);
    node.use(token);
    assertThat(node.listener.events()).isEmpty();

    node.run(INTERVAL.toSeconds());
    assertThat(node.listener.events()).containsExactly("renewed " + token.record().id());
  }

  /** A keep-alive is in the store before its answer, and in the cache. */
  @Test
  void keepAliveIsWrittenAtOnce() throws Exception {
    IssuedToken token = fixture.issueSession();
    ActiveToken used = node.validate(token);
    node.run(1);
    node.service.keepAlive(node.validate(token));
    assertThat(node.renewCount()).isEqualTo(1);
    Instant until = fixture.clock.instant().plus(SESSION_IDLE);
    assertThat(fixture.stored(token.record().id()).idleExpiresAt()).isEqualTo(until);

    node.advanceAndPoll(SESSION_IDLE.minus(MILLI));
    assertThat(node.validate(token).record().idleExpiresAt()).isEqualTo(until);
    assertThat(node.findCount()).isEqualTo(1);
    assertThat(used.record().id()).isEqualTo(token.record().id());
  }

  @Test
  void aSecondTabIsWrittenAtOnce() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.run(1);
    node.service.issueSession(
        ServiceFixture.ALICE,
        Duration.ZERO,
        ServiceFixture.CLIENT,
        java.util.Set.of(ServiceFixture.sessionIdOf(token)));

    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isEqualTo(fixture.clock.instant());
  }

  @Test
  void useBeyondTheBudgetIsWrittenAtOnce() throws Exception {
    TokenCache cache = new TokenCache();
    RenewalBuffer buffer = new RenewalBuffer(cache, new CachePolicy(LAG, INTERVAL, SECOND), 1);
    IssuedToken first = fixture.issueSession();
    IssuedToken second = fixture.issueSession();

    assertThat(buffer.offer(fixture.validate(first), fixture.clock.instant())).isTrue();
    assertThat(buffer.offer(fixture.validate(second), fixture.clock.instant())).isFalse();
    assertThat(buffer.offer(fixture.validate(first), fixture.clock.instant())).isTrue();
    assertThat(buffer.size()).isEqualTo(1);
  }

  @Test
  void writtenAndIdleUseIsRemoved() throws Exception {
    TokenCache cache = new TokenCache();
    RenewalBuffer buffer = new RenewalBuffer(cache, new CachePolicy(LAG, INTERVAL, SECOND));
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(INTERVAL);
    buffer.offer(fixture.validate(token), fixture.clock.instant());
    buffer.acknowledge(
        buffer.collectDue(fixture.clock.instant(), false, 0).get(0).get(0).renewal(),
        fixture.clock.instant());
    fixture.clock.move(INTERVAL.minus(MILLI));
    assertThat(buffer.collectDue(fixture.clock.instant(), false, 0)).isEmpty();
    assertThat(buffer.size()).isEqualTo(1);
    fixture.clock.move(MILLI);
    buffer.collectDue(fixture.clock.instant(), false, 0);

    assertThat(buffer.size()).isZero();
  }

  @Test
  void useFailedInItsRequestWaitsForTheNextTick() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.advanceAndPoll(SESSION_IDLE.minus(SECOND.multipliedBy(5)));
    ActiveToken used = node.validate(token);
    node.store.failBefore(Call.RENEW, 1);
    org.assertj.core.api.Assertions.assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> node.service.renew(used));
    node.run(1);

    assertThat(fixture.stored(token.record().id()).lastUsedAt()).isEqualTo(used.usedAt());
  }

  @ParameterizedTest
  @CsvSource({"PT30M,PT30S", "PT15M,PT15S", "PT1M,PT1S", "PT10S,PT1S", "P1D,PT24M"})
  void intervalIsASixtiethOfTheIdleTimeout(Duration idleTimeout, Duration interval) {
    assertThat(new CachePolicy(LAG, null, SECOND).renewalIntervalFor(idleTimeout))
        .isEqualTo(interval);
    assertThat(new CachePolicy(LAG, MINUTE, SECOND).renewalIntervalFor(idleTimeout))
        .isEqualTo(MINUTE);
  }

  @Test
  void storeFailureIsLoggedOnce() throws Exception {
    TokenStore broken = mock(TokenStore.class, delegatesTo(fixture.memory));
    doThrow(new TokenStoreException("down", null, true)).when(broken).renew(any(), any());
    TestNode failing = new TestNode(fixture, broken, LAG).polled();
    try (org.tokenfilter.testsupport.LogLines log =
        new org.tokenfilter.testsupport.LogLines(
            TokenRenewer.class.getName(), ch.qos.logback.classic.Level.INFO)) {
      failing.run(INTERVAL.toSeconds());
      failing.use(fixture.issueSession());
      failing.use(fixture.issueSession());
      failing.run(INTERVAL.toSeconds() + 5);

      assertThat(log.lines()).hasSize(1);
    }
    verify(broken, times(failing.renewCount())).renew(any(), any());
  }

  /** The id of an unknown token causes no write. */
  @Test
  void locallyRevokedTokenIsNotWritten() throws Exception {
    IssuedToken token = fixture.issueSession();
    node.run(1);
    node.use(token);
    TokenId id = token.record().id();
    node.service.revoke(id);
    node.run(2 * INTERVAL.toSeconds());

    assertThat(node.renewCount()).isZero();
  }
}
