package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.LiveNode.INTERVAL;
import static org.tokenfilter.service.LiveNode.LAG;
import static org.tokenfilter.service.LiveNode.SECOND;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.USER_IDLE;

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

  private final Scene scene = new Scene();
  private final LiveNode node = new LiveNode(scene).polled();

  @Test
  void aTokenInUseIsWrittenOnceInAnInterval() throws Exception {
    IssuedToken token = scene.session();
    for (int i = 0; i < 5 * INTERVAL.toSeconds(); i++) {
      node.use(token);
      node.live(1);
    }
    assertThat(node.renewals()).isEqualTo(5);
    assertThat(node.finds()).isEqualTo(1);
  }

  @Test
  void nothingIsWrittenTwiceWithinAnIntervalWheneverItIsUsed() throws Exception {
    IssuedToken token = scene.session();
    node.live(1);
    node.use(token);
    node.live(INTERVAL.toSeconds());
    assertThat(node.renewals()).isEqualTo(1);

    node.use(token);
    node.live(INTERVAL.toSeconds() - 2);
    assertThat(node.renewals()).isEqualTo(1);
    node.live(1);
    assertThat(node.renewals()).isEqualTo(2);
  }

  /** The bound is the loss of a node that is killed. */
  @Test
  void theStoreIsBehindByNoMoreThanAnIntervalAndATick() throws Exception {
    IssuedToken token = scene.session();
    for (int i = 0; i < 100; i++) {
      Instant used = scene.clock.instant();
      node.use(token);
      node.live(1 + i % 7);
      assertThat(scene.stored(token.record().id()).lastUsedAt())
          .isAfterOrEqualTo(used.minus(INTERVAL).minus(SECOND));
    }
  }

  @Test
  void afterAPauseAUseIsWrittenWithTheNextTick() throws Exception {
    IssuedToken token = scene.session();
    node.live(5 * 60);
    Instant used = scene.clock.instant();
    node.use(token);
    node.live(1);

    assertThat(scene.stored(token.record().id()).lastUsedAt()).isEqualTo(used);
    assertThat(scene.stored(token.record().id()).idleExpiresAt())
        .isEqualTo(used.plus(SESSION_IDLE));
  }

  @Test
  void aUseNearTheAcknowledgedDeadlineIsWrittenAtTheEndOfItsRequest() throws Exception {
    IssuedToken token = scene.session();
    node.rest(SESSION_IDLE.minus(NEAR));
    node.use(token);
    assertThat(node.renewals()).isZero();

    node.pass(MILLI);
    node.use(token);
    assertThat(node.renewals()).isEqualTo(1);
    assertThat(scene.stored(token.record().id()).lastUsedAt()).isEqualTo(scene.clock.instant());

    node.use(token);
    assertThat(node.renewals()).isEqualTo(1);
  }

  /** The clocks of the nodes agree to 5 s. */
  @ParameterizedTest
  @CsvSource({"0", "5000"})
  void noTokenThatIsInUseHereIsRefusedElsewhere(long aheadMillis) throws Exception {
    Duration ahead = Duration.ofMillis(aheadMillis);
    IssuedToken token = scene.session();
    for (Duration pause : pauses()) {
      Instant used = scene.clock.instant();
      node.use(token);
      for (int i = 0; i < pause.toSeconds(); i++) {
        node.live(1);
        if (scene.clock.instant().plus(ahead).isBefore(used.plus(SESSION_IDLE))) {
          assertThat(scene.stored(token.record().id()).liveAt(scene.clock.instant().plus(ahead)))
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
  void whereTheParentsDeadlineIsNearItIsWrittenThroughWithItsSession() throws Exception {
    IssuedToken user = scene.user();
    node.pass(USER_IDLE.minus(NEAR).plus(MILLI));
    // The session was opened on another node just now, so only the user token is near its deadline.
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    node.service.pollRevocations();

    node.service.renew(node.service.useSession(node.validate(user), session.value(), Scene.CLIENT));

    assertThat(node.renewals()).isEqualTo(1);
    Instant until = scene.clock.instant().plus(USER_IDLE);
    assertThat(scene.stored(session.tokenId()).idleExpiresAt()).isEqualTo(until);
    assertThat(scene.stored(user.record().id()).idleExpiresAt()).isEqualTo(until);
  }

  /** The user token has its own turn, and its lag is at most the loss of a node that is killed. */
  @Test
  void aUserTokenIsRenewedToAtLeastItsSessionsDeadlineWithinAnInterval() throws Exception {
    IssuedToken user = scene.user();
    List<SessionId> sessions = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sessions.add(scene.service.openSession(scene.validate(user)).id());
    }
    for (int i = 0; i < 200; i++) {
      SessionId session = sessions.get(i % sessions.size());
      node.service.renew(
          node.service.useSession(node.validate(user), session.value(), Scene.CLIENT));
      node.live(7);
      Instant renewed = scene.stored(user.record().id()).lastUsedAt();
      for (SessionId each : sessions) {
        assertThat(scene.stored(each.tokenId()).lastUsedAt())
            .isBeforeOrEqualTo(renewed.plus(INTERVAL));
      }
    }
    node.live(INTERVAL.toSeconds());
    Instant until = scene.stored(user.record().id()).idleExpiresAt();
    for (SessionId each : sessions) {
      assertThat(scene.stored(each.tokenId()).idleExpiresAt()).isBeforeOrEqualTo(until);
    }
  }

  @Test
  void aUserTokenIsWrittenOnceInAnIntervalHoweverManyOfItsSessionsAreInUse() throws Exception {
    IssuedToken user = scene.user();
    List<SessionId> sessions = new ArrayList<>();
    Set<Instant> written = new HashSet<>();
    int intervals = 5;
    for (int second = 0; second < intervals * INTERVAL.toSeconds(); second++) {
      if (second % 7 == 0 && sessions.size() < 4) {
        sessions.add(scene.service.openSession(scene.validate(user)).id());
      }
      for (SessionId session : sessions) {
        node.service.renew(
            node.service.useSession(node.validate(user), session.value(), Scene.CLIENT));
      }
      node.live(1);
      written.add(scene.stored(user.record().id()).lastUsedAt());
    }
    written.remove(user.record().issuedAt());
    assertThat(written).hasSize(intervals);
  }

  @Test
  void aSessionAndItsUserTokenAreWrittenOnceInAnInterval() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    for (int i = 0; i < 5 * INTERVAL.toSeconds(); i++) {
      node.service.renew(
          node.service.useSession(node.validate(user), session.value(), Scene.CLIENT));
      node.live(1);
    }
    assertThat(node.renewals()).isEqualTo(5);
  }

  @Test
  void oneStatementWritesAThousandTokens() throws Exception {
    useMany(1_000);
    assertThat(node.renewals()).isEqualTo(1);
  }

  private void useMany(int number) throws Exception {
    List<IssuedToken> tokens = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      tokens.add(scene.session());
    }
    node.live(INTERVAL.toSeconds());
    for (IssuedToken token : tokens) {
      node.use(token);
    }
    node.live(1);
    for (IssuedToken token : tokens) {
      assertThat(scene.stored(token.record().id()).lastUsedAt()).isAfter(token.record().issuedAt());
    }
  }

  @Test
  void noBatchIsLargerThanAThousandAndWhatIsSkippedComesLast() {
    RenewalBuffer buffer =
        new RenewalBuffer(new TokenCache(), new CachePolicy(LAG, INTERVAL, SECOND));
    Instant start = scene.clock.instant();
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
  void aSessionAndItsUserTokenAreInOneBatch() {
    RenewalBuffer buffer =
        new RenewalBuffer(new TokenCache(), new CachePolicy(LAG, INTERVAL, SECOND));
    Instant start = scene.clock.instant();
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
  void aUseIsNotUrgentWhereTheStoreKnowsOfALaterDeadline() {
    RenewalBuffer buffer =
        new RenewalBuffer(new TokenCache(), new CachePolicy(LAG, INTERVAL, SECOND));
    Instant start = scene.clock.instant();
    Instant late = start.plus(USER_IDLE).minus(SECOND);
    ActiveToken used = used(1, start, late);
    assertThat(buffer.offer(used, late)).isFalse();

    TokenRecord record = used.record();
    buffer.withLatestUse(record.renewed(new Renewal(record.id(), late, late.plus(USER_IDLE))));

    assertThat(buffer.offer(used, late)).isTrue();
  }

  @Test
  void aBatchThatFailsIsTriedAgainWithTheNextTick() throws Exception {
    IssuedToken token = scene.session();
    node.live(INTERVAL.toSeconds());
    Instant used = scene.clock.instant();
    node.use(token);
    node.store.failBefore(Call.RENEW, 1);
    node.store.failAfter(Call.RENEW, 2);
    node.heard.events();
    node.live(2);
    assertThat(node.renewals()).isEqualTo(2);
    assertThat(node.heard.events()).isEmpty();

    node.live(1);
    assertThat(node.renewals()).isEqualTo(3);
    assertThat(node.heard.events()).containsExactly("renewed " + token.record().id());
    assertThat(scene.stored(token.record().id()).lastUsedAt()).isEqualTo(used);
    node.live(2 * INTERVAL.toSeconds());
    assertThat(node.renewals()).isEqualTo(3);
  }

  @Test
  void oneBatchThatAlwaysFailsDoesNotHoldUpTheOthers() throws Exception {
    List<IssuedToken> tokens = new ArrayList<>();
    for (int i = 0; i < RenewalBuffer.BATCH_SIZE + 10; i++) {
      tokens.add(scene.session());
    }
    node.live(INTERVAL.toSeconds());
    for (IssuedToken token : tokens) {
      node.use(token);
    }
    node.store.failBefore(Call.RENEW, 1);
    node.store.failBefore(Call.RENEW, 3);
    node.live(2);

    assertThat(
            tokens.stream()
                .filter(
                    token ->
                        scene
                            .stored(token.record().id())
                            .lastUsedAt()
                            .isAfter(token.record().issuedAt())))
        .hasSizeGreaterThanOrEqualTo(10);
    node.live(1);
    for (IssuedToken token : tokens) {
      assertThat(scene.stored(token.record().id()).lastUsedAt()).isAfter(token.record().issuedAt());
    }
  }

  /** A failed batch is tried last the next time, whatever the cause in the store. */
  @Test
  void oneTokenThatIsNeverTakenHoldsUpNoMoreThanItsBatch() throws Exception {
    TokenStore choosy = mock(TokenStore.class, delegatesTo(scene.memory));
    AtomicReference<TokenId> refused = new AtomicReference<>();
    doAnswer(
            call -> {
              Collection<Renewal> renewals = call.getArgument(0);
              refused.compareAndSet(null, renewals.iterator().next().id());
              if (renewals.stream().anyMatch(each -> Objects.equals(each.id(), refused.get()))) {
                throw new TokenStoreException("not this one", null, true);
              }
              return scene.memory.renew(renewals, call.getArgument(1));
            })
        .when(choosy)
        .renew(any(), any());
    LiveNode other = new LiveNode(scene, choosy, LAG).polled();
    List<IssuedToken> tokens = new ArrayList<>();
    for (int i = 0; i < 2 * RenewalBuffer.BATCH_SIZE; i++) {
      tokens.add(scene.session());
    }
    other.live(INTERVAL.toSeconds());
    for (IssuedToken token : tokens) {
      other.use(token);
    }
    other.live(2);

    assertThat(tokens)
        .filteredOn(
            token ->
                scene.stored(token.record().id()).lastUsedAt().isAfter(token.record().issuedAt()))
        .hasSize(RenewalBuffer.BATCH_SIZE);
  }

  @Test
  void anotherThreadMayWriteTheNextTime() throws Exception {
    IssuedToken token = scene.session();
    node.use(token);
    Thread first = new Thread(node.service::flushRenewals);
    first.start();
    first.join();
    node.pass(INTERVAL);
    node.service.pollRevocations();
    Instant used = node.use(token).usedAt();
    node.service.flushRenewals();

    assertThat(scene.stored(token.record().id()).lastUsedAt()).isEqualTo(used);
  }

  /** Clause S5: a use that the store did not accept in time is lost, and is no revocation. */
  @Test
  void whatCouldNotBeWrittenInTimeIsLostAndRevivesNothing() throws Exception {
    IssuedToken token = scene.session();
    node.rest(Duration.ofMinutes(20));
    node.use(token);
    node.store.failAll();
    node.live(Duration.ofMinutes(10).toSeconds());
    node.store.clearFaults();
    node.live(2);

    assertRefused(Rejection.EXPIRED, () -> node.validate(token));
    assertThat(scene.stored(token.record().id()).revocation()).isNull();
    assertThat(scene.stored(token.record().id()).lastUsedAt())
        .isEqualTo(token.record().lastUsedAt());
  }

  @Test
  void whatTheStoreDidNotRenewLeavesMemory() throws Exception {
    IssuedToken token = scene.session();
    TokenStore deaf = mock(TokenStore.class, delegatesTo(scene.memory));
    org.mockito.Mockito.doAnswer(
            call ->
                new org.tokenfilter.store.RecentRevocations(
                    java.util.Set.of(), true, scene.clock.instant()))
        .when(deaf)
        .revokedWithin(any(), org.mockito.ArgumentMatchers.anyInt());
    LiveNode missing = new LiveNode(scene, deaf, LAG).polled();
    missing.live(INTERVAL.toSeconds());
    missing.use(token);
    missing.endElsewhere(token);
    missing.validate(token);

    missing.live(1);

    assertRefused(Rejection.CLOSED, () -> missing.validate(token));
  }

  @Test
  void theLastUseOfAnOpenTokenIsWrittenOnceAMinute() throws Exception {
    IssuedToken token = scene.open(Duration.ZERO);
    for (int i = 0; i < 5 * 60; i++) {
      node.use(token);
      node.live(1);
    }
    assertThat(node.renewals()).isBetween(4, 5);
    assertThat(scene.stored(token.record().id()).lastUsedAt())
        .isAfter(scene.clock.instant().minus(MINUTE).minus(SECOND));
  }

  @Test
  void aPassiveUseIsNotWritten() throws Exception {
    IssuedToken token = scene.session();
    node.live(INTERVAL.toSeconds());
    node.service.renew(node.validate(token).asPassive());
    node.live(INTERVAL.toSeconds());

    assertThat(node.renewals()).isZero();
  }

  @Test
  void stoppingWritesWhatWaits() throws Exception {
    IssuedToken token = scene.session();
    node.live(3);
    Instant used = scene.clock.instant();
    node.use(token);
    assertThat(node.renewals()).isZero();

    node.service.shutdown();

    assertThat(scene.stored(token.record().id()).lastUsedAt()).isEqualTo(used);
    node.service.shutdown();
    assertThat(node.renewals()).isEqualTo(1);
  }

  @Test
  void aRenewalIsHeardWhenTheStoreHasIt() throws Exception {
    IssuedToken token = scene.session();
    node.live(1);
    node.heard.events();
    node.use(token);
    node.use(token);
    assertThat(node.heard.events()).isEmpty();

    node.live(INTERVAL.toSeconds());
    assertThat(node.heard.events()).containsExactly("renewed " + token.record().id());
  }

  /** A keep-alive is in the store before its answer, and in the cache. */
  @Test
  void keepAliveIsWrittenAtOnce() throws Exception {
    IssuedToken token = scene.session();
    ActiveToken used = node.validate(token);
    node.live(1);
    node.service.keepAlive(node.validate(token));
    assertThat(node.renewals()).isEqualTo(1);
    Instant until = scene.clock.instant().plus(SESSION_IDLE);
    assertThat(scene.stored(token.record().id()).idleExpiresAt()).isEqualTo(until);

    node.rest(SESSION_IDLE.minus(MILLI));
    assertThat(node.validate(token).record().idleExpiresAt()).isEqualTo(until);
    assertThat(node.finds()).isEqualTo(1);
    assertThat(used.record().id()).isEqualTo(token.record().id());
  }

  @Test
  void aSecondTabIsWrittenAtOnce() throws Exception {
    IssuedToken token = scene.session();
    node.live(1);
    node.service.issueSession(
        Scene.ALICE, Duration.ZERO, Scene.CLIENT, java.util.Set.of(Scene.sessionIdOf(token)));

    assertThat(scene.stored(token.record().id()).lastUsedAt()).isEqualTo(scene.clock.instant());
  }

  @Test
  void whatFindsNoRoomIsWrittenAtOnce() throws Exception {
    TokenCache cache = new TokenCache();
    RenewalBuffer buffer = new RenewalBuffer(cache, new CachePolicy(LAG, INTERVAL, SECOND), 1);
    IssuedToken first = scene.session();
    IssuedToken second = scene.session();

    assertThat(buffer.offer(scene.validate(first), scene.clock.instant())).isTrue();
    assertThat(buffer.offer(scene.validate(second), scene.clock.instant())).isFalse();
    assertThat(buffer.offer(scene.validate(first), scene.clock.instant())).isTrue();
    assertThat(buffer.size()).isEqualTo(1);
  }

  @Test
  void whatIsWrittenAndRestsIsForgotten() throws Exception {
    TokenCache cache = new TokenCache();
    RenewalBuffer buffer = new RenewalBuffer(cache, new CachePolicy(LAG, INTERVAL, SECOND));
    IssuedToken token = scene.session();
    scene.clock.move(INTERVAL);
    buffer.offer(scene.validate(token), scene.clock.instant());
    buffer.acknowledge(
        buffer.collectDue(scene.clock.instant(), false, 0).get(0).get(0).renewal(),
        scene.clock.instant());
    scene.clock.move(INTERVAL.minus(MILLI));
    assertThat(buffer.collectDue(scene.clock.instant(), false, 0)).isEmpty();
    assertThat(buffer.size()).isEqualTo(1);
    scene.clock.move(MILLI);
    buffer.collectDue(scene.clock.instant(), false, 0);

    assertThat(buffer.size()).isZero();
  }

  @Test
  void whereTheStoreFailsAtTheEndOfARequestTheUseWaitsForTheNextTick() throws Exception {
    IssuedToken token = scene.session();
    node.rest(SESSION_IDLE.minus(SECOND.multipliedBy(5)));
    ActiveToken used = node.validate(token);
    node.store.failBefore(Call.RENEW, 1);
    org.assertj.core.api.Assertions.assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> node.service.renew(used));
    node.live(1);

    assertThat(scene.stored(token.record().id()).lastUsedAt()).isEqualTo(used.usedAt());
  }

  @ParameterizedTest
  @CsvSource({"PT30M,PT30S", "PT15M,PT15S", "PT1M,PT1S", "PT10S,PT1S", "P1D,PT24M"})
  void theIntervalIsASixtiethOfTheIdleTimeout(Duration idleTimeout, Duration interval) {
    assertThat(new CachePolicy(LAG, null, SECOND).renewalIntervalFor(idleTimeout))
        .isEqualTo(interval);
    assertThat(new CachePolicy(LAG, MINUTE, SECOND).renewalIntervalFor(idleTimeout))
        .isEqualTo(MINUTE);
  }

  @Test
  void aStoreThatFailsIsReportedOnce() throws Exception {
    TokenStore broken = mock(TokenStore.class, delegatesTo(scene.memory));
    doThrow(new TokenStoreException("down", null, true)).when(broken).renew(any(), any());
    LiveNode failing = new LiveNode(scene, broken, LAG).polled();
    try (org.tokenfilter.LogLines log =
        new org.tokenfilter.LogLines(
            TokenRenewer.class.getName(), ch.qos.logback.classic.Level.INFO)) {
      failing.live(INTERVAL.toSeconds());
      failing.use(scene.session());
      failing.use(scene.session());
      failing.live(INTERVAL.toSeconds() + 5);

      assertThat(log.lines()).hasSize(1);
    }
    verify(broken, times(failing.renewals())).renew(any(), any());
  }

  /** The id of an unknown token causes no write. */
  @Test
  void whatEndedHereIsNotWrittenAnyMore() throws Exception {
    IssuedToken token = scene.session();
    node.live(1);
    node.use(token);
    TokenId id = token.record().id();
    node.service.revoke(id);
    node.live(2 * INTERVAL.toSeconds());

    assertThat(node.renewals()).isZero();
  }
}
