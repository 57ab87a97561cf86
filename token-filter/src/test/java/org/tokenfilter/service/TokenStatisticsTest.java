package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Race;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Counts of tokens: each presented token counts once, by its outcome. */
final class TokenStatisticsTest {

  private final ServiceFixture fixture = new ServiceFixture();
  private final TestNode node = new TestNode(fixture).polled();
  private final TokenService service = node.service;
  private final TokenStatistics statistics = service.statistics();

  @Test
  void startsAtZero() {
    assertThat(new Counts(statistics)).isEqualTo(new Counts(0, Map.of(), 0));
    assertThat(
            statistics.hits()
                + statistics.misses()
                + statistics.renewalsRequested()
                + statistics.renewalsWritten())
        .isZero();
  }

  @Test
  void goodTokensOfEachKindAreAccepted() throws Exception {
    IssuedToken user = service.issueUser(ServiceFixture.ALICE, null, ServiceFixture.CLIENT);
    node.validate(session());
    node.validate(service.issueOpen(ServiceFixture.ALICE, Duration.ZERO, ServiceFixture.CLIENT));
    service.validateUser(ServiceFixture.presented(user));

    assertThat(new Counts(statistics)).isEqualTo(new Counts(3, Map.of(), 0));
  }

  @Test
  void eachRejectionIsCountedByItsReasonAlone() throws Exception {
    IssuedToken closed = session();
    IssuedToken ofOther = session();
    service.revoke(closed.record().id());
    IssuedToken replaced = service.issueApiClientToken(ServiceFixture.ALICE, "live", "shop");
    service.refresh(ServiceFixture.presented(replaced));
    IssuedToken expired = session();
    IssuedToken unknown =
        new ServiceFixture().issueOpen(Duration.ofDays(1)); // the same keys, but another store
    fixture.clock.move(ServiceFixture.SESSION_IDLE);

    assertRejected(Rejection.CLOSED, ServiceFixture.presented(closed));
    assertRejected(Rejection.REPLACED, ServiceFixture.presented(replaced));
    assertRejected(Rejection.EXPIRED, ServiceFixture.presented(expired));
    assertRejected(Rejection.UNKNOWN, ServiceFixture.presented(unknown));
    assertRejected(Rejection.INVALID, ServiceFixture.presented("no token", ServiceFixture.CLIENT));
    assertRejected(
        Rejection.INVALID, ServiceFixture.presented(ofOther.value(), ServiceFixture.NEIGHBOUR));
    assertRejected(
        Rejection.INVALID,
        ServiceFixture.presented(ofOther.value(), ServiceFixture.CLIENT, "one", "two"));
    assertRejected(
        Rejection.BAD_REQUEST,
        new PresentedToken(
            ofOther.value(),
            Set.of(),
            Set.of("one", "two"),
            true,
            ServiceFixture.CLIENT,
            false,
            false));

    assertThat(new Counts(statistics))
        .isEqualTo(
            new Counts(
                1,
                Map.of(
                    Rejection.CLOSED, 1L,
                    Rejection.REPLACED, 1L,
                    Rejection.EXPIRED, 1L,
                    Rejection.UNKNOWN, 1L,
                    Rejection.INVALID, 3L,
                    Rejection.BAD_REQUEST, 1L),
                0));
  }

  @Test
  void evictedTokenIsCountedAsEvicted() throws Exception {
    IssuedToken token = session();
    fixture.memory.revoke(
        token.record().id(), Revocation.of(RevocationReason.EVICTED, fixture.clock.instant()));

    assertRejected(Rejection.EVICTED, ServiceFixture.presented(token));

    assertThat(new Counts(statistics)).isEqualTo(new Counts(0, Map.of(Rejection.EVICTED, 1L), 0));
  }

  @Test
  void storeFailureIsUnavailableAndNoRejection() throws Exception {
    IssuedToken token = session();
    node.store.failAll();

    assertThatThrownBy(() -> node.validate(token)).isInstanceOf(TokenStoreException.class);
    assertThatThrownBy(() -> service.logout(ServiceFixture.presented(token)))
        .isInstanceOf(TokenStoreException.class);

    assertThat(new Counts(statistics)).isEqualTo(new Counts(0, Map.of(), 2));
  }

  @Test
  void sessionDecidesTheOutcomeOfItsRequest() throws Exception {
    IssuedToken user = service.issueUser(ServiceFixture.ALICE, null, ServiceFixture.CLIENT);
    OpenedSession open = service.openSession(service.validateUser(ServiceFixture.presented(user)));
    assertThat(new Counts(statistics)).isEqualTo(new Counts(1, Map.of(), 0));

    useSession(user, open);
    assertThat(new Counts(statistics)).isEqualTo(new Counts(2, Map.of(), 0));

    service.revoke(open.token().renewalTarget().id());
    assertThatThrownBy(() -> useSession(user, open)).isInstanceOf(TokenRejectedException.class);
    assertThat(new Counts(statistics)).isEqualTo(new Counts(2, Map.of(Rejection.CLOSED, 1L), 0));

    OpenedSession another =
        service.openSession(service.validateUser(ServiceFixture.presented(user)));
    node.store.failAll();
    assertThatThrownBy(() -> useSession(user, another)).isInstanceOf(TokenStoreException.class);
    assertThat(new Counts(statistics)).isEqualTo(new Counts(3, Map.of(Rejection.CLOSED, 1L), 1));
  }

