package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyCollection;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.MAX_LIFETIME;
import static org.tokenfilter.service.ServiceFixture.NEIGHBOUR;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.sessionIdOf;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Confirmation;
import org.tokenfilter.store.ExternalId;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Origin;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;

/** Reuse of sessions: two tabs of one browser share one, two different users never do. */
class TokenServiceReuseSessionTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ServiceFixture fixture = new ServiceFixture();
  private final Instant issuedAt = fixture.clock.instant();
  private IssuedToken first;

  @BeforeEach
  void issueFirstSession() throws Exception {
    first = fixture.issueSession(ALICE, HOUR);
    fixture.clock.move(MINUTE);
    fixture.listener.events();
  }

  @Test
  void repeatedLoginGetsAnotherTokenOfTheSameSession() throws Exception {
    IssuedToken second = loginAgain(ALICE, HOUR);

    assertThat(second.sessionId()).isEqualTo(first.sessionId());
    assertThat(second.value()).isNotEqualTo(first.value());
    assertThat(fixture.codec.decode(second.value())).isEqualTo(fixture.codec.decode(first.value()));
    assertThat(second.record().issuedAt()).isEqualTo(issuedAt);
    assertThat(second.record().expiresAt()).isEqualTo(issuedAt.plus(HOUR));
  }

  @Test
  void reuseRenewsTheSession() throws Exception {
    IssuedToken second = loginAgain(ALICE, HOUR);

    assertThat(second.record().lastUsedAt()).isEqualTo(issuedAt.plus(MINUTE));
    assertThat(second.record().idleExpiresAt()).isEqualTo(issuedAt.plus(MINUTE).plus(SESSION_IDLE));
    assertThat(fixture.stored(first.record().id())).isEqualTo(second.record());
  }

  @Test
  void reuseIsReportedAsRenewal() throws Exception {
    loginAgain(ALICE, HOUR);

    assertThat(fixture.listener.events()).containsExactly("renewed " + first.record().id());
  }

  @Test
  void bothTokensAreValidAndRevokedTogether() throws Exception {
    IssuedToken second = loginAgain(ALICE, HOUR);

    fixture.validate(first);
    fixture.validate(second);
    fixture.service.revoke(second.record().id());

    assertRejected(Rejection.CLOSED, () -> fixture.validate(first));
  }

  @Test
  void reuseDoesNotCountTowardsTheLimit() throws Exception {
    fixture.withPolicy(
        ServiceFixture.policy(
            MAX_LIFETIME, true, new Limit(1, Limit.Policy.REJECT), Binding.ADDRESS));

    assertThat(loginAgain(ALICE, HOUR).sessionId()).isEqualTo(first.sessionId());
  }

  @Test
  void lifetimesAreComparedAfterLimiting() throws Exception {
    IssuedToken capped = fixture.issueSession(ALICE, Duration.ZERO);

    IssuedToken joined =
        fixture.issueSession(ALICE, MAX_LIFETIME.multipliedBy(3), sessionIdOf(capped));

    assertThat(joined.sessionId()).isEqualTo(capped.sessionId());
  }

  @Test
  void withoutAbsoluteTimeoutUnlimitedSessionsAreReused() throws Exception {
    fixture.withPolicy(ServiceFixture.policy(Duration.ZERO, true, Limit.NONE, Binding.ADDRESS));
    IssuedToken unlimited = fixture.issueSession();

    assertThat(fixture.issueSession(ALICE, Duration.ZERO, sessionIdOf(unlimited)).sessionId())
        .isEqualTo(unlimited.sessionId());
    assertThat(fixture.issueSession(ALICE, HOUR, sessionIdOf(unlimited)).sessionId())
        .isNotEqualTo(unlimited.sessionId());
  }

  /** Case C26. */
  @Test
  void otherSubjectNeverGetsTheSession() throws Exception {
    IssuedToken bob = loginAgain(Subject.of("bob", "user"), HOUR);

    assertNewSession(bob);
    assertThat(fixture.validate(bob).record().subject()).isEqualTo("bob");
    assertThat(fixture.validate(first).record().subject()).isEqualTo("alice");
  }

  @Test
  void subjectIsComparedExactly() throws Exception {
    assertNewSession(loginAgain(Subject.of("Alice", "user"), HOUR));
    assertNewSession(loginAgain(Subject.of("alice ", "user"), HOUR));
  }

  /** All that a login says of the user is that of the latest login, for all tabs. */
  @Test
  void otherRolesAndAttributesAmendTheSession() throws Exception {
    Subject promoted = new Subject("alice", Set.of("user", "admin"), Map.of("tenant", "7"));
    IssuedToken again = loginAgain(promoted, HOUR);

    assertThat(again.sessionId()).isEqualTo(first.sessionId());
    for (IssuedToken tab : List.of(first, again)) {
      TokenRecord record = fixture.validate(tab).record();
      assertThat(record.roles()).containsExactlyInAnyOrder("user", "admin");
      assertThat(record.attributes()).containsExactly(Map.entry("tenant", "7"));
    }
    assertThat(fixture.validate(loginAgain(Subject.of("alice"), HOUR)).roles()).isEmpty();
  }

  @Test
  void labelAndDataOfAJoinedSessionStay() throws Exception {
    TokenSessions sessions = fixture.service.sessions();
    sessions.setLabel("alice", first.record().id(), "my phone");
    sessions.setData(fixture.stored(first.record().id()), Map.of("cart", "4711"));
    TokenDetails amended = amendOrigin("sid-1");

    loginAgain(Subject.of("alice", "admin"), HOUR);

    TokenDetails joined = fixture.stored(first.record().id()).details();
    assertThat(joined.label()).isEqualTo("my phone");
    assertThat(joined.data()).isEqualTo(amended.data()).isNotEmpty();
    assertThat(joined.origin()).isNull();
    assertThat(joined.confirmation()).isNull();
    assertThat(joined.authenticatedAt()).isNull();
    assertThat(joined.acr()).isNull();
  }

  @Test
  void equalLoginWritesNoAmendment() throws Exception {
    FaultyTokenStore counted = new FaultyTokenStore(fixture.memory);

    fixture
        .newService(counted, ServiceFixture.POLICY)
        .issueSession(ALICE, HOUR, CLIENT, Set.of(sessionIdOf(first)));

    assertThat(counted.callCount(Call.AMEND)).isZero();
  }

  @Test
  void joinsASessionThatIsAmendedMeanwhile() throws Exception {
    FaultyTokenStore store = new FaultyTokenStore(fixture.memory);
    store.before(Call.AMEND, 1, () -> amendOrigin("sid-2"));
    TokenService service = fixture.newService(store, ServiceFixture.POLICY);

    IssuedToken again =
        service.issueSession(
            Subject.of("alice", "admin"), HOUR, CLIENT, Set.of(sessionIdOf(first)));

    assertThat(again.sessionId()).isEqualTo(first.sessionId());
    assertThat(store.callCount(Call.AMEND)).isEqualTo(2);
    assertThat(fixture.stored(first.record().id()).roles()).containsExactly("admin");
  }

  @Test
  void sessionThatEndsBeforeItIsAmendedIsNotJoined() throws Exception {
    FaultyTokenStore store = new FaultyTokenStore(fixture.memory);
    store.before(
        Call.AMEND,
        1,
        () ->
            fixture.memory.revoke(
                first.record().id(),
                Revocation.of(RevocationReason.CLOSED, fixture.clock.instant())));
    TokenService service = fixture.newService(store, ServiceFixture.POLICY);

    IssuedToken other =
        service.issueSession(
            Subject.of("alice", "admin"), HOUR, CLIENT, Set.of(sessionIdOf(first)));

    assertNewSession(other);
    assertThat(other.record().roles()).containsExactly("admin");
  }

  private TokenDetails amendOrigin(String sid) {
    TokenRecord record = fixture.stored(first.record().id());
    TokenDetails details =
        record
            .details()
            .amended(fixture.random.nextLong() | 1)
            .origin(new Origin(new ExternalId("https://idp.example", sid), null))
            .confirmation(new Confirmation(Confirmation.Method.JWK_THUMBPRINT, "jkt"))
            .authenticated(fixture.clock.instant(), "phr")
            .build();
    assertThat(
            fixture.memory.amend(record.id(), record.version(), details, fixture.clock.instant()))
        .isEqualTo(AmendResult.AMENDED);
    return details;
  }

  @Test
  void otherLifetimeGetsAnotherSession() throws Exception {
    assertNewSession(loginAgain(ALICE, HOUR.plusMillis(1)));
    assertNewSession(loginAgain(ALICE, Duration.ZERO));
  }

  @Test
  void otherClientGetsAnotherSession() throws Exception {
    assertNewSession(
        fixture.service.issueSession(ALICE, HOUR, NEIGHBOUR, Set.of(sessionIdOf(first))));
  }

  @Test
  void otherClientOfTheSameNetworkGetsAnotherSession() throws Exception {
    fixture.withPolicy(ServiceFixture.policy(MAX_LIFETIME, true, Limit.NONE, Binding.PREFIX));
    first = fixture.issueSession(ALICE, HOUR);

    assertNewSession(
        fixture.service.issueSession(ALICE, HOUR, NEIGHBOUR, Set.of(sessionIdOf(first))));
    assertThat(loginAgain(ALICE, HOUR).sessionId()).isEqualTo(first.sessionId());
  }

  @Test
  void otherBindingGetsAnotherSession() throws Exception {
    fixture.withPolicy(ServiceFixture.policy(MAX_LIFETIME, true, Limit.NONE, Binding.OFF));

    assertNewSession(loginAgain(ALICE, HOUR));
  }

  @Test
  void revokedSessionIsNotReused() throws Exception {
    fixture.service.revoke(first.record().id());

    assertNewSession(loginAgain(ALICE, HOUR));
  }

  @Test
  void sessionIsReusedOnlyUntilItExpires() throws Exception {
    fixture.clock.move(SESSION_IDLE.minus(MINUTE).minusMillis(1));
    assertThat(loginAgain(ALICE, HOUR).sessionId()).isEqualTo(first.sessionId());

    fixture.clock.move(SESSION_IDLE);
    assertNewSession(loginAgain(ALICE, HOUR));
  }

  @Test
  void sessionPastItsAbsoluteTimeoutIsNotReused() throws Exception {
    fixture.clock.move(SESSION_IDLE.minus(MINUTE.multipliedBy(2)));
    loginAgain(ALICE, HOUR);
    fixture.clock.move(SESSION_IDLE.minus(MINUTE));
    loginAgain(ALICE, HOUR);
    fixture.clock.move(MINUTE.multipliedBy(2));

    assertNewSession(loginAgain(ALICE, HOUR));
  }

  /** The session of a user token has no token of its own, so none may be issued for it. */
  @Test
  void sessionOfAUserTokenIsNotReused() throws Exception {
    // Without a binding, it differs from the requested session only by its parent.
    fixture.withPolicy(ServiceFixture.policy(MAX_LIFETIME, true, Limit.NONE, Binding.OFF));
    ActiveToken user = fixture.validate(fixture.issueUser());
    SessionId kept = fixture.service.openSession(user).id();

    IssuedToken token = fixture.issueSession(ALICE, Duration.ZERO, kept.value());

    assertThat(token.sessionId()).isNotEqualTo(kept);
  }

  @Test
  void twoReusableSessionIdsReuseNothing() throws Exception {
    IssuedToken other = fixture.issueSession(ALICE, HOUR);

    IssuedToken token = fixture.issueSession(ALICE, HOUR, sessionIdOf(first), sessionIdOf(other));

    assertNewSession(token);
    assertThat(token.sessionId()).isNotEqualTo(other.sessionId());
  }

  /** The others belong to other applications of the host, to another subject, or are revoked. */
  @Test
  void findsTheReusableSessionAmongOthers() throws Exception {
    IssuedToken bob = fixture.issueSession(Subject.of("bob", "user"), HOUR);
    IssuedToken closed = fixture.issueSession(ALICE, HOUR);
    fixture.service.revoke(closed.record().id());

    IssuedToken token =
        fixture.issueSession(
            ALICE,
            HOUR,
            "x",
            "A".repeat(43),
            sessionIdOf(bob),
            sessionIdOf(first),
            sessionIdOf(closed));

    assertThat(token.sessionId()).isEqualTo(first.sessionId());
  }

  /** The session is live in the same store, and of the same subject and client. */
  @Test
  void sessionOfAnotherAudienceIsNotReused() throws Exception {
    IssuedToken other =
        fixture.newServiceForAudience("/other").issueSession(ALICE, HOUR, CLIENT, Set.of());

    IssuedToken token = fixture.issueSession(ALICE, HOUR, sessionIdOf(other));
    assertNewSession(token);
    assertThat(token.sessionId()).isNotEqualTo(other.sessionId());
    assertThat(
            fixture.issueSession(ALICE, HOUR, sessionIdOf(other), sessionIdOf(first)).sessionId())
        .isEqualTo(first.sessionId());
  }

  /** Each session id that may be our own costs a store call. */
  @Test
  void tooManySessionIdsReuseNothing() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    String[] ids = new String[9];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = SessionId.random(new SecureRandom(), ServiceFixture.AUDIENCE).value();
    }
    ids[4] = sessionIdOf(first);

    IssuedToken token =
        fixture
            .newService(store, ServiceFixture.POLICY)
            .issueSession(ALICE, HOUR, CLIENT, Set.of(ids));

    assertNewSession(token);
    verify(store, never()).find(anyCollection());
  }

  @Test
  void malformedAndUnknownSessionIdsAreNotAdopted() throws Exception {
    SessionId chosen = SessionId.parse("A".repeat(43));
    for (String text :
        new String[] {"", "x", sessionIdOf(first) + "=", "\u0000", chosen.value(), "../x"}) {
      IssuedToken token = fixture.issueSession(ALICE, HOUR, text);
      assertNewSession(token);
      assertThat(token.sessionId()).isNotEqualTo(chosen);
    }
  }

  @Test
  void sessionRevokedBeforeItsRenewalIsNotReused() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    doAnswer(
            call -> {
              fixture.memory.revoke(
                  first.record().id(),
                  Revocation.of(RevocationReason.CLOSED, fixture.clock.instant()));
              return fixture.memory.renew(call.getArgument(0), call.getArgument(1));
            })
        .when(store)
        .renew(any(), any());

    IssuedToken token =
        fixture
            .newService(store, ServiceFixture.POLICY)
            .issueSession(ALICE, HOUR, CLIENT, Set.of(sessionIdOf(first)));

    assertNewSession(token);
    TokenRecord ended = fixture.stored(first.record().id());
    assertThat(ended.revocation()).isNotNull();
  }

  private IssuedToken loginAgain(Subject subject, Duration ttl) throws Exception {
    return fixture.issueSession(subject, ttl, sessionIdOf(first));
  }

  private void assertNewSession(IssuedToken token) throws Exception {
    assertThat(token.sessionId()).isNotNull().isNotEqualTo(first.sessionId());
    assertThat(token.record().id()).isNotEqualTo(first.record().id());
    assertThat(token.record().issuedAt()).isEqualTo(fixture.clock.instant());
    ClientAddress client = ClientAddress.parse(Objects.requireNonNull(token.record().client()));
    fixture.service.validate(ServiceFixture.presented(token.value(), client, sessionIdOf(token)));
  }
}
