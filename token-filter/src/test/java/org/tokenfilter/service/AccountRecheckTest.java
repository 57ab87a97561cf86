package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tokenfilter.credentials.AccountStatusProvider;
import org.tokenfilter.login.AccountRecheckPolicy;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Users who are disabled, renamed or given other roles while they are logged in. */
final class AccountRecheckTest {

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final Duration MILLI = Duration.ofMillis(1);

  private final ServiceFixture fixture = new ServiceFixture();
  private final MutableAccounts accounts = new MutableAccounts();
  private final TestNode node =
      new TestNode(fixture, new AccountRecheckPolicy(INTERVAL, accounts)).polled();
  private final TestNode elsewhere =
      new TestNode(fixture, new AccountRecheckPolicy(INTERVAL, accounts)).polled();

  /** Every kind of token that a subject may have. */
  private enum Kind {
    SESSION,
    OPEN,
    USER,
    API_CLIENT;

    IssuedToken of(Subject subject, TokenService service) throws TokenRejectedException {
      return switch (this) {
        case SESSION ->
            service.issueSession(subject, Duration.ZERO, ServiceFixture.CLIENT, Set.of());
        case OPEN -> service.issueOpen(subject, Duration.ZERO, ServiceFixture.CLIENT);
        case USER -> service.issueUser(subject, null, ServiceFixture.CLIENT);
        case API_CLIENT -> service.issueApiClientToken(subject, "live", "shop");
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void disabledUserIsRejectedOnBothNodesWithinTheInterval(Kind kind) throws Exception {
    IssuedToken token = kind.of(ServiceFixture.ALICE, node.service);
    node.use(token);
    elsewhere.use(token);
    accounts.remove("alice");

    pass(INTERVAL.minus(MILLI));
    assertThat(node.use(token).record().id()).isEqualTo(token.record().id());
    pass(MILLI);
    assertRejected(Rejection.CLOSED, () -> node.use(token));
    assertRejected(Rejection.CLOSED, () -> elsewhere.use(token));
    assertThat(fixture.stored(token.record().id()).revocation())
        .isNotNull()
        .satisfies(
            revocation -> assertThat(revocation.reason()).isEqualTo(RevocationReason.CLOSED));
  }

  /** As of users whom the application logged in itself: the provider returns its argument. */
  @Test
  void unchangedAccountLeavesEachTokenItsOwnRoles() throws Exception {
    TestNode echo =
        new TestNode(fixture, new AccountRecheckPolicy(INTERVAL, Optional::of)).polled();
    IssuedToken payer = Kind.OPEN.of(ServiceFixture.ALICE, echo.service);
    IssuedToken other = Kind.OPEN.of(ServiceFixture.ALICE, echo.service);
    echo.service.sessions().setRoles(payer.record().id(), Set.of("payer"));

    assertThat(echo.validate(payer).roles()).containsExactly("payer");
    assertThat(echo.validate(other).roles()).isEqualTo(ServiceFixture.ALICE.roles());

    echo.service.sessions().setRoles("alice", Set.of());
    assertThat(echo.validate(payer).roles()).isEmpty();
    assertThat(echo.validate(other).roles()).isEmpty();
  }

  /** The other node looks up no accounts and learns of the revocation from the store. */
  @Test
  void otherNodesRejectRevokedTokensWithinTheLag() throws Exception {
    TestNode nodeWithoutRecheck = new TestNode(fixture).polled();
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    IssuedToken unused = Kind.OPEN.of(ServiceFixture.ALICE, node.service);
    nodeWithoutRecheck.validate(unused);
    accounts.remove("alice");
    assertRejected(Rejection.CLOSED, () -> node.validate(token));

    nodeWithoutRecheck.advance(TestNode.LAG.dividedBy(2));
    nodeWithoutRecheck.service.pollRevocations();
    assertRejected(Rejection.CLOSED, () -> nodeWithoutRecheck.validate(unused));
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void roleChangesApplyWithinTheIntervalAndAreNotStored() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    assertThat(node.use(token).roles()).containsExactly("user");

    accounts.put("alice", Subject.of("alice", "user", "admin"));
    pass(INTERVAL.minus(MILLI));
    assertThat(node.use(token).roles()).containsExactly("user");
    pass(MILLI);
    assertThat(node.use(token).roles()).containsExactlyInAnyOrder("user", "admin");

    accounts.put("alice", Subject.of("alice"));
    pass(INTERVAL);
    assertThat(node.use(token).roles()).isEmpty();
    assertThat(elsewhere.use(token).roles()).isEmpty();
    assertThat(fixture.stored(token.record().id()).roles()).containsExactly("user");
    assertThat(accounts.lastLookup()).isEqualTo(ServiceFixture.ALICE);
  }

  @Test
  void everyKindOfUseReturnsTheCurrentRoles() throws Exception {
    accounts.put("alice", Subject.of("alice", "admin"));
    IssuedToken user = Kind.USER.of(ServiceFixture.ALICE, node.service);
    OpenedSession opened = node.service.openSession(node.validate(user));

    assertThat(opened.token().roles()).containsExactly("admin");
    var again =
        node.service.useSession(node.validate(user), opened.id().value(), ServiceFixture.CLIENT);
    assertThat(again.roles()).containsExactly("admin");
    assertThat(again.asPassive().roles()).containsExactly("admin");
    assertThat(node.service.keepAlive(again).roles()).containsExactly("admin");
    assertThat(node.service.validate(ServiceFixture.presentedPassively(user)).roles())
        .containsExactly("admin");
    assertThat(node.service.validateUser(ServiceFixture.presented(user)).roles())
        .containsExactly("admin");
    assertThat(node.service.introspect(user.value()).orElseThrow().roles())
        .containsExactly("admin");
    assertThat(fixture.liveTokens()).extracting(TokenRecord::roles).containsOnly(Set.of("user"));
  }

  @Test
  void everyMethodRejectsADisabledUserAndRevokesTheSessions() throws Exception {
    IssuedToken user = Kind.USER.of(ServiceFixture.ALICE, node.service);
    OpenedSession opened = node.service.openSession(node.validate(user));
    accounts.remove("alice");
    pass(INTERVAL);

    assertThat(node.service.introspect(user.value())).isEmpty();
    assertRejected(
        Rejection.CLOSED, () -> node.service.validate(ServiceFixture.presentedPassively(user)));
    assertRejected(
        Rejection.CLOSED, () -> node.service.validateUser(ServiceFixture.presented(user)));
    assertThat(fixture.stored(opened.id().tokenId()).revocation()).isNotNull();
    assertThat(node.listener.events())
        .contains("barred alice", "ended " + opened.id().tokenId() + " CLOSED", "refused CLOSED");
    assertThat(node.service.list("alice", null, 10)).isEmpty();
  }

  @Test
  void manyUsesCauseOneLookupPerInterval() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    IssuedToken other = Kind.OPEN.of(ServiceFixture.ALICE, node.service);
    for (int i = 0; i < 600; i++) {
      node.use(token);
      node.use(other);
      pass(Duration.ofMillis(100));
    }
    assertThat(accounts.lookupCount()).isEqualTo(1);
    node.use(other);
    node.use(token);
    assertThat(accounts.lookupCount()).isEqualTo(2);
  }

  @Test
  void disabledRecheckLooksUpNoAccount() throws Exception {
    TestNode off =
        new TestNode(fixture, new AccountRecheckPolicy(Duration.ZERO, accounts)).polled();
    accounts.remove("alice");
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, off.service);
    off.run(INTERVAL.toSeconds() * 3);
    assertThat(off.use(token).roles()).containsExactly("user");
    assertThat(accounts.lookupCount()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void loginDuringDisablingIsRejectedAtItsFirstUse(Kind kind) throws Exception {
    IssuedToken first = Kind.OPEN.of(ServiceFixture.ALICE, node.service);
    node.use(first);
    elsewhere.use(first);
    pass(Duration.ofSeconds(5));
    // The password was right, then the account was disabled, then the record was inserted.
    accounts.remove("alice");
    IssuedToken token = kind.of(ServiceFixture.ALICE, node.service);

    assertRejected(Rejection.CLOSED, () -> elsewhere.use(token));
    assertRejected(Rejection.CLOSED, () -> node.use(token));
    pass(TestNode.LAG.dividedBy(2));
    assertRejected(Rejection.CLOSED, () -> node.use(first));
  }

  /** The record's time of issue is before the revocation of all, its insertion after it. */
  @Test
  void recordMissedByRevokeAllIsRejectedWithinTheInterval() throws Exception {
    IssuedToken first = Kind.OPEN.of(ServiceFixture.ALICE, node.service);
    accounts.remove("alice");
    FaultyTokenStore slow = new FaultyTokenStore(fixture.memory);
    slow.before(
        FaultyTokenStore.Call.INSERT,
        1,
        () -> assertRejected(Rejection.CLOSED, () -> node.validate(first)));
    fixture.service = fixture.newService(slow, ServiceFixture.POLICY);
    IssuedToken late = fixture.issueOpen(Duration.ZERO);
    assertThat(fixture.stored(first.record().id()).revocation()).isNotNull();
    assertThat(fixture.stored(late.record().id()).revocation()).isNull();

    assertRejected(Rejection.CLOSED, () -> node.use(late));
    pass(INTERVAL);
    assertRejected(Rejection.CLOSED, () -> node.use(late));
    assertThat(fixture.stored(late.record().id()).revocation()).isNotNull();
  }

  @Test
  void restoredAccountContinuesWithTheNextLogin() throws Exception {
    IssuedToken old = Kind.OPEN.of(ServiceFixture.ALICE, node.service);
    accounts.remove("alice");
    assertRejected(Rejection.CLOSED, () -> node.use(old));
    accounts.put("alice", Subject.of("alice", "user", "again"));
    pass(Duration.ofSeconds(1));

    IssuedToken fresh = Kind.OPEN.of(ServiceFixture.ALICE, elsewhere.service);
    assertThat(node.use(fresh).roles()).contains("again");
    assertRejected(Rejection.CLOSED, () -> node.use(old));
    assertThat(accounts.lookupCount()).isEqualTo(2);
  }

  @Test
  void tokenIssuedByAFastClockCausesOneLookup() throws Exception {
    fixture.clock.move(Duration.ofSeconds(20));
    IssuedToken token = Kind.OPEN.of(ServiceFixture.ALICE, fixture.service);
    fixture.clock.move(Duration.ofSeconds(-20));
    // A node whose clock is right.
    TestNode right = new TestNode(fixture, new AccountRecheckPolicy(INTERVAL, accounts)).polled();
    for (int i = 0; i < 10; i++) {
      right.use(token);
    }
    assertThat(accounts.lookupCount()).isEqualTo(1);
  }

  @Test
  void outageIsUnavailableOnceTheIntervalIsOver() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    node.use(token);
    accounts.disconnect();
    pass(INTERVAL.minus(MILLI));
    assertThat(node.use(token).roles()).containsExactly("user");

    pass(MILLI);
    assertUnknown(node, token);
    assertThat(fixture.stored(token.record().id()).revocation()).isNull();
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> node.service.introspect(token.value()));

    accounts.reconnect();
    pass(AccountStatusCache.FAILURE_BACKOFF);
    assertThat(node.use(token).roles()).containsExactly("user");
  }

