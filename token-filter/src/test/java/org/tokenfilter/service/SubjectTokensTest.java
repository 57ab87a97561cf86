package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.FIND;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.REVOKE;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.REVOKE_ALL;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;

/** Tokens of a subject, who can list and revoke their own tokens, and no others. */
class SubjectTokensTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Subject BOB = Subject.of("bob", "user");

  /** More tokens than the store revokes in one step. */
  private static final int MANY = 2_345;

  private final Scene scene = new Scene();

  @Test
  void whatIsLiveIsListedTheNewestFirst() throws Exception {
    IssuedToken session = scene.session();
    scene.clock.move(MINUTE);
    IssuedToken user = scene.user();
    scene.clock.move(MINUTE);
    SessionId kept = scene.service.openSession(scene.validate(user)).id();
    scene.service.issueOpen(BOB, MINUTE, CLIENT);
    scene.service.revoke(scene.open(MINUTE).record().id());

    assertThat(scene.service.list("alice", null, 100))
        .containsExactly(scene.stored(kept.tokenId()), user.record(), session.record());
    assertThat(scene.service.list("Alice", null, 100)).isEmpty();
  }

  /** An audience separates tokens, but not the store calls by subject (ADR 0052). */
  @Test
  void applicationsThatShareAStoreShareItsSubjects() throws Exception {
    TokenService neighbour = scene.forAudience("/admin");
    IssuedToken there = neighbour.issueSession(Scene.ALICE, Duration.ZERO, CLIENT, Set.of());
    scene.clock.move(MINUTE);
    IssuedToken here = scene.session();
    assertRefused(Rejection.INVALID, () -> scene.validate(there));

    assertThat(scene.service.list("alice", null, 10))
        .containsExactly(here.record(), there.record());
    assertThat(scene.service.revokeOthers(here.record())).isOne();
    assertRefused(Rejection.CLOSED, () -> neighbour.validate(Scene.presented(there)));
    scene.validate(here);
  }

  /** The wrong record stands for a store that compares names without regard to case. */
  @Test
  void aStoreThatListsAnothersTokensIsNotBelieved() throws Exception {
    IssuedToken bobs = scene.service.issueOpen(BOB, MINUTE, CLIENT);
    TokenStore confused = mock(TokenStore.class, delegatesTo(scene.memory));
    doAnswer(call -> List.of(bobs.record())).when(confused).list(any(), any(), any(), anyInt());
    TokenService service = scene.over(confused, Scene.POLICY);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.list("alice", null, 10));
    assertThat(service.list("bob", null, 10)).containsExactly(bobs.record());
  }

  @Test
  void whatHasExpiredIsNotListed() throws Exception {
    scene.session();
    IssuedToken open = scene.open(SESSION_IDLE.plus(MINUTE));
    scene.clock.move(SESSION_IDLE);

    assertThat(scene.service.list("alice", null, 100)).containsExactly(open.record());
  }

  @Test
  void pagesFollowOnEachOtherWithoutGapOrOverlap() throws Exception {
    List<TokenRecord> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      // Some are issued at the same moment, and their order must hold as well.
      scene.clock.move(i % 3 == 0 ? MINUTE : Duration.ZERO);
      all.add(scene.open(Duration.ZERO).record());
    }
    List<TokenRecord> seen = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    @Nullable PageCursor after = null;
    List<TokenRecord> page;
    do {
      page = scene.service.list("alice", after, 3);
      sizes.add(page.size());
      seen.addAll(page);
      after = page.isEmpty() ? null : PageCursor.of(page.get(page.size() - 1));
    } while (after != null);

    assertThat(sizes).containsExactly(3, 3, 1, 0);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
    assertThat(seen).isEqualTo(scene.service.list("alice", null, 100));
  }

  @Test
  void onesOwnIsClosedWithItsSessions() throws Exception {
    IssuedToken user = scene.user();
    SessionId kept = scene.service.openSession(scene.validate(user)).id();
    scene.heard.events();

    assertThat(scene.service.revoke("alice", user.record().id())).isTrue();

    assertThat(scene.heard.events())
        .containsExactlyInAnyOrder(closed(user), closed(kept.tokenId()));
    assertRefused(Rejection.CLOSED, () -> scene.validate(user));
  }

  @Test
  void onesOwnThatHasEndedIsStillOnesOwn() throws Exception {
    IssuedToken user = scene.user();
    scene.service.revoke("alice", user.record().id());
    scene.heard.events();

    assertThat(scene.service.revoke("alice", user.record().id())).isTrue();
    assertThat(scene.heard.events()).isEmpty();
  }

  @Test
  void anothersAndUnknownOnesAreLeftAlone() throws Exception {
    IssuedToken bobs = scene.service.issueOpen(BOB, MINUTE, CLIENT);
    scene.heard.events();

    assertThat(scene.service.revoke("alice", bobs.record().id())).isFalse();
    assertThat(scene.service.revoke("Bob", bobs.record().id())).isFalse();
    assertThat(scene.service.revoke("alice", TokenId.parse("A".repeat(43)))).isFalse();

    assertThat(scene.heard.events()).isEmpty();
    scene.validate(bobs);
  }

  @Test
  void allOthersEndAndTheCurrentOneStays() throws Exception {
    IssuedToken current = scene.session();
    List<IssuedToken> others =
        List.of(scene.session(), scene.user(), scene.open(MINUTE), scene.apiClient());
    SessionId kept = scene.service.openSession(scene.validate(others.get(1))).id();
    IssuedToken bobs = scene.service.issueOpen(BOB, MINUTE, CLIENT);
    scene.heard.events();

    assertThat(scene.service.revokeOthers(current.record())).isEqualTo(5);

    assertThat(scene.heard.events())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    others.stream().map(token -> closed(token)), Stream.of(closed(kept.tokenId())))
                .toList());
    assertThat(scene.live()).containsExactly(current.record());
    scene.validate(bobs);
  }

  @Test
  void theSessionsOfTheCurrentUserTokenStay() throws Exception {
    IssuedToken current = scene.user();
    IssuedToken other = scene.user();
    TokenId own = scene.service.openSession(scene.validate(current)).id().tokenId();
    scene.service.openSession(scene.validate(other));

    assertThat(scene.service.revokeOthers(current.record())).isEqualTo(2);

    assertThat(scene.live())
        .extracting(TokenRecord::id)
        .containsExactlyInAnyOrder(current.record().id(), own);
  }

  @Test
  void theUserTokenOfTheCurrentSessionStaysAndItsOtherSessionsGo() throws Exception {
    IssuedToken user = scene.user();
    TokenId current = scene.service.openSession(scene.validate(user)).id().tokenId();
    scene.service.openSession(scene.validate(user));
    scene.session();

    assertThat(scene.service.revokeOthers(scene.stored(current))).isEqualTo(2);

    assertThat(scene.live())
        .extracting(TokenRecord::id)
        .containsExactlyInAnyOrder(user.record().id(), current);
  }

  @Test
  void theSessionsOfTheCurrentUserTokenStayHoweverManyThereAre() throws Exception {
    IssuedToken current = scene.user();
    for (int i = 0; i < MANY; i++) {
      scene.service.openSession(scene.validate(current));
    }
    scene.clock.move(MINUTE);
    scene.open(MINUTE);

    assertThat(scene.service.revokeOthers(current.record())).isOne();
    assertThat(scene.live()).hasSize(MANY + 1);
  }

  /** Case C28. */
  @Test
  void allEnd() throws Exception {
    IssuedToken user = scene.user();
    scene.service.openSession(scene.validate(user));
    scene.session();
    IssuedToken bobs = scene.service.issueOpen(BOB, MINUTE, CLIENT);

    assertThat(scene.service.revokeAll("alice")).isEqualTo(3);
    assertThat(scene.service.revokeAll("alice")).isZero();

    assertThat(scene.live()).isEmpty();
    scene.validate(bobs);
  }

  @Test
  void manyEndInSteps() throws Exception {
    List<TokenId> ids = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      ids.add(scene.open(MINUTE).record().id());
    }
    scene.heard.events();
    FaultyTokenStore counted = new FaultyTokenStore(scene.memory);

    assertThat(scene.over(counted, Scene.POLICY, scene.heard).revokeAll("alice")).isEqualTo(MANY);

    // The last step finds nothing.
    assertThat(counted.callCount(REVOKE_ALL)).isEqualTo(4);
    assertThat(scene.heard.events())
        .containsExactlyInAnyOrderElementsOf(ids.stream().map(SubjectTokensTest::closed).toList());
    assertThat(scene.live()).isEmpty();
  }

  /**
   * The record stands for a successor that is not committed yet when a step selects its records.
   */
  @Test
  void whatComesBesideAStepEndsToo() throws Exception {
    scene.session();
    TokenStore late =
        mock(TokenStore.class, withSettings().defaultAnswer(delegatesTo(scene.memory)));
    AtomicBoolean come = new AtomicBoolean();
    doAnswer(
            step -> {
              List<TokenId> ended =
                  scene.memory.revokeAll(
                      step.getArgument(0), step.getArgument(1), step.getArgument(2));
              if (!come.getAndSet(true)) {
                scene.open(MINUTE);
              }
              return ended;
            })
        .when(late)
        .revokeAll(any(), any(), anyInt());

    assertThat(scene.over(late, Scene.POLICY).revokeAll("alice")).isEqualTo(2);
    assertThat(scene.live()).isEmpty();
  }

  /** A step revokes the children of its records, too. */
  @Test
  void manyWithSessionsEndInSteps() throws Exception {
    for (int i = 0; i < MANY / 2; i++) {
      scene.service.openSession(scene.validate(scene.user()));
    }

    assertThat(scene.service.revokeAll("alice")).isEqualTo(MANY / 2 * 2);
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void aStepThatFailsIsNotTakenForTheEnd() throws Exception {
    for (int i = 0; i < MANY; i++) {
      scene.open(MINUTE);
    }
    FaultyTokenStore faulty = new FaultyTokenStore(scene.memory);
    TokenService service = scene.over(faulty, Scene.POLICY, scene.heard);
    scene.heard.events();
    faulty.failBefore(REVOKE_ALL, 2);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.revokeAll("alice"));

    assertThat(scene.heard.events()).hasSize(1_000);
    assertThat(service.revokeAll("alice")).isEqualTo(MANY - 1_000);
  }

  @Test
  void aStoreThatDoesNotAnswerIsNotTakenForNobodysToken() throws Exception {
    IssuedToken token = scene.open(MINUTE);
    FaultyTokenStore faulty = new FaultyTokenStore(scene.memory);
    TokenService service = scene.over(faulty, Scene.POLICY);
    for (FaultyTokenStore.Call call : Set.of(FIND, REVOKE)) {
      faulty.failBefore(call, 1);
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> service.revoke("alice", token.record().id()));
    }
    scene.validate(token);
  }

  private static String closed(IssuedToken token) {
    return closed(token.record().id());
  }

  private static String closed(TokenId id) {
    return "ended " + id + " CLOSED";
  }

  /** By the clock of the revoking node, the tokens will be issued in ten minutes. */
  @Test
  void whatANodeHasIssuedWhoseClockIsFarAheadEndsToo() throws Exception {
    TokenService ahead =
        scene.over(
            scene.memory,
            Scene.POLICY,
            new SettableClock(scene.clock.instant().plus(MINUTE.multipliedBy(10))));
    scene.session();
    IssuedToken user = ahead.issueUser(ALICE, null, CLIENT);
    ahead.openSession(ahead.validate(Scene.presented(user)));
    IssuedToken spared = ahead.issueOpen(ALICE, Duration.ofHours(1), CLIENT);

    assertThat(scene.service.revokeOthers(spared.record())).isEqualTo(3);
    assertThat(scene.live()).containsExactly(spared.record());
    assertThat(scene.service.revokeAll("alice")).isOne();
    assertThat(scene.live()).isEmpty();
  }
}
