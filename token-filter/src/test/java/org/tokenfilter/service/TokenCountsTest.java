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
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Each token that is presented counts once, and by what became of it. */
final class TokenCountsTest {

  private final Scene scene = new Scene();
  private final LiveNode node = new LiveNode(scene).polled();
  private final TokenService service = node.service;
  private final TokenCounts counts = service.counts();

  @Test
  void nothingIsCountedBeforeAnythingHappens() {
    assertThat(new Seen(counts)).isEqualTo(new Seen(0, Map.of(), 0));
    assertThat(counts.hits() + counts.misses() + counts.offered() + counts.written()).isZero();
  }

  @Test
  void goodTokensOfEachKindAreAccepted() throws Exception {
    IssuedToken user = service.issueUser(Scene.ALICE, null, Scene.CLIENT);
    node.validate(session());
    node.validate(service.issueOpen(Scene.ALICE, Duration.ZERO, Scene.CLIENT));
    service.validateUser(Scene.presented(user));

    assertThat(new Seen(counts)).isEqualTo(new Seen(3, Map.of(), 0));
  }

  @Test
  void eachRefusalIsCountedByItsReasonAlone() throws Exception {
    IssuedToken closed = session();
    IssuedToken ofOther = session();
    service.close(closed.record().id());
    IssuedToken replaced = service.issueClient(Scene.ALICE, "live", "shop");
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

    assertThat(new Seen(counts))
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
    scene.memory.end(token.record().id(), Ending.of(Reason.EVICTED, scene.clock.instant()));

    refused(Rejection.EVICTED, Scene.presented(token));

    assertThat(new Seen(counts)).isEqualTo(new Seen(0, Map.of(Rejection.EVICTED, 1L), 0));
  }

  @Test
  void storeThatDoesNotAnswerIsUnavailableAndNoRefusal() throws Exception {
    IssuedToken token = session();
    node.store.cut();

    assertThatThrownBy(() -> node.validate(token)).isInstanceOf(TokenStoreException.class);
    assertThatThrownBy(() -> service.logOut(Scene.presented(token)))
        .isInstanceOf(TokenStoreException.class);

    assertThat(new Seen(counts)).isEqualTo(new Seen(0, Map.of(), 2));
  }

  @Test
  void sessionOfAUserTokenHasTheLastWordOnItsRequest() throws Exception {
    IssuedToken user = service.issueUser(Scene.ALICE, null, Scene.CLIENT);
    OpenedSession open = service.openSession(service.validateUser(Scene.presented(user)));
    assertThat(new Seen(counts)).isEqualTo(new Seen(1, Map.of(), 0));

    continued(user, open);
    assertThat(new Seen(counts)).isEqualTo(new Seen(2, Map.of(), 0));

    service.close(open.token().used().id());
    assertThatThrownBy(() -> continued(user, open)).isInstanceOf(TokenRejectedException.class);
    assertThat(new Seen(counts)).isEqualTo(new Seen(2, Map.of(Rejection.CLOSED, 1L), 0));

    OpenedSession another = service.openSession(service.validateUser(Scene.presented(user)));
    node.store.cut();
    assertThatThrownBy(() -> continued(user, another)).isInstanceOf(TokenStoreException.class);
    assertThat(new Seen(counts)).isEqualTo(new Seen(3, Map.of(Rejection.CLOSED, 1L), 1));
  }

  @Test
  void countThatWasShownNeverGoesDown() throws Exception {
    IssuedToken user = service.issueUser(Scene.ALICE, null, Scene.CLIENT);
    ActiveToken good = service.validateUser(Scene.presented(user));
    assertThat(counts.accepted()).isEqualTo(1);

    assertThatThrownBy(() -> service.continueSession(good, "no session", Scene.CLIENT))
        .isInstanceOf(TokenRejectedException.class);
    assertThat(counts.accepted()).isEqualTo(1);

    service.validateUser(Scene.presented(user));
    assertThat(counts.accepted()).isEqualTo(1);
    service.validateUser(Scene.presented(user));
    assertThat(counts.accepted()).isEqualTo(2);
  }

  @Test
  void logOutAndRefreshValidateTooButNotWhoeverAsksOrRevokes() throws Exception {
    service.logOut(Scene.presented(session()));
    service.logOutUser(Scene.presented(service.issueUser(Scene.ALICE, null, Scene.CLIENT)));
    IssuedToken client = service.issueClient(Scene.ALICE, "live", "shop");
    IssuedToken successor = service.refresh(Scene.presented(client));
    assertThat(new Seen(counts)).isEqualTo(new Seen(3, Map.of(), 0));

    assertThat(service.inspect(successor.value())).isPresent();
    assertThat(service.inspect("no token")).isEmpty();
    service.revoke(successor.value());
    service.revoke("no token");
    assertThat(new Seen(counts)).isEqualTo(new Seen(3, Map.of(), 0));
  }

  @Test
  void lookUpsAreAnsweredFromMemoryAfterTheFirst() throws Exception {
    IssuedToken token = session();
    node.validate(token);
    assertThat(List.of(counts.hits(), counts.misses())).containsExactly(0L, 1L);
    node.validate(token);
    node.validate(token);
    assertThat(List.of(counts.hits(), counts.misses())).containsExactly(2L, 1L);

    node.pass(LiveNode.LAG);
    node.validate(token);
    assertThat(List.of(counts.hits(), counts.misses())).containsExactly(2L, 2L);
  }