  @Test
  void failedLookupIsRetriedOnceASecond() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    accounts.disconnect();
    for (int i = 0; i < 30; i++) {
      assertUnknown(node, token);
      pass(Duration.ofMillis(100));
    }
    assertThat(accounts.lookupCount()).isEqualTo(3);
  }

  /** A newer token needs a lookup of its own, whose failure does not affect the older token. */
  @Test
  void failureForANewerTokenKeepsTheResultForTheOlder() throws Exception {
    IssuedToken old = Kind.OPEN.of(ServiceFixture.ALICE, node.service);
    node.use(old);
    pass(Duration.ofSeconds(5));
    accounts.disconnect();
    IssuedToken young = Kind.OPEN.of(ServiceFixture.ALICE, node.service);

    assertUnknown(node, young);
    assertThat(node.use(old).roles()).containsExactly("user");
  }

  @Test
  void anyThrowableAndNullAreUnavailable() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    List<MutableAccounts.Step> broken =
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
    for (MutableAccounts.Step step : broken) {
      accounts.beforeEach(step);
      assertUnknown(node, token);
      pass(AccountStatusCache.FAILURE_BACKOFF);
    }
    TestNode careless =
        new TestNode(fixture, new AccountRecheckPolicy(INTERVAL, new NullReturningProvider()))
            .polled();
    assertUnknown(careless, token);
    assertThat(fixture.stored(token.record().id()).revocation()).isNull();
  }

  @Test
  void renamedAccountIsRejectedRevokedAndAudited() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    accounts.put("alice", Subject.of("alice2", "user"));
    try (LogLines audit = new LogLines("org.tokenfilter.audit")) {
      assertRejected(Rejection.CLOSED, () -> node.use(token));
      assertThat(audit.lines())
          .containsOnlyOnce("WARN event=subject-barred subject=\"alice\" why=\"account renamed\"");
    }
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void disablingAndEachRevocationAreAuditedOnce() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    Kind.OPEN.of(ServiceFixture.ALICE, node.service);
    accounts.remove("alice");
    try (LogLines audit = new LogLines("org.tokenfilter.audit")) {
      assertRejected(Rejection.CLOSED, () -> node.use(token));
      assertRejected(Rejection.CLOSED, () -> node.use(token));
      assertThat(audit.lines())
          .containsOnlyOnce(
              "WARN event=subject-barred subject=\"alice\" why=\"account disabled or deleted\"")
          .filteredOn(line -> line.startsWith("INFO event=ended "))
          .hasSize(2);
    }
  }

  @Test
  void failedRevocationRejectsAndIsRetriedLater() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    node.use(token);
    accounts.remove("alice");
    pass(INTERVAL);
    node.store.failBefore(FaultyTokenStore.Call.REVOKE_ALL, 1);
    assertRejected(Rejection.CLOSED, () -> node.use(token));
    assertThat(fixture.stored(token.record().id()).revocation()).isNull();

    assertRejected(Rejection.CLOSED, () -> node.use(token));
    assertThat(fixture.stored(token.record().id()).revocation()).isNotNull();
    assertThat(accounts.lookupCount()).isEqualTo(2);
  }

  @Test
  void apiClientOfADisabledUserGetsNoSuccessor() throws Exception {
    IssuedToken token = Kind.API_CLIENT.of(ServiceFixture.ALICE, node.service);
    node.use(token);
    accounts.remove("alice");
    pass(INTERVAL);
    assertRejected(Rejection.CLOSED, () -> node.service.refresh(ServiceFixture.presented(token)));
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void refreshKeepsTheRolesOfTheLoginAndNeedsALookup() throws Exception {
    IssuedToken token = Kind.API_CLIENT.of(ServiceFixture.ALICE, node.service);
    accounts.disconnect();
    assertThat(catchThrowable(() -> node.service.refresh(ServiceFixture.presented(token))))
        .isInstanceOf(TokenStoreException.class);
    assertThat(fixture.stored(token.record().id()).revocation()).isNull();

    accounts.reconnect();
    accounts.put("alice", Subject.of("alice", "admin"));
    pass(AccountStatusCache.FAILURE_BACKOFF);
    IssuedToken next = node.service.refresh(ServiceFixture.presented(token));
    assertThat(next.record().roles()).containsExactly("user");
    assertThat(node.use(next).roles()).containsExactly("admin");
  }

  @Test
  void disabledUserGetsNoRepeatedRefreshAnswer() throws Exception {
    TokenService graceful =
        fixture.newService(
            fixture.memory,
            ServiceFixture.refreshing(Duration.ofHours(1), TokenPolicy.ReusePolicy.REPORT),
            new AccountRecheckPolicy(INTERVAL, accounts));
    IssuedToken token = Kind.API_CLIENT.of(ServiceFixture.ALICE, graceful);
    IssuedToken next = graceful.refresh(ServiceFixture.presented(token));
    assertThat(graceful.refresh(ServiceFixture.presented(token)).record().id())
        .isEqualTo(next.record().id());
    accounts.remove("alice");
    pass(INTERVAL);
    assertRejected(Rejection.CLOSED, () -> graceful.refresh(ServiceFixture.presented(token)));
    assertThat(fixture.liveTokens()).isEmpty();
  }

  /** An application that logs in by itself may learn of it too late, but the first use looks up. */
  @Test
  void reusedSessionOfADisabledUserIsRejectedAtItsNextUse() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    node.use(token);
    accounts.remove("alice");
    pass(INTERVAL);
    IssuedToken joined =
        node.service.issueSession(
            ServiceFixture.ALICE,
            Duration.ZERO,
            ServiceFixture.CLIENT,
            Set.of(ServiceFixture.sessionIdOf(token)));
    assertThat(joined.record().id()).isEqualTo(token.record().id());
    assertRejected(Rejection.CLOSED, () -> node.use(joined));
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void logoutNeedsNoLookup() throws Exception {
    accounts.disconnect();
    IssuedToken session = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    IssuedToken user = Kind.USER.of(ServiceFixture.ALICE, node.service);
    IssuedToken open = Kind.OPEN.of(ServiceFixture.ALICE, node.service);
    node.service.logout(ServiceFixture.presented(session));
    node.service.logoutUser(ServiceFixture.presented(user));
    node.service.revoke(open.value());
    assertThat(fixture.liveTokens()).isEmpty();
    assertThat(accounts.lookupCount()).isZero();
    assertRejected(Rejection.CLOSED, () -> node.service.logout(ServiceFixture.presented(session)));
    assertRejected(
        Rejection.INVALID, () -> node.service.logoutUser(ServiceFixture.presented(open)));
  }

  @Test
  void otherSubjectsAreNotAffected() throws Exception {
    Subject bob = Subject.of("bob", "user");
    accounts.put("bob", bob);
    IssuedToken bobsToken = Kind.SESSION.of(bob, node.service);
    IssuedToken alicesToken = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    accounts.remove("alice");
    assertRejected(Rejection.CLOSED, () -> node.use(alicesToken));
    assertThat(node.use(bobsToken).roles()).containsExactly("user");
  }

  @Test
  void rejectedTokensCauseNoLookup() throws Exception {
    IssuedToken token = Kind.SESSION.of(ServiceFixture.ALICE, node.service);
    assertRejected(
        Rejection.INVALID,
        () -> node.service.validate(ServiceFixture.presented("x.y", ServiceFixture.CLIENT)));
    assertRejected(
        Rejection.INVALID,
        () ->
            node.service.validate(
                ServiceFixture.presented(
                    token.value(), ServiceFixture.NEIGHBOUR, ServiceFixture.sessionIdOf(token))));
    node.service.revoke(token.record().id());
    assertRejected(Rejection.CLOSED, () -> node.use(token));
    assertThat(accounts.lookupCount()).isZero();
  }

  @Test
  void jumpOfEitherClockCausesALookup() throws Exception {
    IssuedToken token = Kind.OPEN.of(ServiceFixture.ALICE, node.service);
    node.use(token);
    fixture.clock.move(INTERVAL);
    node.use(token);
    assertThat(accounts.lookupCount()).isEqualTo(2);
    node.nanos.addAndGet(INTERVAL.toNanos());
    node.use(token);
    assertThat(accounts.lookupCount()).isEqualTo(3);
  }

  @Test
  void rejectsNegativeInterval() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AccountRecheckPolicy(Duration.ofSeconds(-1), accounts));
  }

  /** Advances both nodes, which poll revocations. */
  private void pass(Duration time) {
    fixture.clock.move(time);
    node.nanos.addAndGet(time.toNanos());
    elsewhere.nanos.addAndGet(time.toNanos());
    node.service.pollRevocations();
    elsewhere.service.pollRevocations();
  }

  private static void assertUnknown(TestNode node, IssuedToken token) {
    assertThatExceptionOfType(TokenStoreException.class).isThrownBy(() -> node.validate(token));
  }

  /** A provider that returns null, as a project without null checks may write it. */
  private static final class NullReturningProvider implements AccountStatusProvider {
    @Override
    @SuppressWarnings({"NullAway", "OptionalAssignedToNull"})
    public Optional<Subject> current(Subject subject) throws IOException {
      return null;
    }
  }
}
