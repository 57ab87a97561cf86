package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.CLIENT_LIFETIME;
import static org.tokenfilter.service.ServiceFixture.NEIGHBOUR;
import static org.tokenfilter.service.ServiceFixture.presented;
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
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.policy.TokenPolicy.ReusePolicy;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Refresh of an API client's token for one successor, with at most one live token per family. */
class TokenServiceRefreshTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final ServiceFixture fixture = new ServiceFixture();
  private final FaultyTokenStore faulty = new FaultyTokenStore(fixture.memory);

  /** Case C10. */
  @Test
  void successorIsValidAndOldTokenIsNot() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    fixture.clock.move(MINUTE);
    fixture.listener.events();

    IssuedToken successor = refresh(old);

    assertThat(fixture.listener.events())
        .containsExactly(
            "ended " + old.record().id() + " REPLACED", "issued " + successor.record().id());
    fixture.validate(successor);
    assertRejected(Rejection.REPLACED, () -> fixture.validate(old));
  }

  @Test
  void successorCopiesItsPredecessorExceptTheLifetime() throws Exception {
    Subject subject = new Subject("alice", Set.of("buyer", "user"), Map.of("tenant", "7"));
    IssuedToken old = fixture.service.issueApiClientToken(subject, "live", "shop");
    fixture.clock.move(MINUTE);
    Instant now = fixture.clock.instant();

    TokenRecord successor = refresh(old).record();

    assertThat(fixture.stored(successor.id()))
        .isEqualTo(
            TokenRecord.builder(successor.id(), TokenKind.OPEN, "alice", now)
                .roles(Set.of("buyer", "user"))
                .attributes(Map.of("tenant", "7"))
                .group(old.record().group())
                .client("shop")
                .expiresAt(now.plus(CLIENT_LIFETIME))
                .build());
    assertThat(fixture.stored(old.record().id()).revocation())
        .isEqualTo(new Revocation(now, RevocationReason.REPLACED, successor.id()));
  }

  @Test
  void tokenCanBeRefreshedUntilItExpires() throws Exception {
    IssuedToken token = fixture.issueApiClient();
    fixture.clock.move(CLIENT_LIFETIME.minus(MILLI));
    IssuedToken successor = refresh(token);

    fixture.clock.move(CLIENT_LIFETIME);
    assertRejected(Rejection.EXPIRED, () -> refresh(successor));
  }

  @Test
  void otherAddressMayRefresh() throws Exception {
    IssuedToken old = fixture.issueApiClient();

    IssuedToken successor = fixture.service.refresh(presented(old.value(), NEIGHBOUR));

    assertThat(successor.record().client()).isEqualTo("shop");
  }

  /** Case C12. */
  @Test
  void withoutGraceTheOldTokenIsRejected() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    IssuedToken successor = refresh(old);

    assertRejected(Rejection.REPLACED, () -> refresh(old));

    assertThat(fixture.liveTokens()).containsExactly(successor.record());
  }

  /** The node's clock shows a time before the refresh, but that counts as no grace period. */
  @Test
  void withoutGraceASlowClockRejectsTheOldTokenToo() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    fixture.clock.move(MINUTE);
    refresh(old);

    fixture.clock.move(MINUTE.negated());

    assertRejected(Rejection.REPLACED, () -> refresh(old));
  }

  /** The second refresh read the clock first and reached the store last. */
  @Test
  void withoutGraceTheSecondRefreshIsRejected() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    List<IssuedToken> winners = new ArrayList<>();
    faulty.before(
        REPLACE,
        1,
        () -> {
          fixture.clock.move(MILLI);
          winners.add(refreshed(old));
        });
    TokenService late = fixture.newService(faulty, ServiceFixture.POLICY, fixture.listener);

    assertRejected(Rejection.REPLACED, () -> late.refresh(presented(old)));

    assertThat(fixture.liveTokens()).containsExactly(winners.get(0).record());
  }

  @Test
  void withinTheGraceTheSameSuccessorIsReissued() throws Exception {
    fixture.withPolicy(ServiceFixture.refreshing(GRACE, ReusePolicy.REPORT));
    IssuedToken old = fixture.issueApiClient();
    IssuedToken first = refresh(old);
    fixture.listener.events();
    fixture.clock.move(GRACE.minus(MILLI));

    IssuedToken second = refresh(old);

    assertThat(second.record()).isEqualTo(first.record());
    assertThat(second.value()).isNotEqualTo(first.value());
    assertThat(fixture.codec.decode(second.value())).isEqualTo(fixture.codec.decode(first.value()));
    assertThat(fixture.listener.events()).isEmpty();
    assertThat(fixture.liveTokens()).containsExactly(first.record());
    fixture.validate(first);
    fixture.validate(second);
  }

  @Test
  void withinTheGraceTheOldTokenIsRejectedElsewhere() throws Exception {
    fixture.withPolicy(ServiceFixture.refreshing(GRACE, ReusePolicy.REPORT));
    IssuedToken old = fixture.issueApiClient();
    refresh(old);

    assertRejected(Rejection.REPLACED, () -> fixture.validate(old));
  }

  @Test
  void afterTheGraceTheOldTokenIsRejectedAndReported() throws Exception {
    fixture.withPolicy(ServiceFixture.refreshing(GRACE, ReusePolicy.REPORT));
    IssuedToken old = fixture.issueApiClient();
    IssuedToken successor = refresh(old);
    fixture.clock.move(GRACE);
    fixture.listener.events();

    assertRejected(Rejection.REPLACED, () -> refresh(old));

    assertThat(fixture.listener.events())
        .containsExactly("replayed " + old.record().id() + " by 192.0.2.1", "refused REPLACED");
    fixture.validate(successor);
  }

  @Test
  void refreshedSuccessorIsNotReissued() throws Exception {
    fixture.withPolicy(ServiceFixture.refreshing(GRACE, ReusePolicy.END_FAMILY));
    IssuedToken first = fixture.issueApiClient();
    IssuedToken second = refresh(first);
    IssuedToken third = refresh(second);
    fixture.listener.events();

    assertRejected(Rejection.REPLACED, () -> refresh(first));

    assertThat(fixture.listener.events()).containsExactly("refused REPLACED");
    fixture.validate(third);
    assertThat(refresh(second).record()).isEqualTo(third.record());
  }

  @Test
  void revokedSuccessorIsNotReissued() throws Exception {
    fixture.withPolicy(ServiceFixture.refreshing(GRACE, ReusePolicy.REPORT));
    IssuedToken old = fixture.issueApiClient();
    fixture.service.revoke(refresh(old).record().id());
    fixture.listener.events();

    assertRejected(Rejection.REPLACED, () -> refresh(old));
    assertThat(fixture.listener.events()).containsExactly("refused REPLACED");
  }

  @Test
  void expiredSuccessorIsNotReissued() throws Exception {
    fixture.withPolicy(
        ServiceFixture.refreshing(CLIENT_LIFETIME.multipliedBy(2), ReusePolicy.REPORT));
    IssuedToken old = fixture.issueApiClient();
    refresh(old);
    fixture.clock.move(CLIENT_LIFETIME);

    assertRejected(Rejection.REPLACED, () -> refresh(old));
  }

  @Test
  void nearSimultaneousRefreshIsNotReportedAsReuse() throws Exception {
    for (Duration grace : List.of(Duration.ZERO, GRACE)) {
      fixture.withPolicy(ServiceFixture.refreshing(grace, ReusePolicy.END_FAMILY));
      IssuedToken old =
          fixture.service.issueApiClientToken(ServiceFixture.ALICE, "live", "second " + grace);
      faulty.before(REPLACE, 1, () -> refreshed(old));
      RecordingListener listener = new RecordingListener();
      TokenService late =
          fixture.newService(
              faulty, ServiceFixture.refreshing(grace, ReusePolicy.END_FAMILY), listener);

      if (grace.isZero()) {
        assertRejected(Rejection.REPLACED, () -> late.refresh(presented(old)));
        assertThat(listener.events()).containsExactly("refused REPLACED");
      } else {
        fixture.validate(late.refresh(presented(old)));
        assertThat(listener.events()).isEmpty();
      }
    }
    assertThat(fixture.liveTokens()).hasSize(2);
  }

  @Test
  void eachReuseIsReportedOnce() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    refresh(old);
    fixture.listener.events();
    try (LogLines audit = new LogLines("org.tokenfilter.audit")) {
      assertRejected(Rejection.REPLACED, () -> refresh(old));
      assertRejected(
          Rejection.REPLACED, () -> fixture.service.refresh(presented(old.value(), NEIGHBOUR)));

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
    assertThat(fixture.listener.events())
        .containsExactly(
            "replayed " + old.record().id() + " by " + CLIENT,
            "refused REPLACED",
            "replayed " + old.record().id() + " by " + NEIGHBOUR,
            "refused REPLACED");
  }

  @Test
  void presentingAReplacedTokenElsewhereIsNoReuse() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    refresh(old);
    fixture.listener.events();

    assertRejected(Rejection.REPLACED, () -> fixture.validate(old));

    assertThat(fixture.listener.events()).containsExactly("refused REPLACED");
  }

  @Test
  void reuseMayRevokeTheSuccessorToo() throws Exception {
    fixture.withPolicy(ServiceFixture.refreshing(GRACE, ReusePolicy.END_FAMILY));
    IssuedToken old = fixture.issueApiClient();
    IssuedToken successor = refresh(old);
    fixture.clock.move(GRACE);
    fixture.listener.events();

    assertRejected(Rejection.REPLACED, () -> refresh(old));

    assertThat(fixture.listener.events())
        .containsExactly(
            "replayed " + old.record().id() + " by 192.0.2.1",
            "ended " + successor.record().id() + " CLOSED",
            "refused REPLACED");
    assertRejected(Rejection.CLOSED, () -> fixture.validate(successor));
    fixture.validate(fixture.issueApiClient());
  }

  @Test
  void reuseMayRevokeTheLastOfManySuccessors() throws Exception {
    fixture.withPolicy(ServiceFixture.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY));
    List<IssuedToken> family = new ArrayList<>(List.of(fixture.issueApiClient()));
    for (int i = 0; i < 4; i++) {
      fixture.clock.move(MINUTE);
      family.add(refresh(family.get(i)));
    }
    IssuedToken last = family.get(4);
    fixture.listener.events();

    assertRejected(Rejection.REPLACED, () -> refresh(family.get(1)));

    assertThat(fixture.listener.events())
        .containsExactly(
            "replayed " + family.get(1).record().id() + " by 192.0.2.1",
            "ended " + last.record().id() + " CLOSED",
            "refused REPLACED");
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void reuseInARevokedFamilyRevokesNothing() throws Exception {
    fixture.withPolicy(ServiceFixture.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY));
    IssuedToken old = fixture.issueApiClient();
    fixture.service.revoke(refresh(old).record().id());
    IssuedToken stranger = fixture.issueApiClient();
    fixture.listener.events();

    assertRejected(Rejection.REPLACED, () -> refresh(old));

    assertThat(fixture.listener.events())
        .containsExactly("replayed " + old.record().id() + " by 192.0.2.1", "refused REPLACED");
    fixture.validate(stranger);
  }

  @Test
  void reuseRevokesATokenRefreshedMeanwhile() throws Exception {
    TokenPolicy policy = ServiceFixture.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY);
    fixture.withPolicy(policy);
    IssuedToken first = fixture.issueApiClient();
    IssuedToken second = refresh(first);
    List<IssuedToken> third = new ArrayList<>();
    faulty.before(REVOKE, 1, () -> third.add(refreshed(second)));
    TokenService service = fixture.newService(faulty, policy);

    assertRejected(Rejection.REPLACED, () -> service.refresh(presented(first)));

    assertRejected(Rejection.CLOSED, () -> fixture.validate(third.get(0)));
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void tokensOfOtherKindsAreNotRefreshed() throws Exception {
    Subject tricky = Subject.of("c:live:shop:alice");
    for (IssuedToken other :
        List.of(
            fixture.issueSession(),
            fixture.issueSession(tricky, Duration.ZERO),
            fixture.issueOpen(MINUTE),
            fixture.issueOpen(Duration.ZERO),
            fixture.issueUser())) {
      fixture.listener.events();

      assertRejected(Rejection.INVALID, () -> refresh(other));
      assertThat(fixture.listener.events()).containsExactly("refused INVALID");
      fixture.validate(other);
      fixture.service.revoke(other.record().id());
      assertRejected(Rejection.INVALID, () -> refresh(other));
    }
  }

  @Test
  void deadTokenIsNotPassedToTheStore() throws Exception {
    fixture.service = fixture.newService(faulty, ServiceFixture.POLICY);
    IssuedToken closed = fixture.issueApiClient();
    fixture.service.revoke(closed.record().id());
    IssuedToken expired = fixture.issueApiClient();
    fixture.clock.move(ServiceFixture.CLIENT_LIFETIME);

    assertRejected(Rejection.CLOSED, () -> refresh(closed));
    assertRejected(Rejection.EXPIRED, () -> refresh(expired));
    assertThat(faulty.callCount(REPLACE)).isZero();
  }

  @Test
  void revokedTokenIsRejectedWithItsReason() throws Exception {
    IssuedToken closed = fixture.issueApiClient();
    fixture.service.revoke(closed.record().id());
    IssuedToken evicted = fixture.issueApiClient();
    fixture.memory.revoke(
        evicted.record().id(), Revocation.of(RevocationReason.EVICTED, fixture.clock.instant()));
    IssuedToken swept = fixture.issueApiClient();
    fixture.memory.revoke(
        swept.record().id(), Revocation.of(RevocationReason.EXPIRED, fixture.clock.instant()));
    IssuedToken expired = fixture.issueApiClient();
    fixture.clock.move(CLIENT_LIFETIME);
    fixture.listener.events();

    assertRejected(Rejection.CLOSED, () -> refresh(closed));
    assertRejected(Rejection.EVICTED, () -> refresh(evicted));
    assertRejected(Rejection.EXPIRED, () -> refresh(swept));
    assertRejected(Rejection.EXPIRED, () -> refresh(expired));
    assertThat(fixture.liveTokens()).isEmpty();
    assertThat(fixture.listener.events())
        .containsExactly("refused CLOSED", "refused EVICTED", "refused EXPIRED", "refused EXPIRED");
  }

  @Test
  void unknownTokenIsRejected() throws Exception {
    IssuedToken token = fixture.issueApiClient();
    TokenService elsewhere = fixture.newService(new InMemoryTokenStore(), ServiceFixture.POLICY);

    assertRejected(Rejection.UNKNOWN, () -> elsewhere.refresh(presented(token)));
    assertRejected(Rejection.INVALID, () -> fixture.service.refresh(presented("x", CLIENT)));
    assertRejected(
        Rejection.INVALID, () -> fixture.service.refresh(presented(token.value() + "A", CLIENT)));
  }

  /** Case S11. */
  @Test
  void tokenRevokedMeanwhileGetsNoSuccessor() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    faulty.before(REPLACE, 1, () -> fixture.service.revoke(old.record().id()));
    TokenService late = fixture.newService(faulty, ServiceFixture.POLICY, fixture.listener);
    fixture.listener.events();

    assertRejected(Rejection.CLOSED, () -> late.refresh(presented(old)));

    assertThat(fixture.liveTokens()).isEmpty();
    assertThat(fixture.listener.events())
        .containsExactly("ended " + old.record().id() + " CLOSED", "refused CLOSED");
  }

  /** Case S11. */
  @Test
  void refreshDuringRevocationLeavesNoLiveSuccessor() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    IssuedToken listed =
        fixture.service.issueApiClientToken(ServiceFixture.ALICE, "live", "listed");
    TokenService service = fixture.newService(faulty, ServiceFixture.POLICY, fixture.listener);
    List<IssuedToken> successors = new ArrayList<>();
    faulty.before(REVOKE, 1, () -> successors.add(refreshed(old)));
    assertThat(service.revoke(old.record().id())).isTrue();
    faulty.before(REVOKE, 1, () -> successors.add(refreshed(listed)));
    assertThat(service.revoke("alice", listed.record().id())).isTrue();

    assertThat(fixture.liveTokens()).isEmpty();
    for (IssuedToken successor : successors) {
      assertRejected(Rejection.CLOSED, () -> fixture.validate(successor));
    }
    assertThat(service.revoke(old.record().id())).isFalse();
  }

  @Test
  void storeFailureBeforeTheReplacementChangesNothing() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    TokenService service = fixture.newService(faulty, ServiceFixture.POLICY, fixture.listener);
    fixture.listener.events();
    for (FaultyTokenStore.Call call : List.of(FIND, REPLACE)) {
      faulty.failBefore(call, 1);

      assertThatExceptionOfType(TokenStoreException.class)
          .isThrownBy(() -> service.refresh(presented(old)));

      assertThat(fixture.listener.events()).isEmpty();
      assertThat(fixture.liveTokens()).containsExactly(old.record());
    }
    fixture.validate(service.refresh(presented(old)));
    assertThat(fixture.liveTokens()).hasSize(1);
  }

  /** Case C13. */
  @Test
  void lostAnswerLeavesOneUndeliveredLiveToken() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    TokenService service = fixture.newService(faulty, ServiceFixture.POLICY, fixture.listener);
    faulty.failAfter(REPLACE, 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(presented(old)));

    assertThat(fixture.liveTokens()).hasSize(1).doesNotContain(old.record());
    assertRejected(Rejection.REPLACED, () -> service.refresh(presented(old)));
    assertThat(fixture.liveTokens()).hasSize(1);
  }

  /** Case C13. */
  @Test
  void afterALostAnswerTheGraceReissuesTheSuccessor() throws Exception {
    TokenService service =
        fixture.newService(
            faulty, ServiceFixture.refreshing(GRACE, ReusePolicy.END_FAMILY), fixture.listener);
    IssuedToken old = fixture.issueApiClient();
    faulty.failAfter(REPLACE, 1);
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(presented(old)));
    TokenRecord lost = fixture.liveTokens().get(0);
    // The first call is for the old token, the second one for its successor.
    faulty.failBefore(FIND, 2);
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(presented(old)));

    IssuedToken found = service.refresh(presented(old));

    assertThat(found.record()).isEqualTo(lost);
    fixture.validate(found);
    assertThat(fixture.liveTokens()).containsExactly(lost);
  }

  @Test
  void failedFamilyRevocationIsAnError() throws Exception {
    TokenPolicy policy = ServiceFixture.refreshing(Duration.ZERO, ReusePolicy.END_FAMILY);
    TokenService service = fixture.newService(faulty, policy);
    IssuedToken old = fixture.issueApiClient();
    IssuedToken successor = service.refresh(presented(old));
    faulty.failBefore(REVOKE, 1);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.refresh(presented(old)));
    fixture.validate(successor);

    assertRejected(Rejection.REPLACED, () -> service.refresh(presented(old)));
    assertRejected(Rejection.CLOSED, () -> fixture.validate(successor));
  }

  private IssuedToken refresh(IssuedToken token) throws TokenRejectedException {
    return fixture.service.refresh(presented(token));
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
