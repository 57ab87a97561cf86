package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.MAX_LIFETIME;
import static org.tokenfilter.service.Scene.USER_IDLE;
import static org.tokenfilter.service.Scene.sessionIdOf;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
class SessionsOfUserTokensTest {

  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Scene scene = new Scene();
  private IssuedToken user;

  @BeforeEach
  void aUserTokenAMinuteAgo() {
    user = scene.user();
    scene.clock.move(MINUTE);
    scene.heard.events();
  }

  @Test
  void aSessionHasItsUserTokensOwnerAndLimits() throws Exception {
    SessionId id = scene.service.openSession(scene.validate(user)).id();

    assertThat(scene.stored(id.tokenId()))
        .isEqualTo(
            TokenRecord.builder(id.tokenId(), TokenKind.SESSION, "alice", scene.clock.instant())
                .roles(Set.of("user"))
                .group("s:alice")
                .parent(user.record().id())
                .client("192.0.2.1")
                .idle(USER_IDLE, scene.clock.instant().plus(USER_IDLE))
                .expiresAt(user.record().expiresAt())
                .build());
    assertThat(scene.heard.events()).containsExactly("issued " + id.tokenId());
  }

  @Test
  void aUserTokenGoesOnInItsSession() throws Exception {
    SessionId id = scene.service.openSession(scene.validate(user)).id();

    ActiveToken token = scene.service.useSession(scene.validate(user), id.value(), Scene.CLIENT);

    assertThat(token.record().id()).isEqualTo(user.record().id());
    assertThat(token.renewalTarget()).isEqualTo(scene.stored(id.tokenId()));
    assertThat(token.usedAt()).isEqualTo(scene.clock.instant());
  }

  @Test
  void theSessionOfAnotherUserTokenIsRefused() throws Exception {
    IssuedToken second = scene.user();
    SessionId id = scene.service.openSession(scene.validate(second)).id();

    assertRefused(
        Rejection.INVALID, () -> scene.service.useSession(valid(), id.value(), Scene.CLIENT));

    scene.service.revoke(id.tokenId());
    assertRefused(
        Rejection.INVALID, () -> scene.service.useSession(valid(), id.value(), Scene.CLIENT));
  }

  @Test
  void theSessionOfASessionTokenIsRefused() throws Exception {
    IssuedToken session = scene.session();

    assertRefused(
        Rejection.INVALID,
        () -> scene.service.useSession(valid(), sessionIdOf(session), Scene.CLIENT));
  }

  @Test
  void unknownAndMalformedSessionIdsAreRefused() {
    assertRefused(
        Rejection.UNKNOWN, () -> scene.service.useSession(valid(), "A".repeat(43), Scene.CLIENT));
    for (String text : new String[] {"", "x", "A".repeat(42) + "B", "A".repeat(44)}) {
      assertRefused(Rejection.INVALID, () -> scene.service.useSession(valid(), text, Scene.CLIENT));
    }
  }

  @Test
  void aSessionThatEndedOrExpiredIsToldSo() throws Exception {
    SessionId closed = scene.service.openSession(valid()).id();
    SessionId idle = scene.service.openSession(valid()).id();
    scene.service.revoke(closed.tokenId());
    scene.clock.move(USER_IDLE.minus(MINUTE).minusMillis(1));
    scene.renew(valid());
    scene.clock.move(MINUTE.plusMillis(1));

    assertRefused(
        Rejection.CLOSED, () -> scene.service.useSession(valid(), closed.value(), Scene.CLIENT));
    assertRefused(
        Rejection.EXPIRED, () -> scene.service.useSession(valid(), idle.value(), Scene.CLIENT));
  }

  @Test
  void noSessionIsOpenedForAUserTokenThatHasEnded() throws Exception {
    ActiveToken token = valid();
    scene.service.revoke(user.record().id());
    scene.heard.events();

    assertRefused(Rejection.CLOSED, () -> scene.service.openSession(token));
    assertThat(scene.heard.events()).isEmpty();
  }

  @Test
  void whyAUserTokenHasNoSessionsAnyMoreIsTold() throws Exception {
    ActiveToken evicted = scene.validate(scene.user());
    scene.memory.revoke(
        evicted.record().id(), Revocation.of(RevocationReason.EVICTED, scene.clock.instant()));
    ActiveToken idle = valid();
    ActiveToken gone =
        new ActiveToken(
            TokenRecord.builder(
                    TokenId.parse("A".repeat(43)), TokenKind.USER, "alice", scene.clock.instant())
                .idleTimeout(USER_IDLE)
                .build(),
            null,
            scene.clock.instant());
    scene.clock.move(USER_IDLE);

    assertRefused(Rejection.EVICTED, () -> scene.service.openSession(evicted));
    assertRefused(Rejection.EXPIRED, () -> scene.service.openSession(idle));
    assertRefused(Rejection.INVALID, () -> scene.service.openSession(gone));
    assertThat(scene.live()).isEmpty();
  }

