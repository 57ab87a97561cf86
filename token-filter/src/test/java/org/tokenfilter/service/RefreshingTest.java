package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.CLIENT_LIFETIME;
import static org.tokenfilter.service.Scene.NEIGHBOUR;
import static org.tokenfilter.service.Scene.presented;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.FIND;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.REPLACE;
import static org.tokenfilter.store.tck.FaultyTokenStore.Call.REVOKE;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.LogLines;
import org.tokenfilter.service.TokenPolicy.ReusePolicy;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Refresh of an API client's token for one successor, with at most one live token per family. */
class RefreshingTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Scene scene = new Scene();
  private final FaultyTokenStore faulty = new FaultyTokenStore(scene.memory);

  /** Case C10. */
  @Test
  void theSuccessorIsGoodAndTheOldTokenIsNot() throws Exception {
    IssuedToken old = scene.apiClient();
    scene.clock.move(MINUTE);
    scene.heard.events();

    IssuedToken successor = refresh(old);

    assertThat(scene.heard.events())
        .containsExactly(
            "ended " + old.record().id() + " REPLACED", "issued " + successor.record().id());
    scene.validate(successor);
    assertRefused(Rejection.REPLACED, () -> scene.validate(old));
  }

  @Test
  void aSuccessorHasWhatItsPredecessorHadAndALifeOfItsOwn() throws Exception {
    Subject subject = new Subject("alice", Set.of("buyer", "user"), Map.of("tenant", "7"));
    IssuedToken old = scene.service.issueApiClientToken(subject, "live", "shop");
    scene.clock.move(MINUTE);
    Instant now = scene.clock.instant();

    TokenRecord successor = refresh(old).record();

    assertThat(scene.stored(successor.id()))
        .isEqualTo(
            TokenRecord.builder(successor.id(), TokenKind.OPEN, "alice", now)
                .roles(Set.of("buyer", "user"))
                .attributes(Map.of("tenant", "7"))
                .group(old.record().group())
                .client("shop")
                .expiresAt(now.plus(CLIENT_LIFETIME))
                .build());
    assertThat(scene.stored(old.record().id()).revocation())
        .isEqualTo(new Revocation(now, RevocationReason.REPLACED, successor.id()));
  }

  @Test
  void aTokenIsRefreshedToItsLastMoment() throws Exception {
    IssuedToken token = scene.apiClient();
    scene.clock.move(CLIENT_LIFETIME.minus(MILLI));
    IssuedToken successor = refresh(token);

    scene.clock.move(CLIENT_LIFETIME);
    assertRefused(Rejection.EXPIRED, () -> refresh(successor));
  }

  @Test
  void anotherAddressMayRefresh() throws Exception {
    IssuedToken old = scene.apiClient();

    IssuedToken successor = scene.service.refresh(presented(old.value(), NEIGHBOUR));

    assertThat(successor.record().client()).isEqualTo("shop");
  }

  /** Case C12. */
  @Test
  void withoutGraceTheOldTokenYieldsNothing() throws Exception {
    IssuedToken old = scene.apiClient();
    IssuedToken successor = refresh(old);

    assertRefused(Rejection.REPLACED, () -> refresh(old));

    assertThat(scene.live()).containsExactly(successor.record());
  }

  /** The node's clock shows a time before the refresh, but that counts as no grace period. */
  @Test
  void withoutGraceANodeWhoseClockIsBehindGivesNothingEither() throws Exception {
    IssuedToken old = scene.apiClient();
    scene.clock.move(MINUTE);
    refresh(old);

    scene.clock.move(MINUTE.negated());

    assertRefused(Rejection.REPLACED, () -> refresh(old));
  }

  /** The second refresh read the clock first and reached the store last. */
  @Test
  void withoutGraceWhoeverIsSecondGetsNothing() throws Exception {
    IssuedToken old = scene.apiClient();
    List<IssuedToken> winners = new ArrayList<>();
    faulty.before(
        REPLACE,
        1,
        () -> {
          scene.clock.move(MILLI);
          winners.add(refreshed(old));
        });
    TokenService late = scene.over(faulty, Scene.POLICY, scene.heard);

    assertRefused(Rejection.REPLACED, () -> late.refresh(presented(old)));

    assertThat(scene.live()).containsExactly(winners.get(0).record());
  }

  @Test
  void withinTheGraceTheSameSuccessorIsWrittenAnew() throws Exception {
    scene.by(Scene.refreshing(GRACE, ReusePolicy.REPORT));
    IssuedToken old = scene.apiClient();
    IssuedToken first = refresh(old);
    scene.heard.events();
    scene.clock.move(GRACE.minus(MILLI));

    IssuedToken second = refresh(old);

    assertThat(second.record()).isEqualTo(first.record());
    assertThat(second.value()).isNotEqualTo(first.value());
    assertThat(scene.codec.decode(second.value())).isEqualTo(scene.codec.decode(first.value()));
    assertThat(scene.heard.events()).isEmpty();
    assertThat(scene.live()).containsExactly(first.record());
    scene.validate(first);
    scene.validate(second);
  }

  @Test
  void withinTheGraceTheOldTokenIsGoodForNothingElse() throws Exception {
    scene.by(Scene.refreshing(GRACE, ReusePolicy.REPORT));
    IssuedToken old = scene.apiClient();
    refresh(old);

    assertRefused(Rejection.REPLACED, () -> scene.validate(old));
  }

  @Test
  void fromTheEndOfTheGraceTheOldTokenIsRefusedAndReported() throws Exception {
    scene.by(Scene.refreshing(GRACE, ReusePolicy.REPORT));
    IssuedToken old = scene.apiClient();
    IssuedToken successor = refresh(old);
    scene.clock.move(GRACE);
    scene.heard.events();

    assertRefused(Rejection.REPLACED, () -> refresh(old));

    assertThat(scene.heard.events())
        .containsExactly("replayed " + old.record().id() + " by 192.0.2.1", "refused REPLACED");
    scene.validate(successor);
  }

  @Test
  void aSuccessorThatWasRefreshedItselfIsNotWrittenAgain() throws Exception {
    scene.by(Scene.refreshing(GRACE, ReusePolicy.END_FAMILY));
    IssuedToken first = scene.apiClient();
    IssuedToken second = refresh(first);
    IssuedToken third = refresh(second);
    scene.heard.events();

    assertRefused(Rejection.REPLACED, () -> refresh(first));

    assertThat(scene.heard.events()).containsExactly("refused REPLACED");
    scene.validate(third);
    assertThat(refresh(second).record()).isEqualTo(third.record());
  }

  @Test
  void aSuccessorThatWasClosedIsNotWrittenAgain() throws Exception {
    scene.by(Scene.refreshing(GRACE, ReusePolicy.REPORT));
    IssuedToken old = scene.apiClient();
    scene.service.revoke(refresh(old).record().id());
    scene.heard.events();

    assertRefused(Rejection.REPLACED, () -> refresh(old));
    assertThat(scene.heard.events()).containsExactly("refused REPLACED");
  }

  @Test
  void aSuccessorThatHasExpiredIsNotWrittenAgain() throws Exception {
    scene.by(Scene.refreshing(CLIENT_LIFETIME.multipliedBy(2), ReusePolicy.REPORT));
    IssuedToken old = scene.apiClient();
    refresh(old);
    scene.clock.move(CLIENT_LIFETIME);

    assertRefused(Rejection.REPLACED, () -> refresh(old));
  }

  @Test
  void whoComesSecondByAMomentIsNoThief() throws Exception {
    for (Duration grace : List.of(Duration.ZERO, GRACE)) {
      scene.by(Scene.refreshing(grace, ReusePolicy.END_FAMILY));
      IssuedToken old = scene.service.issueApiClientToken(Scene.ALICE, "live", "second " + grace);
      faulty.before(REPLACE, 1, () -> refreshed(old));
      Heard heard = new Heard();
      TokenService late =
          scene.over(faulty, Scene.refreshing(grace, ReusePolicy.END_FAMILY), heard);

      if (grace.isZero()) {
        assertRefused(Rejection.REPLACED, () -> late.refresh(presented(old)));
        assertThat(heard.events()).containsExactly("refused REPLACED");
      } else {
        scene.validate(late.refresh(presented(old)));
        assertThat(heard.events()).isEmpty();
      }
    }
    assertThat(scene.live()).hasSize(2);
  }

  @Test
  void everyReplayIsReportedOnce() throws Exception {
    IssuedToken old = scene.apiClient();
    refresh(old);
    scene.heard.events();
    try (LogLines audit = new LogLines("org.tokenfilter.audit")) {
      assertRefused(Rejection.REPLACED, () -> refresh(old));
      assertRefused(
          Rejection.REPLACED, () -> scene.service.refresh(presented(old.value(), NEIGHBOUR)));

      String line =
          "WARN event=refresh-replay handle="
              + old.record().id().toString().substring(0, 8)
              + " subject=\"alice\" client=";
      assertThat(audit.lines())
          .containsExactly(
              line + "\"192.0.2.1\"",
              "DEBUG event=refused rejection=replaced why=\"replaced\" client=\"192.0.2.1\"",
              line + "\"192.0.2.2\"",
              "DEBUG event=refused rejection=replaced why=\"replaced\" client=\"192.0.2.2\"");
    }
    assertThat(scene.heard.events())
        .containsExactly(
            "replayed " + old.record().id() + " by " + CLIENT,
            "refused REPLACED",
            "replayed " + old.record().id() + " by " + NEIGHBOUR,
            "refused REPLACED");
  }

  @Test
  void presentingAReplacedTokenToAnythingElseIsNoReplay() throws Exception {
    IssuedToken old = scene.apiClient();
    refresh(old);
    scene.heard.events();

    assertRefused(Rejection.REPLACED, () -> scene.validate(old));

    assertThat(scene.heard.events()).containsExactly("refused REPLACED");
  }

  @Test
  void aReplayMayEndTheSuccessorToo() throws Exception {
    scene.by(Scene.refreshing(GRACE, ReusePolicy.END_FAMILY));
    IssuedToken old = scene.apiClient();
    IssuedToken successor = refresh(old);
    scene.clock.move(GRACE);
    scene.heard.events();

    assertRefused(Rejection.REPLACED, () -> refresh(old));

    assertThat(scene.heard.events())
        .containsExactly(
            "replayed " + old.record().id() + " by 192.0.2.1",
            "ended " + successor.record().id() + " CLOSED",
            "refused REPLACED");
    assertRefused(Rejection.CLOSED, () -> scene.validate(successor));
    scene.validate(scene.apiClient());
  }

  @Test
  void aReplayMayEndTheLastOfMany() throws Exception {
    scene.by(Scene.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY));
    List<IssuedToken> family = new ArrayList<>(List.of(scene.apiClient()));
    for (int i = 0; i < 4; i++) {
      scene.clock.move(MINUTE);
      family.add(refresh(family.get(i)));
    }
    IssuedToken last = family.get(4);
    scene.heard.events();

    assertRefused(Rejection.REPLACED, () -> refresh(family.get(1)));

    assertThat(scene.heard.events())
        .containsExactly(
            "replayed " + family.get(1).record().id() + " by 192.0.2.1",
            "ended " + last.record().id() + " CLOSED",
            "refused REPLACED");
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void aReplayFindsNothingToEndWhereTheFamilyHasEnded() throws Exception {
    scene.by(Scene.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY));
    IssuedToken old = scene.apiClient();
    scene.service.revoke(refresh(old).record().id());
    IssuedToken stranger = scene.apiClient();
    scene.heard.events();

    assertRefused(Rejection.REPLACED, () -> refresh(old));

    assertThat(scene.heard.events())
        .containsExactly("replayed " + old.record().id() + " by 192.0.2.1", "refused REPLACED");
    scene.validate(stranger);
  }

  @Test
  void aReplayAlsoEndsWhatIsRefreshedMeanwhile() throws Exception {
    TokenPolicy policy = Scene.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY);
    scene.by(policy);
    IssuedToken first = scene.apiClient();
    IssuedToken second = refresh(first);
    List<IssuedToken> third = new ArrayList<>();
    faulty.before(REVOKE, 1, () -> third.add(refreshed(second)));
    TokenService service = scene.over(faulty, policy);

    assertRefused(Rejection.REPLACED, () -> service.refresh(presented(first)));

    assertRefused(Rejection.CLOSED, () -> scene.validate(third.get(0)));
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void otherTokensAreNotRefreshedWhateverHasBecomeOfThem() throws Exception {
    Subject tricky = Subject.of("c:live:shop:alice");
    for (IssuedToken other :
        List.of(
            scene.session(),
            scene.session(tricky, Duration.ZERO),
            scene.open(MINUTE),
            scene.open(Duration.ZERO),
            scene.user())) {
      scene.heard.events();

      assertRefused(Rejection.INVALID, () -> refresh(other));
      assertThat(scene.heard.events()).containsExactly("refused INVALID");
      scene.validate(other);
      scene.service.revoke(other.record().id());
      assertRefused(Rejection.INVALID, () -> refresh(other));
    }
  }

  @Test
  void whatIsDeadIsNotOfferedToTheStore() throws Exception {
    scene.service = scene.over(faulty, Scene.POLICY);
    IssuedToken closed = scene.apiClient();
    scene.service.revoke(closed.record().id());
    IssuedToken expired = scene.apiClient();
    scene.clock.move(Scene.CLIENT_LIFETIME);

    assertRefused(Rejection.CLOSED, () -> refresh(closed));
    assertRefused(Rejection.EXPIRED, () -> refresh(expired));
    assertThat(faulty.callCount(REPLACE)).isZero();
  }

  @Test
  void whatHasEndedIsToldSo() throws Exception {
    IssuedToken closed = scene.apiClient();
    scene.service.revoke(closed.record().id());
    IssuedToken evicted = scene.apiClient();
    scene.memory.revoke(
        evicted.record().id(), Revocation.of(RevocationReason.EVICTED, scene.clock.instant()));
    IssuedToken swept = scene.apiClient();
    scene.memory.revoke(
        swept.record().id(), Revocation.of(RevocationReason.EXPIRED, scene.clock.instant()));
    IssuedToken expired = scene.apiClient();
    scene.clock.move(CLIENT_LIFETIME);
    scene.heard.events();

    assertRefused(Rejection.CLOSED, () -> refresh(closed));
    assertRefused(Rejection.EVICTED, () -> refresh(evicted));
    assertRefused(Rejection.EXPIRED, () -> refresh(swept));
    assertRefused(Rejection.EXPIRED, () -> refresh(expired));
    assertThat(scene.live()).isEmpty();
    assertThat(scene.heard.events())
        .containsExactly("refused CLOSED", "refused EVICTED", "refused EXPIRED", "refused EXPIRED");
  }

  @Test
  void whatIsNotKnownIsRefused() throws Exception {
    IssuedToken token = scene.apiClient();
    TokenService elsewhere = scene.over(new InMemoryTokenStore(), Scene.POLICY);

    assertRefused(Rejection.UNKNOWN, () -> elsewhere.refresh(presented(token)));
    assertRefused(Rejection.INVALID, () -> scene.service.refresh(presented("x", CLIENT)));
    assertRefused(
        Rejection.INVALID, () -> scene.service.refresh(presented(token.value() + "A", CLIENT)));
  }

  /** Case S11. */
  @Test
  void whatIsClosedMeanwhileHasNoSuccessor() throws Exception {
    IssuedToken old = scene.apiClient();
    faulty.before(REPLACE, 1, () -> scene.service.revoke(old.record().id()));
    TokenService late = scene.over(faulty, Scene.POLICY, scene.heard);
    scene.heard.events();

    assertRefused(Rejection.CLOSED, () -> late.refresh(presented(old)));

    assertThat(scene.live()).isEmpty();
    assertThat(scene.heard.events())
        .containsExactly("ended " + old.record().id() + " CLOSED", "refused CLOSED");
  }

  /** Case S11. */
  @Test
  void whatIsRefreshedWhileItIsClosedLeavesNoSuccessor() throws Exception {
    IssuedToken old = scene.apiClient();
    IssuedToken listed = scene.service.issueApiClientToken(Scene.ALICE, "live", "listed");
    TokenService service = scene.over(faulty, Scene.POLICY, scene.heard);
    List<IssuedToken> successors = new ArrayList<>();
    faulty.before(REVOKE, 1, () -> successors.add(refreshed(old)));
    assertThat(service.revoke(old.record().id())).isTrue();
    faulty.before(REVOKE, 1, () -> successors.add(refreshed(listed)));
    assertThat(service.revoke("alice", listed.record().id())).isTrue();

    assertThat(scene.live()).isEmpty();
    for (IssuedToken successor : successors) {
      assertRefused(Rejection.CLOSED, () -> scene.validate(successor));
    }
    assertThat(service.revoke(old.record().id())).isFalse();
  }

  @Test
  void aStoreThatFailsBeforeTheExchangeChangesNothing() throws Exception {
    IssuedToken old = scene.apiClient();
    TokenService service = scene.over(faulty, Scene.POLICY, scene.heard);
    scene.heard.events();
    for (FaultyTokenStore.Call call : List.of(FIND, REPLACE)) {
      faulty.failBefore(call, 1);

      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> service.refresh(presented(old)));

      assertThat(scene.heard.events()).isEmpty();
      assertThat(scene.live()).containsExactly(old.record());
    }
    scene.validate(service.refresh(presented(old)));
    assertThat(scene.live()).hasSize(1);
  }

  /** Case C13. */
  @Test
  void whereTheAnswerIsLostOneTokenIsLiveAndNobodyHasIt() throws Exception {
    IssuedToken old = scene.apiClient();
    TokenService service = scene.over(faulty, Scene.POLICY, scene.heard);
    faulty.failAfter(REPLACE, 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(presented(old)));

    assertThat(scene.live()).hasSize(1).doesNotContain(old.record());
    assertRefused(Rejection.REPLACED, () -> service.refresh(presented(old)));
    assertThat(scene.live()).hasSize(1);
  }

  /** Case C13. */
  @Test
  void whereTheAnswerIsLostTheGraceGivesItOnceMore() throws Exception {
    TokenService service =
        scene.over(faulty, Scene.refreshing(GRACE, ReusePolicy.END_FAMILY), scene.heard);
    IssuedToken old = scene.apiClient();
    faulty.failAfter(REPLACE, 1);
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(presented(old)));
    TokenRecord lost = scene.live().get(0);
    // The first call is for the old token, the second one for its successor.
    faulty.failBefore(FIND, 2);
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(presented(old)));

    IssuedToken found = service.refresh(presented(old));

    assertThat(found.record()).isEqualTo(lost);
    scene.validate(found);
    assertThat(scene.live()).containsExactly(lost);
  }

  @Test
  void aReplayThatCannotEndTheFamilyIsNotTakenForDone() throws Exception {
    TokenPolicy policy = Scene.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY);
    TokenService service = scene.over(faulty, policy);
    IssuedToken old = scene.apiClient();
    IssuedToken successor = service.refresh(presented(old));
    faulty.failBefore(REVOKE, 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(presented(old)));
    scene.validate(successor);

    assertRefused(Rejection.REPLACED, () -> service.refresh(presented(old)));
    assertRefused(Rejection.CLOSED, () -> scene.validate(successor));
  }

  private IssuedToken refresh(IssuedToken token) throws TokenRejectedException {
    return scene.service.refresh(presented(token));
  }

  /** Refreshes a token, and fails the test if that is rejected. */
  private IssuedToken refreshed(IssuedToken token) {
    try {
      return refresh(token);
    } catch (TokenRejectedException e) {
      throw new AssertionError(e);
    }
  }
}
