package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.MAX_LIFETIME;
import static org.tokenfilter.service.ServiceFixture.USER_IDLE;
import static org.tokenfilter.service.ServiceFixture.sessionIdOf;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;

/** Sessions that a user token opens and uses, and that are revoked with it. */
class TokenServiceSessionsTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ServiceFixture fixture = new ServiceFixture();
  private IssuedToken user;

  @BeforeEach
  void issueUserToken() {
    user = fixture.issueUser();
    fixture.clock.move(MINUTE);
    fixture.listener.events();
  }

  @Test
  void sessionHasTheSubjectAndLimitsOfItsUserToken() throws Exception {
    SessionId id = fixture.service.openSession(fixture.validate(user)).id();

    assertThat(fixture.stored(id.tokenId()))
        .isEqualTo(
            TokenRecord.builder(id.tokenId(), TokenKind.SESSION, "alice", fixture.clock.instant())
                .roles(Set.of("user"))
                .group("s:alice")
                .parent(user.record().id())
                .client("192.0.2.1")
                .idle(USER_IDLE, fixture.clock.instant().plus(USER_IDLE))
                .expiresAt(user.record().expiresAt())
                .build());
    assertThat(fixture.listener.events()).containsExactly("issued " + id.tokenId());
  }

  @Test
  void userTokenContinuesInItsSession() throws Exception {
    SessionId id = fixture.service.openSession(fixture.validate(user)).id();

    ActiveToken token =
        fixture.service.useSession(fixture.validate(user), id.value(), ServiceFixture.CLIENT);

    assertThat(token.record().id()).isEqualTo(user.record().id());
    assertThat(token.renewalTarget()).isEqualTo(fixture.stored(id.tokenId()));
    assertThat(token.usedAt()).isEqualTo(fixture.clock.instant());
  }

  @Test
  void sessionOfAnotherUserTokenIsRejected() throws Exception {
    IssuedToken second = fixture.issueUser();
    SessionId id = fixture.service.openSession(fixture.validate(second)).id();

    assertRejected(
        Rejection.INVALID,
        () -> fixture.service.useSession(valid(), id.value(), ServiceFixture.CLIENT));

    fixture.service.revoke(id.tokenId());
    assertRejected(
        Rejection.INVALID,
        () -> fixture.service.useSession(valid(), id.value(), ServiceFixture.CLIENT));
  }

  @Test
  void sessionOfASessionTokenIsRejected() throws Exception {
    IssuedToken session = fixture.issueSession();

    assertRejected(
        Rejection.INVALID,
        () -> fixture.service.useSession(valid(), sessionIdOf(session), ServiceFixture.CLIENT));
  }

  @Test
  void unknownAndMalformedSessionIdsAreRejected() {
    assertRejected(
        Rejection.UNKNOWN,
        () -> fixture.service.useSession(valid(), "A".repeat(43), ServiceFixture.CLIENT));
    for (String text : new String[] {"", "x", "A".repeat(42) + "B", "A".repeat(44)}) {
      assertRejected(
          Rejection.INVALID,
          () -> fixture.service.useSession(valid(), text, ServiceFixture.CLIENT));
    }
  }

  @Test
  void revokedOrExpiredSessionIsRejectedWithItsReason() throws Exception {
    SessionId closed = fixture.service.openSession(valid()).id();
    SessionId idle = fixture.service.openSession(valid()).id();
    fixture.service.revoke(closed.tokenId());
    fixture.clock.move(USER_IDLE.minus(MINUTE).minusMillis(1));
    fixture.renew(valid());
    fixture.clock.move(MINUTE.plusMillis(1));

    assertRejected(
        Rejection.CLOSED,
        () -> fixture.service.useSession(valid(), closed.value(), ServiceFixture.CLIENT));
    assertRejected(
        Rejection.EXPIRED,
        () -> fixture.service.useSession(valid(), idle.value(), ServiceFixture.CLIENT));
  }

  @Test
  void revokedUserTokenOpensNoSession() throws Exception {
    ActiveToken token = valid();
    fixture.service.revoke(user.record().id());
    fixture.listener.events();

    assertRejected(Rejection.CLOSED, () -> fixture.service.openSession(token));
    assertThat(fixture.listener.events()).isEmpty();
  }

  @Test
  void openingASessionReportsTheUserTokensRevocation() throws Exception {
    ActiveToken evicted = fixture.validate(fixture.issueUser());
    fixture.memory.revoke(
        evicted.record().id(), Revocation.of(RevocationReason.EVICTED, fixture.clock.instant()));
    ActiveToken idle = valid();
    ActiveToken gone =
        new ActiveToken(
            TokenRecord.builder(
                    TokenId.parse("A".repeat(43)), TokenKind.USER, "alice", fixture.clock.instant())
                .idleTimeout(USER_IDLE)
                .build(),
            null,
            fixture.clock.instant());
    fixture.clock.move(USER_IDLE);

    assertRejected(Rejection.EVICTED, () -> fixture.service.openSession(evicted));
    assertRejected(Rejection.EXPIRED, () -> fixture.service.openSession(idle));
    assertRejected(Rejection.INVALID, () -> fixture.service.openSession(gone));
    assertThat(fixture.liveTokens()).isEmpty();
  }

  @Test
  void otherTokensHaveNoSessions() throws Exception {
    ActiveToken session = fixture.validate(fixture.issueSession());
    ActiveToken open = fixture.validate(fixture.issueOpen(MINUTE));

    assertThatIllegalArgumentException().isThrownBy(() -> fixture.service.openSession(session));
    assertThatIllegalArgumentException().isThrownBy(() -> fixture.service.openSession(open));
  }

  @Test
  void revokingAUserTokenRevokesItsSessions() throws Exception {
    SessionId one = fixture.service.openSession(valid()).id();
    SessionId other = fixture.service.openSession(valid()).id();
    fixture.listener.events();

    assertThat(fixture.service.revoke(user.record().id())).isTrue();

    assertThat(fixture.listener.events())
        .containsExactlyInAnyOrder(
            "ended " + user.record().id() + " CLOSED",
            "ended " + one.tokenId() + " CLOSED",
            "ended " + other.tokenId() + " CLOSED");
    assertRejected(Rejection.CLOSED, () -> fixture.validate(user));
  }

  @Test
  void revokingASessionKeepsItsUserTokenAndOtherSessions() throws Exception {
    SessionId one = fixture.service.openSession(valid()).id();
    SessionId other = fixture.service.openSession(valid()).id();

    fixture.service.revoke(one.tokenId());

    fixture.service.useSession(valid(), other.value(), ServiceFixture.CLIENT);
  }

  @Test
  void revocationHappensOnce() throws Exception {
    fixture.listener.events();

    assertThat(fixture.service.revoke(user.record().id())).isTrue();
    assertThat(fixture.service.revoke(user.record().id())).isFalse();
    assertThat(fixture.service.revoke(TokenId.parse("A".repeat(43)))).isFalse();

    assertThat(fixture.listener.events())
        .containsExactly("ended " + user.record().id() + " CLOSED");
  }

  @Test
  void bothKindsOfSessionsShareOneLimit() throws Exception {
    fixture.withPolicy(
        ServiceFixture.policy(
            MAX_LIFETIME, true, new Limit(2, Limit.Policy.REJECT), Binding.ADDRESS));
    fixture.issueSession();
    fixture.service.openSession(valid());

    assertRejected(Rejection.SESSION_LIMIT, () -> fixture.service.openSession(valid()));
    assertRejected(Rejection.SESSION_LIMIT, fixture::issueSession);
  }

  @Test
  void openingASessionMayEvictTheOldest() throws Exception {
    fixture.withPolicy(
        ServiceFixture.policy(
            MAX_LIFETIME, true, new Limit(1, Limit.Policy.EVICT_OLDEST), Binding.OFF));
    SessionId first = fixture.service.openSession(valid()).id();
    fixture.listener.events();

    SessionId second = fixture.service.openSession(valid()).id();

    assertThat(fixture.listener.events())
        .containsExactly("ended " + first.tokenId() + " EVICTED", "issued " + second.tokenId());
    assertRejected(
        Rejection.EVICTED,
        () -> fixture.service.useSession(valid(), first.value(), ServiceFixture.CLIENT));
  }

  @Test
  void sessionExpiresAtItsUserTokensAbsoluteTimeout() throws Exception {
    fixture.withPolicy(ServiceFixture.policy(USER_IDLE, true, Limit.NONE, Binding.ADDRESS));
    user = fixture.service.issueUser(ALICE, USER_IDLE, CLIENT);
    fixture.clock.move(USER_IDLE.minusMillis(1));
    SessionId id = fixture.service.openSession(valid()).id();

    assertThat(fixture.stored(id.tokenId()).expiresAt()).isEqualTo(user.record().expiresAt());
    assertThat(fixture.service.useSession(valid(), id.value(), ServiceFixture.CLIENT).remaining())
        .isEqualTo(Duration.ofMillis(1));
  }

  /** Otherwise the session would outlive the user token that this request renews. */
  @Test
  void sessionIdleTimeCountsFromTheStartOfTheRequest() throws Exception {
    ActiveToken token = valid();
    fixture.clock.move(MINUTE);

    SessionId id = fixture.service.openSession(token).id();
    fixture.renew(token);

    assertThat(fixture.stored(id.tokenId()).idleExpiresAt())
        .isEqualTo(token.usedAt().plus(USER_IDLE))
        .isEqualTo(fixture.stored(user.record().id()).idleExpiresAt());
  }

  private ActiveToken valid() throws Exception {
    return fixture.validate(user);
  }
}