  @Test
  void renewalsAreOfferedByEachUseAndWrittenOnce() throws Exception {
    IssuedToken token = session();
    for (int i = 0; i < 5; i++) {
      node.use(token);
    }
    service.renew(service.validate(Scene.passively(token)));
    assertThat(List.of(counts.offered(), counts.written())).containsExactly(5L, 0L);

    node.pass(LiveNode.INTERVAL);
    node.store.failBefore(Call.RENEW, 1);
    service.writeUses();
    assertThat(counts.written()).isZero();
    service.writeUses();
    assertThat(List.of(counts.offered(), counts.written())).containsExactly(5L, 1L);

    service.keepAlive(node.validate(token));
    assertThat(List.of(counts.offered(), counts.written())).containsExactly(6L, 2L);
  }

  @Test
  void renewalThatTheStoreRefusesIsNotWritten() throws Exception {
    IssuedToken token = session();
    node.use(token);
    node.endElsewhere(token);
    node.pass(LiveNode.INTERVAL);
    service.writeUses();

    assertThat(node.renewals()).isEqualTo(1);
    assertThat(counts.written()).isZero();
  }

  @Test
  void issuedEndedAndFailedAreCountedByTheirKind() throws Exception {
    IssuedToken session = session();
    IssuedToken other = session();
    service.issueOpen(Scene.ALICE, Duration.ofMinutes(1), Scene.CLIENT);
    IssuedToken user = service.issueUser(Scene.ALICE, null, Scene.CLIENT);
    service.openSession(service.validateUser(Scene.presented(user)));
    service.close(session.record().id());
    service.close(session.record().id());
    service.swept(List.of(other.record().id()));
    service.loginFailed("mallory", Rejection.WRONG_CREDENTIALS, Scene.CLIENT);
    service.loginFailed("mallory", Rejection.TOO_MANY_LOGINS, Scene.CLIENT);
    service.loginFailed("trudy", Rejection.WRONG_CREDENTIALS, Scene.CLIENT);

    assertThat(counts.issued(TokenKind.SESSION)).isEqualTo(3);
    assertThat(counts.issued(TokenKind.OPEN)).isEqualTo(1);
    assertThat(counts.issued(TokenKind.USER)).isEqualTo(1);
    assertThat(counts.ended(Reason.CLOSED)).isEqualTo(1);
    assertThat(counts.ended(Reason.EXPIRED)).isEqualTo(1);
    assertThat(counts.ended(Reason.EVICTED) + counts.ended(Reason.REPLACED)).isZero();
    assertThat(counts.loginsFailed(Rejection.WRONG_CREDENTIALS)).isEqualTo(2);
    assertThat(counts.loginsFailed(Rejection.TOO_MANY_LOGINS)).isEqualTo(1);
    assertThat(counts.loginsFailed(Rejection.LOGIN_BUSY)).isZero();
  }

  @Test
  void endIsCountedOnTheNodeThatMadeIt() throws Exception {
    IssuedToken token = session();
    node.endElsewhere(token);
    service.pollEnds();

    assertThat(scene.service.counts().ended(Reason.CLOSED)).isEqualTo(1);
    assertThat(counts.ended(Reason.CLOSED)).isZero();
  }

  @Test
  void ageOfTheFeedCountsFromTheBeginOfTheLastPollThatWasApplied() {
    node.pass(Duration.ofMillis(250));
    assertThat(service.feed()).contains(new FeedState(true, Duration.ofMillis(250)));

    node.store.before(Call.ENDED_WITHIN, 1, () -> node.pass(Duration.ofMillis(100)));
    service.pollEnds();
    assertThat(service.feed()).contains(new FeedState(true, Duration.ofMillis(100)));

    node.pass(LiveNode.LAG);
    node.store.failBefore(Call.ENDED_WITHIN, 1);
    service.pollEnds();
    assertThat(service.feed()).contains(new FeedState(false, Duration.ofMillis(1_100)));
  }

  @Test
  void feedHasNoAgeBeforeItsFirstPollAndIsNoneWithoutALag() {
    assertThat(new LiveNode(scene).service.feed()).contains(new FeedState(false, null));
    assertThat(scene.service.feed()).isEmpty();
  }

  @Test
  void nothingIsLostWhereManyValidateAtOnce() throws Exception {
    IssuedToken good = session();
    IssuedToken closed = session();
    service.close(closed.record().id());
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
    assertThat(new Seen(counts)).isEqualTo(new Seen(all, Map.of(Rejection.CLOSED, all), 0));
    assertThat(counts.hits() + counts.misses()).isEqualTo(2 * all);
  }

  @Test
  void countIsNeverAheadOfTheRequests() throws Exception {
    TokenCounts judgedTwice = new TokenCounts();
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
                  judgedTwice.accept();
                  judgedTwice.takeBack();
                  judgedTwice.accept();
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
    service.continueSession(good, session.id().value(), Scene.CLIENT);
  }

  private void refused(Rejection rejection, PresentedToken presented) {
    assertThatThrownBy(() -> service.validate(presented))
        .isInstanceOfSatisfying(
            TokenRejectedException.class,
            refused -> assertThat(refused.rejection()).isEqualTo(rejection));
  }

  /** The validations that were counted, without the refusals that there were none of. */
  private record Seen(long accepted, Map<Rejection, Long> refused, long unavailable) {
    Seen(TokenCounts counts) {
      this(counts.accepted(), refusals(counts), counts.unavailable());
    }

    private static Map<Rejection, Long> refusals(TokenCounts counts) {
      Map<Rejection, Long> refusals = new EnumMap<>(Rejection.class);
      for (Rejection rejection : Rejection.values()) {
        if (counts.refused(rejection) > 0) {
          assertThat(TokenCounts.REFUSALS).contains(rejection);
          refusals.put(rejection, counts.refused(rejection));
        }
      }
      return refusals;
    }
  }
}