  @Test
  void countsNeverDecrease() throws Exception {
    IssuedToken user = service.issueUser(ServiceFixture.ALICE, null, ServiceFixture.CLIENT);
    ActiveToken good = service.validateUser(ServiceFixture.presented(user));
    assertThat(statistics.accepted()).isEqualTo(1);

    assertThatThrownBy(() -> service.useSession(good, "no session", ServiceFixture.CLIENT))
        .isInstanceOf(TokenRejectedException.class);
    assertThat(statistics.accepted()).isEqualTo(1);

    service.validateUser(ServiceFixture.presented(user));
    assertThat(statistics.accepted()).isEqualTo(1);
    service.validateUser(ServiceFixture.presented(user));
    assertThat(statistics.accepted()).isEqualTo(2);
  }

  @Test
  void logoutAndRefreshCountButIntrospectAndRevokeDoNot() throws Exception {
    service.logout(ServiceFixture.presented(session()));
    service.logoutUser(
        ServiceFixture.presented(
            service.issueUser(ServiceFixture.ALICE, null, ServiceFixture.CLIENT)));
    IssuedToken client = service.issueApiClientToken(ServiceFixture.ALICE, "live", "shop");
    IssuedToken successor = service.refresh(ServiceFixture.presented(client));
    assertThat(new Counts(statistics)).isEqualTo(new Counts(3, Map.of(), 0));

    assertThat(service.introspect(successor.value())).isPresent();
    assertThat(service.introspect("no token")).isEmpty();
    service.revoke(successor.value());
    service.revoke("no token");
    assertThat(new Counts(statistics)).isEqualTo(new Counts(3, Map.of(), 0));
  }

  @Test
  void lookupsHitTheCacheAfterTheFirst() throws Exception {
    IssuedToken token = session();
    node.validate(token);
    assertThat(List.of(statistics.hits(), statistics.misses())).containsExactly(0L, 1L);
    node.validate(token);
    node.validate(token);
    assertThat(List.of(statistics.hits(), statistics.misses())).containsExactly(2L, 1L);

    node.advance(TestNode.LAG);
    node.validate(token);
    assertThat(List.of(statistics.hits(), statistics.misses())).containsExactly(2L, 2L);
  }

  @Test
  void renewalsAreRequestedByEachUseAndWrittenOnce() throws Exception {
    IssuedToken token = session();
    for (int i = 0; i < 5; i++) {
      node.use(token);
    }
    service.renew(service.validate(ServiceFixture.presentedPassively(token)));
    assertThat(List.of(statistics.renewalsRequested(), statistics.renewalsWritten()))
        .containsExactly(5L, 0L);

    node.advance(TestNode.INTERVAL);
    node.store.failBefore(Call.RENEW, 1);
    service.flushRenewals();
    assertThat(statistics.renewalsWritten()).isZero();
    service.flushRenewals();
    assertThat(List.of(statistics.renewalsRequested(), statistics.renewalsWritten()))
        .containsExactly(5L, 1L);

    service.keepAlive(node.validate(token));
    assertThat(List.of(statistics.renewalsRequested(), statistics.renewalsWritten()))
        .containsExactly(6L, 2L);
  }

  @Test
  void renewalRejectedByTheStoreIsNotCounted() throws Exception {
    IssuedToken token = session();
    node.use(token);
    node.revokeElsewhere(token);
    node.advance(TestNode.INTERVAL);
    service.flushRenewals();

    assertThat(node.renewCount()).isEqualTo(1);
    assertThat(statistics.renewalsWritten()).isZero();
  }

  @Test
  void issuedRevokedAndFailedAreCountedByKind() throws Exception {
    IssuedToken session = session();
    IssuedToken other = session();
    service.issueOpen(ServiceFixture.ALICE, Duration.ofMinutes(1), ServiceFixture.CLIENT);
    IssuedToken user = service.issueUser(ServiceFixture.ALICE, null, ServiceFixture.CLIENT);
    service.openSession(service.validateUser(ServiceFixture.presented(user)));
    service.revoke(session.record().id());
    service.revoke(session.record().id());
    service.onSwept(List.of(other.record().id()));
    service.loginFailed("mallory", Rejection.WRONG_CREDENTIALS, ServiceFixture.CLIENT);
    service.loginFailed("mallory", Rejection.TOO_MANY_LOGINS, ServiceFixture.CLIENT);
    service.loginFailed("trudy", Rejection.WRONG_CREDENTIALS, ServiceFixture.CLIENT);

    assertThat(statistics.issued(TokenKind.SESSION)).isEqualTo(3);
    assertThat(statistics.issued(TokenKind.OPEN)).isEqualTo(1);
    assertThat(statistics.issued(TokenKind.USER)).isEqualTo(1);
    assertThat(statistics.revoked(RevocationReason.CLOSED)).isEqualTo(1);
    assertThat(statistics.revoked(RevocationReason.EXPIRED)).isEqualTo(1);
    assertThat(
            statistics.revoked(RevocationReason.EVICTED)
                + statistics.revoked(RevocationReason.REPLACED))
        .isZero();
    assertThat(statistics.failedLogins(Rejection.WRONG_CREDENTIALS)).isEqualTo(2);
    assertThat(statistics.failedLogins(Rejection.TOO_MANY_LOGINS)).isEqualTo(1);
    assertThat(statistics.failedLogins(Rejection.LOGIN_BUSY)).isZero();
  }

