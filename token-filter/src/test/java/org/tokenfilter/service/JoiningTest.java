package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.MAX_LIFETIME;
import static org.tokenfilter.service.Scene.NEIGHBOUR;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.sessionIdOf;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;

/** Reuse of sessions: two tabs of one browser share one, two different users never do. */
class JoiningTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Scene scene = new Scene();
  private final Instant issuedAt = scene.clock.instant();
  private IssuedToken first;

  @BeforeEach
  void aSessionAMinuteAgo() throws Exception {
    first = scene.session(ALICE, HOUR);
    scene.clock.move(MINUTE);
    scene.heard.events();
  }

  @Test
  void askedForAgainItIsAnotherTokenOfTheSameSession() throws Exception {
    IssuedToken second = again(ALICE, HOUR);

    assertThat(second.sessionId()).isEqualTo(first.sessionId());
    assertThat(second.value()).isNotEqualTo(first.value());
    assertThat(scene.codec.decode(second.value())).isEqualTo(scene.codec.decode(first.value()));
    assertThat(second.record().issuedAt()).isEqualTo(issuedAt);
    assertThat(second.record().expiresAt()).isEqualTo(issuedAt.plus(HOUR));
  }

  @Test
  void joiningRenews() throws Exception {
    IssuedToken second = again(ALICE, HOUR);

    assertThat(second.record().lastUsedAt()).isEqualTo(issuedAt.plus(MINUTE));
    assertThat(second.record().idleExpiresAt()).isEqualTo(issuedAt.plus(MINUTE).plus(SESSION_IDLE));
    assertThat(scene.stored(first.record().id())).isEqualTo(second.record());
  }

  @Test
  void joiningIsToldAsTheRenewalThatItIs() throws Exception {
    again(ALICE, HOUR);

    assertThat(scene.heard.events()).containsExactly("renewed " + first.record().id());
  }

  @Test
  void bothTokensAreGoodAndEndTogether() throws Exception {
    IssuedToken second = again(ALICE, HOUR);

    scene.validate(first);
    scene.validate(second);
    scene.service.revoke(second.record().id());

    assertRefused(Rejection.CLOSED, () -> scene.validate(first));
  }

  @Test
  void joiningCountsForNoLimit() throws Exception {
    scene.by(Scene.policy(MAX_LIFETIME, true, new Limit(1, Limit.Policy.REJECT), Binding.ADDRESS));

    assertThat(again(ALICE, HOUR).sessionId()).isEqualTo(first.sessionId());
  }

  @Test
  void lifetimesAreComparedAfterCapping() throws Exception {
    IssuedToken capped = scene.session(ALICE, Duration.ZERO);

    IssuedToken joined = scene.session(ALICE, MAX_LIFETIME.multipliedBy(3), sessionIdOf(capped));

    assertThat(joined.sessionId()).isEqualTo(capped.sessionId());
  }

  @Test
  void withoutACapSessionsWithoutLimitAreJoined() throws Exception {
    scene.by(Scene.policy(Duration.ZERO, true, Limit.NONE, Binding.ADDRESS));
    IssuedToken unlimited = scene.session();

    assertThat(scene.session(ALICE, Duration.ZERO, sessionIdOf(unlimited)).sessionId())
        .isEqualTo(unlimited.sessionId());
    assertThat(scene.session(ALICE, HOUR, sessionIdOf(unlimited)).sessionId())
        .isNotEqualTo(unlimited.sessionId());
  }

  /** Case C26. */
  @Test
  void anotherSubjectNeverTakesASessionOver() throws Exception {
    IssuedToken bob = again(Subject.of("bob", "user"), HOUR);

    assertNew(bob);
    assertThat(scene.validate(bob).record().subject()).isEqualTo("bob");
    assertThat(scene.validate(first).record().subject()).isEqualTo("alice");
  }

  @Test
  void aSubjectIsComparedExactly() throws Exception {
    assertNew(again(Subject.of("Alice", "user"), HOUR));
    assertNew(again(Subject.of("alice ", "user"), HOUR));
  }

  @Test
  void otherRolesMakeAnotherSession() throws Exception {
    assertNew(again(Subject.of("alice", "user", "admin"), HOUR));
    assertNew(again(Subject.of("alice"), HOUR));
  }

  @Test
  void otherAttributesMakeAnotherSession() throws Exception {
    assertNew(again(new Subject("alice", Set.of("user"), Map.of("tenant", "7")), HOUR));
  }

  @Test
  void anotherLifetimeMakesAnotherSession() throws Exception {
    assertNew(again(ALICE, HOUR.plusMillis(1)));
    assertNew(again(ALICE, Duration.ZERO));
  }

  @Test
  void anotherClientMakesAnotherSession() throws Exception {
    assertNew(scene.service.issueSession(ALICE, HOUR, NEIGHBOUR, Set.of(sessionIdOf(first))));
  }

  @Test
  void anotherClientOfTheSameNetworkMakesAnotherSession() throws Exception {
    scene.by(Scene.policy(MAX_LIFETIME, true, Limit.NONE, Binding.PREFIX));
    first = scene.session(ALICE, HOUR);

    assertNew(scene.service.issueSession(ALICE, HOUR, NEIGHBOUR, Set.of(sessionIdOf(first))));
    assertThat(again(ALICE, HOUR).sessionId()).isEqualTo(first.sessionId());
  }

  @Test
  void anotherBindingMakesAnotherSession() throws Exception {
    scene.by(Scene.policy(MAX_LIFETIME, true, Limit.NONE, Binding.OFF));

    assertNew(again(ALICE, HOUR));
  }

  @Test
  void aSessionThatHasEndedIsNotJoined() throws Exception {
    scene.service.revoke(first.record().id());

    assertNew(again(ALICE, HOUR));
  }

  @Test
  void aSessionIsJoinedUntilItExpiresAndNotFromThenOn() throws Exception {
    scene.clock.move(SESSION_IDLE.minus(MINUTE).minusMillis(1));
    assertThat(again(ALICE, HOUR).sessionId()).isEqualTo(first.sessionId());

    scene.clock.move(SESSION_IDLE);
    assertNew(again(ALICE, HOUR));
  }

  @Test
  void aSessionPastItsHardLimitIsNotJoined() throws Exception {
    scene.clock.move(SESSION_IDLE.minus(MINUTE.multipliedBy(2)));
    again(ALICE, HOUR);
    scene.clock.move(SESSION_IDLE.minus(MINUTE));
    again(ALICE, HOUR);
    scene.clock.move(MINUTE.multipliedBy(2));

    assertNew(again(ALICE, HOUR));
  }

  /** The session of a user token has no token of its own, so none may be issued for it. */
  @Test
  void aKeptSessionIsNotJoined() throws Exception {
    // Without a binding, it differs from the requested session only by its parent.
    scene.by(Scene.policy(MAX_LIFETIME, true, Limit.NONE, Binding.OFF));
    ActiveToken user = scene.validate(scene.user());
    SessionId kept = scene.service.openSession(user).id();

    IssuedToken token = scene.session(ALICE, Duration.ZERO, kept.value());

    assertThat(token.sessionId()).isNotEqualTo(kept);
  }

  @Test
  void twoSessionIdsJoinNothing() throws Exception {
    IssuedToken other = scene.session(ALICE, HOUR);

    IssuedToken token = scene.session(ALICE, HOUR, sessionIdOf(first), sessionIdOf(other));

    assertNew(token);
    assertThat(token.sessionId()).isNotEqualTo(other.sessionId());
  }

  /** The others belong to other applications of the host, to another subject, or are revoked. */
  @Test
  void theOneThatCanBeJoinedIsFoundAmongOthers() throws Exception {
    IssuedToken bob = scene.session(Subject.of("bob", "user"), HOUR);
    IssuedToken closed = scene.session(ALICE, HOUR);
    scene.service.revoke(closed.record().id());

    IssuedToken token =
        scene.session(
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
  void aSessionOfAnotherAudienceIsNotJoined() throws Exception {
    IssuedToken other = scene.forAudience("/other").issueSession(ALICE, HOUR, CLIENT, Set.of());

    IssuedToken token = scene.session(ALICE, HOUR, sessionIdOf(other));
    assertNew(token);
    assertThat(token.sessionId()).isNotEqualTo(other.sessionId());
    assertThat(scene.session(ALICE, HOUR, sessionIdOf(other), sessionIdOf(first)).sessionId())
        .isEqualTo(first.sessionId());
  }

  /** Each session id that may be our own costs a store call. */
  @Test
  void whoSendsMoreSessionIdsThanAnyBrowserJoinsNothing() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    String[] ids = new String[9];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = SessionId.random(new SecureRandom(), Scene.AUDIENCE).value();
    }
    ids[4] = sessionIdOf(first);

    IssuedToken token =
        scene.over(store, Scene.POLICY).issueSession(ALICE, HOUR, CLIENT, Set.of(ids));

    assertNew(token);
    verify(store, never()).find(any());
  }

  @Test
  void garbageAndUnknownSessionIdsAreNotTakenOver() throws Exception {
    SessionId chosen = SessionId.parse("A".repeat(43));
    for (String text :
        new String[] {"", "x", sessionIdOf(first) + "=", "\u0000", chosen.value(), "../x"}) {
      IssuedToken token = scene.session(ALICE, HOUR, text);
      assertNew(token);
      assertThat(token.sessionId()).isNotEqualTo(chosen);
    }
  }

  @Test
  void aSessionThatEndsBeforeItIsRenewedIsNotJoined() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    doAnswer(
            call -> {
              scene.memory.revoke(
                  first.record().id(),
                  Revocation.of(RevocationReason.CLOSED, scene.clock.instant()));
              return scene.memory.renew(call.getArgument(0), call.getArgument(1));
            })
        .when(store)
        .renew(any(), any());

    IssuedToken token =
        scene
            .over(store, Scene.POLICY)
            .issueSession(ALICE, HOUR, CLIENT, Set.of(sessionIdOf(first)));

    assertNew(token);
    TokenRecord ended = scene.stored(first.record().id());
    assertThat(ended.revocation()).isNotNull();
  }

  private IssuedToken again(Subject subject, Duration ttl) throws Exception {
    return scene.session(subject, ttl, sessionIdOf(first));
  }

  private void assertNew(IssuedToken token) throws Exception {
    assertThat(token.sessionId()).isNotNull().isNotEqualTo(first.sessionId());
    assertThat(token.record().id()).isNotEqualTo(first.record().id());
    assertThat(token.record().issuedAt()).isEqualTo(scene.clock.instant());
    ClientAddress client = ClientAddress.parse(Objects.requireNonNull(token.record().client()));
    scene.service.validate(Scene.presented(token.value(), client, sessionIdOf(token)));
  }
}
