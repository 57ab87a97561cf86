package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.tokenfilter.service.Refusals.assertRefused;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.LogLines;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Users who are disabled, renamed or given other roles while they are logged in. */
final class RecheckingTest {

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration MILLI = Duration.ofMillis(1);

  private final Scene scene = new Scene();
  private final KeptAccounts accounts = new KeptAccounts();
  private final LiveNode node =
      new LiveNode(scene, new AccountRecheck(INTERVAL, accounts)).polled();
  private final LiveNode elsewhere =
      new LiveNode(scene, new AccountRecheck(INTERVAL, accounts)).polled();

  /** Every kind of token that a subject may have. */
  private enum Kind {
    SESSION,
    OPEN,
    USER,
    API_CLIENT;

    IssuedToken of(Subject subject, TokenService service) throws TokenRejectedException {
      return switch (this) {
        case SESSION -> service.issueSession(subject, Duration.ZERO, Scene.CLIENT, Set.of());
        case OPEN -> service.issueOpen(subject, Duration.ZERO, Scene.CLIENT);
        case USER -> service.issueUser(subject, null, Scene.CLIENT);
        case API_CLIENT -> service.issueApiClientToken(subject, "live", "shop");
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void disabledUserIsOutOnBothNodesWithinTheInterval(Kind kind) throws Exception {
    IssuedToken token = kind.of(Scene.ALICE, node.service);
    node.use(token);
    elsewhere.use(token);
    accounts.lacks("alice");

    pass(INTERVAL.minus(MILLI));
    assertThat(node.use(token).record().id()).isEqualTo(token.record().id());
    pass(MILLI);
    assertRefused(Rejection.CLOSED, () -> node.use(token));
    assertRefused(Rejection.CLOSED, () -> elsewhere.use(token));
    assertThat(scene.stored(token.record().id()).revocation())
        .isNotNull()
        .satisfies(
            revocation -> assertThat(revocation.reason()).isEqualTo(RevocationReason.CLOSED));
  }

  /** The other node looks up no accounts and learns of the revocation from the store. */
  @Test
  void whatOneNodeEndsIsRefusedByTheOthersWithinTheLag() throws Exception {
    LiveNode unasking = new LiveNode(scene).polled();
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    IssuedToken unused = Kind.OPEN.of(Scene.ALICE, node.service);
    unasking.validate(unused);
    accounts.lacks("alice");
    assertRefused(Rejection.CLOSED, () -> node.validate(token));

    unasking.pass(LiveNode.LAG.dividedBy(2));
    unasking.service.pollRevocations();
    assertRefused(Rejection.CLOSED, () -> unasking.validate(unused));
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void rolesChangeBothWaysWithinTheIntervalAndTheRecordKeepsThoseOfTheLogin() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    assertThat(node.use(token).roles()).containsExactly("user");

    accounts.has("alice", Subject.of("alice", "user", "admin"));
    pass(INTERVAL.minus(MILLI));
    assertThat(node.use(token).roles()).containsExactly("user");
    pass(MILLI);
    assertThat(node.use(token).roles()).containsExactlyInAnyOrder("user", "admin");

    accounts.has("alice", Subject.of("alice"));
    pass(INTERVAL);
    assertThat(node.use(token).roles()).isEmpty();
    assertThat(elsewhere.use(token).roles()).isEmpty();
    assertThat(scene.stored(token.record().id()).roles()).containsExactly("user");
    assertThat(accounts.lastAsked()).isEqualTo(Scene.ALICE);
  }

  @Test
  void rolesGoAlongWhereATokenIsLookedAtKeptAliveOrInASession() throws Exception {
    accounts.has("alice", Subject.of("alice", "admin"));
    IssuedToken user = Kind.USER.of(Scene.ALICE, node.service);
    OpenedSession opened = node.service.openSession(node.validate(user));

    assertThat(opened.token().roles()).containsExactly("admin");
    var again = node.service.useSession(node.validate(user), opened.id().value(), Scene.CLIENT);
    assertThat(again.roles()).containsExactly("admin");
    assertThat(again.asPassive().roles()).containsExactly("admin");
    assertThat(node.service.keepAlive(again).roles()).containsExactly("admin");
    assertThat(node.service.validate(Scene.passively(user)).roles()).containsExactly("admin");
    assertThat(node.service.validateUser(Scene.presented(user)).roles()).containsExactly("admin");
    assertThat(node.service.introspect(user.value()).orElseThrow().roles())
        .containsExactly("admin");
    assertThat(scene.live()).extracting(TokenRecord::roles).containsOnly(Set.of("user"));
  }

  @Test
  void everyWayInRefusesTheDisabledUserAndEndsTheSessionsOfHisUserToken() throws Exception {
    IssuedToken user = Kind.USER.of(Scene.ALICE, node.service);
    OpenedSession opened = node.service.openSession(node.validate(user));
    accounts.lacks("alice");
    pass(INTERVAL);

    assertThat(node.service.introspect(user.value())).isEmpty();
    assertRefused(Rejection.CLOSED, () -> node.service.validate(Scene.passively(user)));
    assertRefused(Rejection.CLOSED, () -> node.service.validateUser(Scene.presented(user)));
    assertThat(scene.stored(opened.id().tokenId()).revocation()).isNotNull();
    assertThat(node.heard.events())
        .contains("barred alice", "ended " + opened.id().tokenId() + " CLOSED", "refused CLOSED");
    assertThat(node.service.list("alice", null, 10)).isEmpty();
  }

  @Test
  void manyUsesAreOneQuestionAnInterval() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    IssuedToken other = Kind.OPEN.of(Scene.ALICE, node.service);
    for (int i = 0; i < 600; i++) {
      node.use(token);
      node.use(other);
      pass(Duration.ofMillis(100));
    }
    assertThat(accounts.questions()).isEqualTo(1);
    node.use(other);
    node.use(token);
    assertThat(accounts.questions()).isEqualTo(2);
  }

  @Test
  void nobodyIsAskedWhereItIsOff() throws Exception {
    LiveNode off = new LiveNode(scene, new AccountRecheck(Duration.ZERO, accounts)).polled();
    accounts.lacks("alice");
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, off.service);
    off.live(INTERVAL.toSeconds() * 3);
    assertThat(off.use(token).roles()).containsExactly("user");
    assertThat(accounts.questions()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void loginInFlightWhileItsUserIsDisabledIsRefusedAtItsFirstUse(Kind kind) throws Exception {
    IssuedToken first = Kind.OPEN.of(Scene.ALICE, node.service);
    node.use(first);
    elsewhere.use(first);
    pass(Duration.ofSeconds(5));
    // The password was right, then the account was disabled, then the record was inserted.
    accounts.lacks("alice");
    IssuedToken token = kind.of(Scene.ALICE, node.service);

    assertRefused(Rejection.CLOSED, () -> elsewhere.use(token));
    assertRefused(Rejection.CLOSED, () -> node.use(token));
    pass(LiveNode.LAG.dividedBy(2));
    assertRefused(Rejection.CLOSED, () -> node.use(first));
  }

  /** The record's time of issue is before the revocation of all, its insertion after it. */
  @Test
  void recordThatSlipsPastTheEndOfAllIsOutWithinTheInterval() throws Exception {
    IssuedToken first = Kind.OPEN.of(Scene.ALICE, node.service);
    accounts.lacks("alice");
    FaultyTokenStore slow = new FaultyTokenStore(scene.memory);
    slow.before(
        FaultyTokenStore.Call.INSERT,
        1,
        () -> assertRefused(Rejection.CLOSED, () -> node.validate(first)));
    scene.service = scene.over(slow, Scene.POLICY);
    IssuedToken late = scene.open(Duration.ZERO);
    assertThat(scene.stored(first.record().id()).revocation()).isNotNull();
    assertThat(scene.stored(late.record().id()).revocation()).isNull();

    assertRefused(Rejection.CLOSED, () -> node.use(late));
    pass(INTERVAL);
    assertRefused(Rejection.CLOSED, () -> node.use(late));
    assertThat(scene.stored(late.record().id()).revocation()).isNotNull();
  }

  @Test
  void whoGetsHisAccountBackGoesOnWithTheNextLogin() throws Exception {
    IssuedToken old = Kind.OPEN.of(Scene.ALICE, node.service);
    accounts.lacks("alice");
    assertRefused(Rejection.CLOSED, () -> node.use(old));
    accounts.has("alice", Subject.of("alice", "user", "again"));
    pass(Duration.ofSeconds(1));

    IssuedToken fresh = Kind.OPEN.of(Scene.ALICE, elsewhere.service);
    assertThat(node.use(fresh).roles()).contains("again");
    assertRefused(Rejection.CLOSED, () -> node.use(old));
    assertThat(accounts.questions()).isEqualTo(2);
  }

  @Test
  void tokenOfAClockThatIsAheadIsAskedForOnce() throws Exception {
    scene.clock.move(Duration.ofSeconds(20));
    IssuedToken token = Kind.OPEN.of(Scene.ALICE, scene.service);
    scene.clock.move(Duration.ofSeconds(-20));
    // A node whose clock is right.
    LiveNode right = new LiveNode(scene, new AccountRecheck(INTERVAL, accounts)).polled();
    for (int i = 0; i < 10; i++) {
      right.use(token);
    }
    assertThat(accounts.questions()).isEqualTo(1);
  }

  @Test
  void goodAnswerCountsForTheIntervalAndAfterItNobodyIsLetThrough() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    node.use(token);
    accounts.cut();
    pass(INTERVAL.minus(MILLI));
    assertThat(node.use(token).roles()).containsExactly("user");

    pass(MILLI);
    assertUnknown(node, token);
    assertThat(scene.stored(token.record().id()).revocation()).isNull();
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> node.service.introspect(token.value()));

    accounts.mend();
    pass(AccountStatusCache.FAILURE_BACKOFF);
    assertThat(node.use(token).roles()).containsExactly("user");
  }

