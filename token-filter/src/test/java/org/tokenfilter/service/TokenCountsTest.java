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
import org.tokenfilter.Race;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Counts of tokens: each presented token counts once, by its outcome. */
final class TokenCountsTest {

  private final Scene scene = new Scene();
  private final LiveNode node = new LiveNode(scene).polled();
  private final TokenService service = node.service;
  private final TokenStatistics statistics = service.statistics();

  @Test
  void nothingIsCountedBeforeAnythingHappens() {
    assertThat(new Seen(statistics)).isEqualTo(new Seen(0, Map.of(), 0));
    assertThat(
            statistics.hits()
                + statistics.misses()
                + statistics.renewalsRequested()
                + statistics.renewalsWritten())
        .isZero();
  }

  @Test
  void goodTokensOfEachKindAreAccepted() throws Exception {
    IssuedToken user = service.issueUser(Scene.ALICE, null, Scene.CLIENT);
    node.validate(session());
    node.validate(service.issueOpen(Scene.ALICE, Duration.ZERO, Scene.CLIENT));
    service.validateUser(Scene.presented(user));

    assertThat(new Seen(statistics)).isEqualTo(new Seen(3, Map.of(), 0));
  }

  @Test
  void eachRefusalIsCountedByItsReasonAlone() throws Exception {
    IssuedToken closed = session();
    IssuedToken ofOther = session();
    service.revoke(closed.record().id());
    IssuedToken replaced = service.issueApiClientToken(Scene.ALICE, "live", "shop");
    service.refresh(Scene.presented(replaced));
    IssuedToken expired = session();
    IssuedToken unknown = new Scene().open(Duration.ofDays(1)); // the same keys, but another store
    scene.clock.move(Scene.SESSION_IDLE);

    refused(Rejection.CLOSED, Scene.presented(closed));
    refused(Rejection.REPLACED, Scene.presented(replaced));
    refused(Rejection.EXPIRED, Scene.presented(expired));
    refused(Rejection.UNKNOWN, Scene.presented(unknown));
    refused(Rejection.INVALID, Scene.presented("no token", Scene.CLIENT));
    refused(Rejection.INVALID, Scene.presented(ofOther.value(), Scene.NEIGHBOUR));
    refused(Rejection.INVALID, Scene.presented(ofOther.value(), Scene.CLIENT, "one", "two"));
    refused(
        Rejection.BAD_REQUEST,
        new PresentedToken(
            ofOther.value(), Set.of(), Set.of("one", "two"), true, Scene.CLIENT, false, false));

    assertThat(new Seen(statistics))
        .isEqualTo(
            new Seen(
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
  void tokenThatMadeRoomIsEvicted() throws Exception {
    IssuedToken token = session();
    scene.memory.revoke(
        token.record().id(), Revocation.of(RevocationReason.EVICTED, scene.clock.instant()));

    refused(Rejection.EVICTED, Scene.presented(token));

    assertThat(new Seen(statistics)).isEqualTo(new Seen(0, Map.of(Rejection.EVICTED, 1L), 0));
  }

  @Test
  void storeThatDoesNotAnswerIsUnavailableAndNoRefusal() throws Exception {
    IssuedToken token = session();
    node.store.failAll();

    assertThatThrownBy(() -> node.validate(token)).isInstanceOf(TokenStoreException.class);
    assertThatThrownBy(() -> service.logout(Scene.presented(token)))
        .isInstanceOf(TokenStoreException.class);

    assertThat(new Seen(statistics)).isEqualTo(new Seen(0, Map.of(), 2));
  }

  @Test
  void sessionOfAUserTokenHasTheLastWordOnItsRequest() throws Exception {
    IssuedToken user = service.issueUser(Scene.ALICE, null, Scene.CLIENT);
    OpenedSession open = service.openSession(service.validateUser(Scene.presented(user)));
    assertThat(new Seen(statistics)).isEqualTo(new Seen(1, Map.of(), 0));

    continued(user, open);
    assertThat(new Seen(statistics)).isEqualTo(new Seen(2, Map.of(), 0));

    service.revoke(open.token().renewalTarget().id());
    assertThatThrownBy(() -> continued(user, open)).isInstanceOf(TokenRejectedException.class);
    assertThat(new Seen(statistics)).isEqualTo(new Seen(2, Map.of(Rejection.CLOSED, 1L), 0));

    OpenedSession another = service.openSession(service.validateUser(Scene.presented(user)));
    node.store.failAll();
    assertThatThrownBy(() -> continued(user, another)).isInstanceOf(TokenStoreException.class);
    assertThat(new Seen(statistics)).isEqualTo(new Seen(3, Map.of(Rejection.CLOSED, 1L), 1));
  }

  @Test
  void countThatWasShownNeverGoesDown() throws Exception {
    IssuedToken user = service.issueUser(Scene.ALICE, null, Scene.CLIENT);
    ActiveToken good = service.validateUser(Scene.presented(user));
    assertThat(statistics.accepted()).isEqualTo(1);

    assertThatThrownBy(() -> service.useSession(good, "no session", Scene.CLIENT))
        .isInstanceOf(TokenRejectedException.class);
    assertThat(statistics.accepted()).isEqualTo(1);

    service.validateUser(Scene.presented(user));
    assertThat(statistics.accepted()).isEqualTo(1);
    service.validateUser(Scene.presented(user));
    assertThat(statistics.accepted()).isEqualTo(2);
  }

  @Test
  void logOutAndRefreshValidateTooButNotWhoeverAsksOrRevokes() throws Exception {
    service.logout(Scene.presented(session()));
    service.logoutUser(Scene.presented(service.issueUser(Scene.ALICE, null, Scene.CLIENT)));
    IssuedToken client = service.issueApiClientToken(Scene.ALICE, "live", "shop");
    IssuedToken successor = service.refresh(Scene.presented(client));
    assertThat(new Seen(statistics)).isEqualTo(new Seen(3, Map.of(), 0));

    assertThat(service.introspect(successor.value())).isPresent();
    assertThat(service.introspect("no token")).isEmpty();
    service.revoke(successor.value());
    service.revoke("no token");
    assertThat(new Seen(statistics)).isEqualTo(new Seen(3, Map.of(), 0));
  }

  @Test
  void lookUpsAreAnsweredFromMemoryAfterTheFirst() throws Exception {
    IssuedToken token = session();
    node.validate(token);
    assertThat(List.of(statistics.hits(), statistics.misses())).containsExactly(0L, 1L);
    node.validate(token);
    node.validate(token);
    assertThat(List.of(statistics.hits(), statistics.misses())).containsExactly(2L, 1L);

    node.pass(LiveNode.LAG);
    node.validate(token);
    assertThat(List.of(statistics.hits(), statistics.misses())).containsExactly(2L, 2L);
  }

  @Test
  void renewalsAreOfferedByEachUseAndWrittenOnce() throws Exception {
    IssuedToken token = session();
    for (int i = 0; i < 5; i++) {
      node.use(token);
    }
    service.renew(service.validate(Scene.passively(token)));
    assertThat(List.of(statistics.renewalsRequested(), statistics.renewalsWritten()))
        .containsExactly(5L, 0L);

    node.pass(LiveNode.INTERVAL);
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
  void renewalThatTheStoreRefusesIsNotWritten() throws Exception {
    IssuedToken token = session();
    node.use(token);
    node.endElsewhere(token);
    node.pass(LiveNode.INTERVAL);
    service.flushRenewals();

    assertThat(node.renewals()).isEqualTo(1);
    assertThat(statistics.renewalsWritten()).isZero();
  }

  @Test
  void issuedEndedAndFailedAreCountedByTheirKind() throws Exception {
    IssuedToken session = session();
    IssuedToken other = session();
    service.issueOpen(Scene.ALICE, Duration.ofMinutes(1), Scene.CLIENT);
    IssuedToken user = service.issueUser(Scene.ALICE, null, Scene.CLIENT);
    service.openSession(service.validateUser(Scene.presented(user)));
    service.revoke(session.record().id());
    service.revoke(session.record().id());
    service.onSwept(List.of(other.record().id()));
    service.loginFailed("mallory", Rejection.WRONG_CREDENTIALS, Scene.CLIENT);
    service.loginFailed("mallory", Rejection.TOO_MANY_LOGINS, Scene.CLIENT);
    service.loginFailed("trudy", Rejection.WRONG_CREDENTIALS, Scene.CLIENT);

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
  void endIsCountedOnTheNodeThatMadeIt() throws Exception {
    IssuedToken token = session();
    node.endElsewhere(token);
    service.pollRevocations();

    assertThat(scene.service.statistics().revoked(RevocationReason.CLOSED)).isEqualTo(1);
    assertThat(statistics.revoked(RevocationReason.CLOSED)).isZero();
  }

  @Test
  void ageOfTheFeedCountsFromTheBeginOfTheLastPollThatWasApplied() {
    node.pass(Duration.ofMillis(250));
    assertThat(service.feed()).contains(new RevocationFeedState(true, Duration.ofMillis(250)));

    node.store.before(Call.REVOKED_WITHIN, 1, () -> node.pass(Duration.ofMillis(100)));
    service.pollRevocations();
    assertThat(service.feed()).contains(new RevocationFeedState(true, Duration.ofMillis(100)));

    node.pass(LiveNode.LAG);
    node.store.failBefore(Call.REVOKED_WITHIN, 1);
    service.pollRevocations();
    assertThat(service.feed()).contains(new RevocationFeedState(false, Duration.ofMillis(1_100)));
  }

  @Test
  void feedHasNoAgeBeforeItsFirstPollAndIsNoneWithoutALag() {
    assertThat(new LiveNode(scene).service.feed()).contains(new RevocationFeedState(false, null));
    assertThat(scene.service.feed()).isEmpty();
  }

  @Test
  void nothingIsLostWhereManyValidateAtOnce() throws Exception {
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
    assertThat(new Seen(statistics)).isEqualTo(new Seen(all, Map.of(Rejection.CLOSED, all), 0));
    assertThat(statistics.hits() + statistics.misses()).isEqualTo(2 * all);
  }

  @Test
  void countIsNeverAheadOfTheRequests() throws Exception {
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
    return service.issueSession(Scene.ALICE, Duration.ZERO, Scene.CLIENT, Set.of());
  }

  private void continued(IssuedToken user, OpenedSession session) throws TokenRejectedException {
    ActiveToken good = service.validateUser(Scene.presented(user));
    service.useSession(good, session.id().value(), Scene.CLIENT);
  }

  private void refused(Rejection rejection, PresentedToken presented) {
    assertThatThrownBy(() -> service.validate(presented))
        .isInstanceOfSatisfying(
            TokenRejectedException.class,
            refused -> assertThat(refused.rejection()).isEqualTo(rejection));
  }

  /** The counts of validations, without the rejections whose count is zero. */
  private record Seen(long accepted, Map<Rejection, Long> refused, long unavailable) {
    Seen(TokenStatistics statistics) {
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
