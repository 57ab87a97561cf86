package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.FIND;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.LIST;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.REVOKE;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.REVOKE_ALL;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

  private final ServiceFixture fixture = new ServiceFixture();

  @Test
  void listsLiveTokensNewestFirst() throws Exception {
    IssuedToken session = fixture.issueSession();
    fixture.clock.move(MINUTE);
    IssuedToken user = fixture.issueUser();
    fixture.clock.move(MINUTE);
    SessionId kept = fixture.service.openSession(fixture.validate(user)).id();
    fixture.service.issueOpen(BOB, MINUTE, CLIENT);
    fixture.service.revoke(fixture.issueOpen(MINUTE).record().id());

    assertThat(fixture.service.list("alice", null, 100))
        .containsExactly(fixture.stored(kept.tokenId()), user.record(), session.record());
    assertThat(fixture.service.list("Alice", null, 100)).isEmpty();
  }

  /** An audience separates tokens, but not the store calls by subject (ADR 0052). */
  @Test
  void applicationsThatShareAStoreShareItsSubjects() throws Exception {
    TokenService neighbour = fixture.newServiceForAudience("/admin");
    IssuedToken there =
        neighbour.issueSession(ServiceFixture.ALICE, Duration.ZERO, CLIENT, Set.of());
    fixture.clock.move(MINUTE);
    IssuedToken here = fixture.issueSession();
    assertRejected(Rejection.INVALID, () -> fixture.validate(there));

    assertThat(fixture.service.list("alice", null, 10))
        .containsExactly(here.record(), there.record());
    assertThat(fixture.service.revokeOthers(here.record())).isOne();
    assertRejected(Rejection.CLOSED, () -> neighbour.validate(ServiceFixture.presented(there)));
    fixture.validate(here);
  }

  /** The wrong record stands for a store that compares names without regard to case. */
  @Test
  void recordsOfAnotherSubjectAreAStoreFailure() throws Exception {
    IssuedToken bobs = fixture.service.issueOpen(BOB, MINUTE, CLIENT);
    TokenStore confused = mock(TokenStore.class, delegatesTo(fixture.memory));
    doAnswer(call -> List.of(bobs.record())).when(confused).list(any(), any(), any(), anyInt());
    TokenService service = fixture.newService(confused, ServiceFixture.POLICY);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.list("alice", null, 10));
    assertThat(service.list("bob", null, 10)).containsExactly(bobs.record());
  }

  @Test
  void expiredTokensAreNotListed() throws Exception {
    fixture.issueSession();
    IssuedToken open = fixture.issueOpen(SESSION_IDLE.plus(MINUTE));
    fixture.clock.move(SESSION_IDLE);

    assertThat(fixture.service.list("alice", null, 100)).containsExactly(open.record());
  }

  @Test
  void pagesHaveNoGapsOrOverlaps() throws Exception {
    List<TokenRecord> all = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      // Some are issued at the same moment, and their order must hold as well.
      fixture.clock.move(i % 3 == 0 ? MINUTE : Duration.ZERO);
      all.add(fixture.issueOpen(Duration.ZERO).record());
    }
    List<TokenRecord> seen = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    @Nullable PageCursor after = null;
    List<TokenRecord> page;
    do {
      page = fixture.service.list("alice", after, 3);
      sizes.add(page.size());
      seen.addAll(page);
      after = page.isEmpty() ? null : PageCursor.of(page.get(page.size() - 1));
    } while (after != null);

    assertThat(sizes).containsExactly(3, 3, 1, 0);
    assertThat(seen).containsExactlyInAnyOrderElementsOf(all);
    assertThat(seen).isEqualTo(fixture.service.list("alice", null, 100));
  }

  @Test
  void revokesOwnTokenWithItsSessions() throws Exception {
    IssuedToken user = fixture.issueUser();
    SessionId kept = fixture.service.openSession(fixture.validate(user)).id();
    fixture.listener.events();

    assertThat(fixture.service.revoke("alice", user.record().id())).isTrue();

    assertThat(fixture.listener.events())
        .containsExactlyInAnyOrder(revokedEvent(user), revokedEvent(kept.tokenId()));
    assertRejected(Rejection.CLOSED, () -> fixture.validate(user));
  }

  @Test
  void revokedTokenStillBelongsToItsSubject() throws Exception {
    IssuedToken user = fixture.issueUser();
    fixture.service.revoke("alice", user.record().id());
    fixture.listener.events();

    assertThat(fixture.service.revoke("alice", user.record().id())).isTrue();
    assertThat(fixture.listener.events()).isEmpty();
  }

  @Test
  void tokensOfOthersAndUnknownTokensAreNotRevoked() throws Exception {
    IssuedToken bobs = fixture.service.issueOpen(BOB, MINUTE, CLIENT);
    fixture.listener.events();

    assertThat(fixture.service.revoke("alice", bobs.record().id())).isFalse();
    assertThat(fixture.service.revoke("Bob", bobs.record().id())).isFalse();
    assertThat(fixture.service.revoke("alice", TokenId.parse("A".repeat(43)))).isFalse();

    assertThat(fixture.listener.events()).isEmpty();
    fixture.validate(bobs);
  }

  @Test
  void revokesAllButTheCurrentToken() throws Exception {
    IssuedToken current = fixture.issueSession();
    List<IssuedToken> others =
        List.of(
            fixture.issueSession(),
            fixture.issueUser(),
            fixture.issueOpen(MINUTE),
            fixture.issueApiClient());
    SessionId kept = fixture.service.openSession(fixture.validate(others.get(1))).id();
    IssuedToken bobs = fixture.service.issueOpen(BOB, MINUTE, CLIENT);
    fixture.listener.events();

    assertThat(fixture.service.revokeOthers(current.record())).isEqualTo(5);

    assertThat(fixture.listener.events())
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    others.stream().map(token -> revokedEvent(token)),
                    Stream.of(revokedEvent(kept.tokenId())))
                .toList());
    assertThat(fixture.liveTokens()).containsExactly(current.record());
    fixture.validate(bobs);
  }

  @Test
  void keepsSessionsOfTheCurrentUserToken() throws Exception {
    IssuedToken current = fixture.issueUser();
    IssuedToken other = fixture.issueUser();
    TokenId own = fixture.service.openSession(fixture.validate(current)).id().tokenId();
    fixture.service.openSession(fixture.validate(other));

    assertThat(fixture.service.revokeOthers(current.record())).isEqualTo(2);

    assertThat(fixture.liveTokens())
        .extracting(TokenRecord::id)
        .containsExactlyInAnyOrder(current.record().id(), own);
  }

  @Test
  void keepsTheCurrentSessionAndItsUserToken() throws Exception {
    IssuedToken user = fixture.issueUser();
    TokenId current = fixture.service.openSession(fixture.validate(user)).id().tokenId();
    fixture.service.openSession(fixture.validate(user));
    fixture.issueSession();

    assertThat(fixture.service.revokeOthers(fixture.stored(current))).isEqualTo(2);

    assertThat(fixture.liveTokens())
        .extracting(TokenRecord::id)
        .containsExactlyInAnyOrder(user.record().id(), current);
  }

  @Test
  void keepsManySessionsOfTheCurrentUserToken() throws Exception {
    IssuedToken current = fixture.issueUser();
    for (int i = 0; i < MANY; i++) {
      fixture.service.openSession(fixture.validate(current));
    }
    fixture.clock.move(MINUTE);
    fixture.issueOpen(MINUTE);

    assertThat(fixture.service.revokeOthers(current.record())).isOne();
    assertThat(fixture.liveTokens()).hasSize(MANY + 1);
  }

  /** Case C28. */
  @Test
  void revokesAllTokens() throws Exception {
    IssuedToken user = fixture.issueUser();
    fixture.service.openSession(fixture.validate(user));
    fixture.issueSession();
    IssuedToken bobs = fixture.service.issueOpen(BOB, MINUTE, CLIENT);

    assertThat(fixture.service.revokeAll("alice")).isEqualTo(3);
    assertThat(fixture.service.revokeAll("alice")).isZero();

    assertThat(fixture.liveTokens()).isEmpty();
    fixture.validate(bobs);
  }

  @Test
  void revokesManyTokensInSteps() throws Exception {
    List<TokenId> ids = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      ids.add(fixture.issueOpen(MINUTE).record().id());
    }
    fixture.listener.events();
    FaultyTokenStore counted = new FaultyTokenStore(fixture.memory);

    assertThat(
            fixture.newService(counted, ServiceFixture.POLICY, fixture.listener).revokeAll("alice"))
        .isEqualTo(MANY);

    // The last step revokes fewer than its limit, so nothing is left.
    assertThat(counted.callCount(REVOKE_ALL)).isEqualTo(3);
    assertThat(counted.callCount(LIST)).isZero();
    assertThat(fixture.listener.events())
        .containsExactlyInAnyOrderElementsOf(
            ids.stream().map(SubjectTokensTest::revokedEvent).toList());
    assertThat(fixture.liveTokens()).isEmpty();
  }

  /** A step revokes the children of its records, too. */
  @Test
  void revokesManyTokensWithSessionsInSteps() throws Exception {
    for (int i = 0; i < MANY / 2; i++) {
      fixture.service.openSession(fixture.validate(fixture.issueUser()));
    }

    assertThat(fixture.service.revokeAll("alice")).isEqualTo(MANY / 2 * 2);
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void failedStepIsAStoreFailure() throws Exception {
    for (int i = 0; i < MANY; i++) {
      fixture.issueOpen(MINUTE);
    }
    FaultyTokenStore faulty = new FaultyTokenStore(fixture.memory);
    TokenService service = fixture.newService(faulty, ServiceFixture.POLICY, fixture.listener);
    fixture.listener.events();
    faulty.failBefore(REVOKE_ALL, 2);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.revokeAll("alice"));

    assertThat(fixture.listener.events()).hasSize(1_000);
    assertThat(service.revokeAll("alice")).isEqualTo(MANY - 1_000);
  }

  @Test
  void storeFailureIsNotAnUnknownToken() throws Exception {
    IssuedToken token = fixture.issueOpen(MINUTE);
    FaultyTokenStore faulty = new FaultyTokenStore(fixture.memory);
    TokenService service = fixture.newService(faulty, ServiceFixture.POLICY);
    for (FaultyTokenStore.Call call : Set.of(FIND, REVOKE)) {
      faulty.failBefore(call, 1);
      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> service.revoke("alice", token.record().id()));
    }
    fixture.validate(token);
  }

  private static String revokedEvent(IssuedToken token) {
    return revokedEvent(token.record().id());
  }

  private static String revokedEvent(TokenId id) {
    return "ended " + id + " CLOSED";
  }

  /** By the clock of the revoking node, the tokens will be issued in ten minutes. */
  @Test
  void revokesTokensIssuedByAFastClock() throws Exception {
    TokenService ahead =
        fixture.newService(
            fixture.memory,
            ServiceFixture.POLICY,
            new SettableClock(fixture.clock.instant().plus(MINUTE.multipliedBy(10))));
    fixture.issueSession();
    IssuedToken user = ahead.issueUser(ALICE, null, CLIENT);
    ahead.openSession(ahead.validate(ServiceFixture.presented(user)));
    IssuedToken spared = ahead.issueOpen(ALICE, Duration.ofHours(1), CLIENT);

    assertThat(fixture.service.revokeOthers(spared.record())).isEqualTo(3);
    assertThat(fixture.liveTokens()).containsExactly(spared.record());
    assertThat(fixture.service.revokeAll("alice")).isOne();
    assertThat(fixture.liveTokens()).isEmpty();
  }
}
