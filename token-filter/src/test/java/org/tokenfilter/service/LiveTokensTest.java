package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.service.LiveNode.LAG;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.USER_IDLE;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;

/** The reads that a node answers from its cache, and those that it does not. */
class LiveTokensTest {

  private static final Duration MILLI = Duration.ofMillis(1);

  private final Scene scene = new Scene();
  private final LiveNode node = new LiveNode(scene).polled();

  @Test
  void aLiveTokenIsReadFromTheStoreOnce() throws Exception {
    IssuedToken token = scene.session();
    for (int i = 0; i < 100; i++) {
      node.validate(token);
    }
    assertThat(node.finds()).isEqualTo(1);
  }

  @Test
  void whatIsAnsweredFromMemoryIsWhatTheStoreHas() throws Exception {
    for (IssuedToken token :
        List.of(
            scene.session(),
            scene.open(Duration.ZERO),
            scene.open(Duration.ofHours(1)),
            scene.user(),
            scene.service.issueApiClientToken(ALICE, "live", "shop"))) {
      node.validate(token);
      ActiveToken remembered = node.validate(token);
      assertThat(remembered.record()).isEqualTo(scene.stored(token.record().id()));
    }
    assertThat(node.finds()).isEqualTo(5);
  }

  @Test
  void aKeptSessionIsReadOnceToo() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    for (int i = 0; i < 10; i++) {
      node.service.useSession(node.validate(user), session.value(), Scene.CLIENT);
    }
    assertThat(node.finds()).isEqualTo(2);
  }

  @Test
  void whatIsAbsentIsNotRememberedAndWhatHasEndedIsForAWhile() throws Exception {
    IssuedToken closed = scene.session();
    node.endElsewhere(closed);
    IssuedToken unknown =
        scene
            .over(new Scene().memory, Scene.POLICY)
            .issueOpen(ALICE, Duration.ofHours(1), Scene.CLIENT);
    for (int i = 0; i < 3; i++) {
      assertRefused(Rejection.CLOSED, () -> node.validate(closed));
      assertRefused(Rejection.UNKNOWN, () -> node.validate(unknown));
    }
    assertThat(node.finds()).isEqualTo(1 + 3);
    node.rest(RevokedTokens.TIME_TO_LIVE);
    var before = node.finds();
    assertRefused(Rejection.CLOSED, () -> node.validate(closed));
    assertThat(node.finds()).isEqualTo(before + 1);
  }

  @Test
  void aTokenIsReadAgainPastTheDeadlineThatTheStoreHasAcknowledged() throws Exception {
    IssuedToken token = scene.session();
    node.validate(token);
    renewElsewhere(token);
    node.rest(SESSION_IDLE.minus(MILLI));
    node.validate(token);
    assertThat(node.finds()).isEqualTo(1);

    node.pass(MILLI);
    node.validate(token);

    assertThat(node.finds()).isEqualTo(2);
    node.validate(token);
    assertThat(node.finds()).isEqualTo(2);
  }

  private void renewElsewhere(IssuedToken token) {
    Instant now = scene.clock.instant();
    Instant until = now.plus(SESSION_IDLE).plus(SESSION_IDLE);
    scene.memory.renew(Set.of(new Renewal(token.record().id(), now, until)), now);
  }

  @Test
  void whatTheStoreDoesNotConfirmPastThatDeadlineIsRefused() throws Exception {
    IssuedToken token = scene.session();
    node.validate(token);
    node.rest(SESSION_IDLE);

    assertRefused(Rejection.EXPIRED, () -> node.validate(token));
    assertThat(node.finds()).isEqualTo(2);
  }

  @Test
  void whereTheStoreDoesNotAnswerPastThatDeadlineNothingIsKnown() throws Exception {
    IssuedToken token = scene.session();
    node.validate(token);
    node.rest(SESSION_IDLE);
    node.store.failBefore(Call.FIND, 1);

    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> node.validate(token));
  }

  /** The use could not be written in time and is lost. */
  @Test
  void aLaterDeadlineOfTheNodesOwnDoesNotKeepATokenAlive() throws Exception {
    IssuedToken token = scene.session();
    node.rest(Duration.ofMinutes(20));
    node.use(token);
    node.store.failAll();
    node.pass(Duration.ofMinutes(10).minus(MILLI));
    node.store.clearFaults();
    node.service.pollRevocations();
    node.validate(token);
    node.pass(MILLI);

    assertRefused(Rejection.EXPIRED, () -> node.validate(token));
  }

  @Test
  void aLocalEndIsInForceAtOnce() throws Exception {
    IssuedToken token = scene.session();
    node.validate(token);

    node.service.revoke(token.record().id());

    assertRefused(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void whileALocalEndIsOnItsWayTheStoreIsRead() throws Exception {
    IssuedToken token = scene.session();
    node.validate(token);
    node.store.before(Call.REVOKE, 1, () -> accepted(token));

    node.service.revoke(token.record().id());

    assertRefused(Rejection.CLOSED, () -> node.validate(token));
    assertThat(node.finds()).isEqualTo(3);
  }

  private void accepted(IssuedToken token) {
    try {
      node.validate(token);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void afterALocalEndThatFailedTheStoreIsRead() throws Exception {
    IssuedToken before = scene.session();
    IssuedToken after = scene.session();
    node.validate(before);
    node.validate(after);
    node.store.failBefore(Call.REVOKE, 1);
    node.store.failAfter(Call.REVOKE, 2);

    for (IssuedToken token : List.of(before, after)) {
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> node.service.revoke(token.record().id()));
    }

    node.validate(before);
    assertRefused(Rejection.CLOSED, () -> node.validate(after));
    assertThat(node.finds()).isEqualTo(4);
  }

  @Test
  void sessionsEndWithTheirUserTokenAtOnce() throws Exception {
    IssuedToken user = scene.user();
    SessionId session = scene.service.openSession(scene.validate(user)).id();
    ActiveToken active = node.validate(user);
    node.service.useSession(active, session.value(), Scene.CLIENT);

    node.service.revoke(user.record().id());

    assertRefused(
        Rejection.CLOSED, () -> node.service.useSession(active, session.value(), Scene.CLIENT));
  }

  @Test
  void allTokensOfASubjectEndAtOnce() throws Exception {
    IssuedToken one = scene.session();
    IssuedToken other = scene.open(Duration.ZERO);
    node.validate(one);
    node.validate(other);

    node.service.revokeAll("alice");

    assertRefused(Rejection.CLOSED, () -> node.validate(one));
    assertRefused(Rejection.CLOSED, () -> node.validate(other));
  }

  @Test
  void aTokenThatIsRefreshedIsRefusedAtOnce() throws Exception {
    IssuedToken old = scene.service.issueApiClientToken(ALICE, "live", "shop");
    node.validate(old);

    node.validate(node.service.refresh(Scene.presented(old)));

    assertRefused(Rejection.REPLACED, () -> node.validate(old));
  }

  @Test
  void afterARefreshWhoseAnswerIsLostTheOldTokenIsReadAgain() throws Exception {
    IssuedToken old = scene.service.issueApiClientToken(ALICE, "live", "shop");
    node.validate(old);
    node.store.failAfter(Call.REPLACE, 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> node.service.refresh(Scene.presented(old)));

    assertRefused(Rejection.REPLACED, () -> node.validate(old));
  }

  @Test
  void aSlowAnswerDoesNotPutBackWhatEndedHere() throws Exception {
    IssuedToken token = scene.session();
    node.store.after(Call.FIND, 1, () -> node.service.revoke(token.record().id()));
    node.validate(token);

    assertRefused(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void aSlowAnswerDoesNotPutBackWhatEndedElsewhere() throws Exception {
    IssuedToken token = scene.session();
    node.store.after(
        Call.FIND,
        1,
        () -> {
          node.endElsewhere(token);
          node.service.pollRevocations();
        });
    node.validate(token);

    assertRefused(Rejection.CLOSED, () -> node.validate(token));
  }

  @Test
  void aSlowAnswerDoesNotOutliveTheEmptyingOfMemory() throws Exception {
    IssuedToken token = scene.session();
    node.store.after(
        Call.FIND,
        1,
        () -> {
          node.pass(RevocationFeed.MAX_GAP.plus(MILLI));
          node.service.pollRevocations();
        });
    node.validate(token);
    node.validate(token);

    assertThat(node.finds()).isEqualTo(2);
  }

  /** Many revocations, each reported for a minute, must not keep other tokens out of the cache. */
  @Test
  void anEndThatIsNamedOnceMoreHindersNoOther() throws Exception {
    IssuedToken token = scene.session();
    endElsewhereInTheEpochOf(token.record().id());
    node.service.pollRevocations();
    node.store.after(Call.FIND, 1, node.service::pollRevocations);
    node.validate(token);
    int finds = node.finds();
    node.validate(token);

    assertThat(node.finds()).isEqualTo(finds);
  }

  /** Tokens share epochs, so a token is read once more than necessary. */
  @Test
  void anEndThatIsNamedForTheFirstTimeHindersItsNeighboursOnce() throws Exception {
    IssuedToken token = scene.session();
    node.store.after(
        Call.FIND,
        1,
        () -> {
          endElsewhereInTheEpochOf(token.record().id());
          node.service.pollRevocations();
        });
    node.validate(token);
    int finds = node.finds();
    node.validate(token);
    node.validate(token);

    assertThat(node.finds()).isEqualTo(finds + 1);
  }

  /** The ids differ only in their last byte, and so have the same hash. */
  @Test
  void anEndElsewhereHindersFewOthers() throws Exception {
    TokenCache cache = new TokenCache();
    TokenRecord record = scene.session().record();
    TokenCache.LoadTicket ticket = cache.beginLoad(record.id());
    cache.invalidate(outsideTheEpochOf(record.id()));

    cache.put(ticket, record);

    assertThat(cache.contains(record.id())).isTrue();
  }

  @Test
  void anAnswerThatIsNotKeptLeavesWhatIs() throws Exception {
    TokenCache cache = new TokenCache();
    TokenRecord record = scene.session().record();
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

  private void endElsewhereInTheEpochOf(TokenId id) {
    byte[] bytes = id.bytes();
    bytes[TokenId.LENGTH - 1] ^= 1;
    TokenId neighbour = TokenId.of(bytes);
    TokenRecord record =
        TokenRecord.builder(neighbour, TokenKind.OPEN, "bob", scene.clock.instant()).build();
    scene.memory.insert(record, Limit.NONE, scene.clock.instant());
    scene.memory.revoke(neighbour, Revocation.of(RevocationReason.CLOSED, scene.clock.instant()));
  }

  @Test
  void aUserTokensOwnLaterDeadlineIsShownAtOnce() throws Exception {
    IssuedToken user = scene.user();
    node.use(user);
    node.rest(Duration.ofMinutes(1));
    node.use(user);
    node.pass(LAG.dividedBy(2));

    ActiveToken looked = node.validate(user).asPassive();

    assertThat(scene.stored(user.record().id()).idleExpiresAt())
        .isEqualTo(user.record().idleExpiresAt());
    assertThat(looked.remaining()).isEqualTo(USER_IDLE.minus(LAG.dividedBy(2)));
  }

  @Test
  void aUseThatIsNotWrittenYetIsShownAtOnce() throws Exception {
    IssuedToken token = scene.session();
    node.validate(token);
    node.pass(LAG.dividedBy(2));
    Instant used = node.use(token).usedAt();

    assertThat(node.validate(token).record().lastUsedAt()).isEqualTo(used);
    assertThat(scene.stored(token.record().id()).lastUsedAt()).isBefore(used);
  }

  @Test
  void whereEachRequestReadsTheStoreTheNodesOwnLaterDeadlineIsShownToo() throws Exception {
    LiveNode asking = new LiveNode(scene, scene.memory, Duration.ZERO);
    IssuedToken token = scene.session();
    asking.pass(Duration.ofMinutes(1));
    asking.use(token);
    asking.pass(Duration.ofMillis(500));

    ActiveToken looked = asking.validate(token).asPassive();

    assertThat(asking.renewals()).isZero();
    assertThat(looked.remaining()).isEqualTo(SESSION_IDLE.minusMillis(500));
  }

  @Test
  void withoutALagEachRequestReadsTheStore() throws Exception {
    LiveNode asking = new LiveNode(scene, scene.memory, Duration.ZERO);
    IssuedToken token = scene.session();
    asking.service.pollRevocations();
    asking.validate(token);
    asking.validate(token);
    node.endElsewhere(token);

    assertRefused(Rejection.CLOSED, () -> asking.validate(token));
    assertThat(asking.finds()).isEqualTo(3);
    assertThat(asking.store.callCount(Call.REVOKED_WITHIN)).isZero();
  }
}