  @Test
  void whatFailsIsAskedAgainOnceASecond() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    accounts.cut();
    for (int i = 0; i < 30; i++) {
      assertUnknown(node, token);
      pass(Duration.ofMillis(100));
    }
    assertThat(accounts.questions()).isEqualTo(3);
  }

  /** A newer token needs a lookup of its own, whose failure does not affect the older token. */
  @Test
  void failureForAYoungerTokenLeavesTheAnswerForTheOlderOne() throws Exception {
    IssuedToken old = Kind.OPEN.of(Scene.ALICE, node.service);
    node.use(old);
    pass(Duration.ofSeconds(5));
    accounts.cut();
    IssuedToken young = Kind.OPEN.of(Scene.ALICE, node.service);

    assertUnknown(node, young);
    assertThat(node.use(old).roles()).containsExactly("user");
  }

  @Test
  void whateverIsThrownOrNoAnswerAtAllIsUnknown() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    List<KeptAccounts.Step> broken =
        List.of(
            subject -> {
              throw new IllegalStateException("a defect");
            },
            subject -> {
              throw new StackOverflowError();
            },
            subject -> {
              throw new UnsupportedOperationException();
            });
    for (KeptAccounts.Step step : broken) {
      accounts.before(step);
      assertUnknown(node, token);
      pass(AccountStatusCache.FAILURE_BACKOFF);
    }
    LiveNode careless = new LiveNode(scene, new AccountRecheck(INTERVAL, new Careless())).polled();
    assertUnknown(careless, token);
    assertThat(scene.stored(token.record().id()).revocation()).isNull();
  }

  @Test
  void anotherNameIsRefusedEndedAndAudited() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    accounts.has("alice", Subject.of("alice2", "user"));
    try (LogLines audit = new LogLines("org.tokenfilter.audit")) {
      assertRefused(Rejection.CLOSED, () -> node.use(token));
      assertThat(audit.lines())
          .containsOnlyOnce("WARN event=subject-barred subject=\"alice\" why=\"account renamed\"");
    }
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void disabledUserIsAuditedOnceAndEachEndOfHis() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    Kind.OPEN.of(Scene.ALICE, node.service);
    accounts.lacks("alice");
    try (LogLines audit = new LogLines("org.tokenfilter.audit")) {
      assertRefused(Rejection.CLOSED, () -> node.use(token));
      assertRefused(Rejection.CLOSED, () -> node.use(token));
      assertThat(audit.lines())
          .containsOnlyOnce(
              "WARN event=subject-barred subject=\"alice\" why=\"account disabled or deleted\"")
          .filteredOn(line -> line.startsWith("INFO event=ended "))
          .hasSize(2);
    }
  }

  @Test
  void whatTheStoreDoesNotEndIsRefusedAndEndedLater() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    node.use(token);
    accounts.lacks("alice");
    pass(INTERVAL);
    node.store.failBefore(FaultyTokenStore.Call.REVOKE_ALL, 1);
    assertRefused(Rejection.CLOSED, () -> node.use(token));
    assertThat(scene.stored(token.record().id()).revocation()).isNull();

    assertRefused(Rejection.CLOSED, () -> node.use(token));
    assertThat(scene.stored(token.record().id()).revocation()).isNotNull();
    assertThat(accounts.questions()).isEqualTo(2);
  }

  @Test
  void apiClientOfADisabledUserGetsNoSuccessor() throws Exception {
    IssuedToken token = Kind.API_CLIENT.of(Scene.ALICE, node.service);
    node.use(token);
    accounts.lacks("alice");
    pass(INTERVAL);
    assertRefused(Rejection.CLOSED, () -> node.service.refresh(Scene.presented(token)));
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void apiClientIsExchangedForOneWithTheRolesOfTheLoginAndNotWhileThatIsUnknown() throws Exception {
    IssuedToken token = Kind.API_CLIENT.of(Scene.ALICE, node.service);
    accounts.cut();
    assertThat(catchThrowable(() -> node.service.refresh(Scene.presented(token))))
        .isInstanceOf(TokenStoreException.class);
    assertThat(scene.stored(token.record().id()).revocation()).isNull();

    accounts.mend();
    accounts.has("alice", Subject.of("alice", "admin"));
    pass(AccountStatusCache.FAILURE_BACKOFF);
    IssuedToken next = node.service.refresh(Scene.presented(token));
    assertThat(next.record().roles()).containsExactly("user");
    assertThat(node.use(next).roles()).containsExactly("admin");
  }

  @Test
  void lostAnswerOfARefreshIsNotGivenAgainToADisabledUser() throws Exception {
    TokenService graceful =
        scene.over(
            scene.memory,
            Scene.refreshing(Duration.ofHours(1), TokenPolicy.ReusePolicy.REPORT),
            new AccountRecheck(INTERVAL, accounts));
    IssuedToken token = Kind.API_CLIENT.of(Scene.ALICE, graceful);
    IssuedToken next = graceful.refresh(Scene.presented(token));
    assertThat(graceful.refresh(Scene.presented(token)).record().id())
        .isEqualTo(next.record().id());
    accounts.lacks("alice");
    pass(INTERVAL);
    assertRefused(Rejection.CLOSED, () -> graceful.refresh(Scene.presented(token)));
    assertThat(scene.live()).isEmpty();
  }

  /** An application that logs in by itself may learn of it too late, but the first use looks up. */
  @Test
  void joinedSessionOfADisabledUserIsRefusedAtItsNextUse() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    node.use(token);
    accounts.lacks("alice");
    pass(INTERVAL);
    IssuedToken joined =
        node.service.issueSession(
            Scene.ALICE, Duration.ZERO, Scene.CLIENT, Set.of(Scene.sessionIdOf(token)));
    assertThat(joined.record().id()).isEqualTo(token.record().id());
    assertRefused(Rejection.CLOSED, () -> node.use(joined));
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void whoIsLoggedOutNeedsNobodysAnswer() throws Exception {
    accounts.cut();
    IssuedToken session = Kind.SESSION.of(Scene.ALICE, node.service);
    IssuedToken user = Kind.USER.of(Scene.ALICE, node.service);
    IssuedToken open = Kind.OPEN.of(Scene.ALICE, node.service);
    node.service.logout(Scene.presented(session));
    node.service.logoutUser(Scene.presented(user));
    node.service.revoke(open.value());
    assertThat(scene.live()).isEmpty();
    assertThat(accounts.questions()).isZero();
    assertRefused(Rejection.CLOSED, () -> node.service.logout(Scene.presented(session)));
    assertRefused(Rejection.INVALID, () -> node.service.logoutUser(Scene.presented(open)));
  }

  @Test
  void othersAreNotTouched() throws Exception {
    Subject bob = Subject.of("bob", "user");
    accounts.has("bob", bob);
    IssuedToken his = Kind.SESSION.of(bob, node.service);
    IssuedToken hers = Kind.SESSION.of(Scene.ALICE, node.service);
    accounts.lacks("alice");
    assertRefused(Rejection.CLOSED, () -> node.use(hers));
    assertThat(node.use(his).roles()).containsExactly("user");
  }

  @Test
  void forgedBoundAndDeadTokensAskNobody() throws Exception {
    IssuedToken token = Kind.SESSION.of(Scene.ALICE, node.service);
    assertRefused(
        Rejection.INVALID, () -> node.service.validate(Scene.presented("x.y", Scene.CLIENT)));
    assertRefused(
        Rejection.INVALID,
        () ->
            node.service.validate(
                Scene.presented(token.value(), Scene.NEIGHBOUR, Scene.sessionIdOf(token))));
    node.service.revoke(token.record().id());
    assertRefused(Rejection.CLOSED, () -> node.use(token));
    assertThat(accounts.questions()).isZero();
  }

  @Test
  void jumpOfEitherClockAsksAgain() throws Exception {
    IssuedToken token = Kind.OPEN.of(Scene.ALICE, node.service);
    node.use(token);
    scene.clock.move(INTERVAL);
    node.use(token);
    assertThat(accounts.questions()).isEqualTo(2);
    node.nanos.addAndGet(INTERVAL.toNanos());
    node.use(token);
    assertThat(accounts.questions()).isEqualTo(3);
  }

  @Test
  void negativeIntervalIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AccountRecheck(Duration.ofSeconds(-1), accounts));
  }

  /** Advances both nodes, which poll revocations. */
  private void pass(Duration time) {
    scene.clock.move(time);
    node.nanos.addAndGet(time.toNanos());
    elsewhere.nanos.addAndGet(time.toNanos());
    node.service.pollRevocations();
    elsewhere.service.pollRevocations();
  }

  private static void assertUnknown(LiveNode node, IssuedToken token) {
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> node.validate(token));
  }

  /** A provider that returns null, as a project without null checks may write it. */
  private static final class Careless implements AccountRecheck.AccountStatusProvider {
    @Override
    @SuppressWarnings({"NullAway", "OptionalAssignedToNull"})
    public Optional<Subject> current(Subject subject) throws IOException {
      return null;
    }
  }
}