  @Test
  void revocationIsCountedOnTheNodeThatMadeIt() throws Exception {
    IssuedToken token = session();
    node.revokeElsewhere(token);
    service.pollRevocations();

    assertThat(fixture.service.statistics().revoked(RevocationReason.CLOSED)).isEqualTo(1);
    assertThat(statistics.revoked(RevocationReason.CLOSED)).isZero();
  }

  @Test
  void feedAgeCountsFromTheStartOfTheLastAppliedPoll() {
    node.advance(Duration.ofMillis(250));
    assertThat(service.feed())
        .contains(new TokenService.ChangeFeedState(true, Duration.ofMillis(250)));

    node.store.before(Call.CHANGES, 1, () -> node.advance(Duration.ofMillis(100)));
    service.pollRevocations();
    assertThat(service.feed())
        .contains(new TokenService.ChangeFeedState(true, Duration.ofMillis(100)));

    node.advance(TestNode.LAG);
    node.store.failBefore(Call.CHANGES, 1);
    service.pollRevocations();
    assertThat(service.feed())
        .contains(new TokenService.ChangeFeedState(false, Duration.ofMillis(1_100)));
  }

  @Test
  void feedHasNoAgeBeforeItsFirstPollOrWithoutLag() {
    assertThat(new TestNode(fixture).service.feed())
        .contains(new TokenService.ChangeFeedState(false, null));
    assertThat(fixture.service.feed()).isEmpty();
  }

  @Test
  void concurrentValidationsAreAllCounted() throws Exception {
    IssuedToken good = session();
    IssuedToken closed = session();
    service.revoke(closed.record().id());
    int threads = 8;
    int each = 500;
    Race.of(
        threads,
        number -> {
          for (int i = 0; i < each; i++) {
            node.validate(good);
            assertThatThrownBy(() -> node.validate(closed))
                .isInstanceOf(TokenRejectedException.class);
          }
          return number;
        });

    long all = (long) threads * each;
    assertThat(new Counts(statistics)).isEqualTo(new Counts(all, Map.of(Rejection.CLOSED, all), 0));
    assertThat(statistics.hits() + statistics.misses()).isEqualTo(2 * all);
  }

  @Test
  void countNeverExceedsTheRequests() throws Exception {
    TokenStatistics judgedTwice = new TokenStatistics();
    AtomicLong begun = new AtomicLong();
    int requests = 1_000_000;
    List<Boolean> ahead =
        Race.of(
            2,
            number -> {
              boolean seen = false;
              while (begun.get() < requests) {
                if (number == 0) {
                  begun.incrementAndGet();
                  judgedTwice.recordAccepted();
                  judgedTwice.reclassify();
                  judgedTwice.recordAccepted();
                } else {
                  seen |= judgedTwice.accepted() > begun.get();
                }
              }
              return seen;
            });

    assertThat(ahead).doesNotContain(true);
    assertThat(judgedTwice.accepted()).isEqualTo(requests);
  }

  private IssuedToken session() throws TokenRejectedException {
    return service.issueSession(
        ServiceFixture.ALICE, Duration.ZERO, ServiceFixture.CLIENT, Set.of());
  }

  private void useSession(IssuedToken user, OpenedSession session) throws TokenRejectedException {
    ActiveToken good = service.validateUser(ServiceFixture.presented(user));
    service.useSession(good, session.id().value(), ServiceFixture.CLIENT);
  }

  private void assertRejected(Rejection rejection, PresentedToken presented) {
    assertThatThrownBy(() -> service.validate(presented))
        .isInstanceOfSatisfying(
            TokenRejectedException.class,
            refused -> assertThat(refused.rejection()).isEqualTo(rejection));
  }

  /** The counts of validations, without the rejections whose count is zero. */
  private record Counts(long accepted, Map<Rejection, Long> refused, long unavailable) {
    Counts(TokenStatistics statistics) {
      this(statistics.accepted(), refusals(statistics), statistics.unavailable());
    }

    private static Map<Rejection, Long> refusals(TokenStatistics statistics) {
      Map<Rejection, Long> refusals = new EnumMap<>(Rejection.class);
      for (Rejection rejection : Rejection.values()) {
        if (statistics.rejected(rejection) > 0) {
          assertThat(TokenStatistics.REJECTIONS).contains(rejection);
          refusals.put(rejection, statistics.rejected(rejection));
        }
      }
      return refusals;
    }
  }
}