  @Test
  void otherTokensHaveNoSessions() throws Exception {
    ActiveToken session = scene.validate(scene.session());
    ActiveToken open = scene.validate(scene.open(MINUTE));

    assertThatIllegalArgumentException().isThrownBy(() -> scene.service.openSession(session));
    assertThatIllegalArgumentException().isThrownBy(() -> scene.service.openSession(open));
  }

  @Test
  void closingAUserTokenClosesItsSessions() throws Exception {
    SessionId one = scene.service.openSession(valid()).id();
    SessionId other = scene.service.openSession(valid()).id();
    scene.heard.events();

    assertThat(scene.service.revoke(user.record().id())).isTrue();

    assertThat(scene.heard.events())
        .containsExactlyInAnyOrder(
            "ended " + user.record().id() + " CLOSED",
            "ended " + one.tokenId() + " CLOSED",
            "ended " + other.tokenId() + " CLOSED");
    assertRefused(Rejection.CLOSED, () -> scene.validate(user));
  }

  @Test
  void closingASessionLeavesItsUserTokenAndTheOthers() throws Exception {
    SessionId one = scene.service.openSession(valid()).id();
    SessionId other = scene.service.openSession(valid()).id();

    scene.service.revoke(one.tokenId());

    scene.service.useSession(valid(), other.value(), Scene.CLIENT);
  }

  @Test
  void closingIsDoneOnce() throws Exception {
    scene.heard.events();

    assertThat(scene.service.revoke(user.record().id())).isTrue();
    assertThat(scene.service.revoke(user.record().id())).isFalse();
    assertThat(scene.service.revoke(TokenId.parse("A".repeat(43)))).isFalse();

    assertThat(scene.heard.events()).containsExactly("ended " + user.record().id() + " CLOSED");
  }

  @Test
  void keptSessionsAndSessionTokensShareOneLimit() throws Exception {
    scene.by(Scene.policy(MAX_LIFETIME, true, new Limit(2, Limit.Policy.REJECT), Binding.ADDRESS));
    scene.session();
    scene.service.openSession(valid());

    assertRefused(Rejection.SESSION_LIMIT, () -> scene.service.openSession(valid()));
    assertRefused(Rejection.SESSION_LIMIT, scene::session);
  }

  @Test
  void aKeptSessionMayMakeTheOldestGo() throws Exception {
    scene.by(
        Scene.policy(MAX_LIFETIME, true, new Limit(1, Limit.Policy.EVICT_OLDEST), Binding.OFF));
    SessionId first = scene.service.openSession(valid()).id();
    scene.heard.events();

    SessionId second = scene.service.openSession(valid()).id();

    assertThat(scene.heard.events())
        .containsExactly("ended " + first.tokenId() + " EVICTED", "issued " + second.tokenId());
    assertRefused(
        Rejection.EVICTED, () -> scene.service.useSession(valid(), first.value(), Scene.CLIENT));
  }

  @Test
  void aSessionDiesWithItsUserTokensHardLimit() throws Exception {
    scene.by(Scene.policy(USER_IDLE, true, Limit.NONE, Binding.ADDRESS));
    user = scene.service.issueUser(ALICE, USER_IDLE, CLIENT);
    scene.clock.move(USER_IDLE.minusMillis(1));
    SessionId id = scene.service.openSession(valid()).id();

    assertThat(scene.stored(id.tokenId()).expiresAt()).isEqualTo(user.record().expiresAt());
    assertThat(scene.service.useSession(valid(), id.value(), Scene.CLIENT).remaining())
        .isEqualTo(Duration.ofMillis(1));
  }

  /** Otherwise the session would outlive the user token that this request renews. */
  @Test
  void aSessionsIdleTimeCountsFromTheRequestsBegin() throws Exception {
    ActiveToken token = valid();
    scene.clock.move(MINUTE);

    SessionId id = scene.service.openSession(token).id();
    scene.renew(token);

    assertThat(scene.stored(id.tokenId()).idleExpiresAt())
        .isEqualTo(token.usedAt().plus(USER_IDLE))
        .isEqualTo(scene.stored(user.record().id()).idleExpiresAt());
  }

  private ActiveToken valid() throws Exception {
    return scene.validate(user);
  }
}
