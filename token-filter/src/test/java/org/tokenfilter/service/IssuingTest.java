package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.AUDIENCE;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.MAX_LIFETIME;
import static org.tokenfilter.service.Scene.OPEN_MAX_LIFETIME;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.USER_IDLE;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenClaims;

/** New tokens: their records and their claims. For reused sessions see {@link JoiningTest}. */
class IssuingTest {

  private static final Duration HOUR = Duration.ofHours(1);

  private final Scene scene = new Scene();
  private final Instant now = scene.clock.instant();

  @Test
  void aSessionTokenIsStoredByTheDigestOfItsSessionId() throws Exception {
    Subject subject = new Subject("alice", Set.of("user", "admin"), Map.of("tenant", "7"));

    IssuedToken token = scene.session(subject, HOUR);

    assertThat(token.record())
        .isEqualTo(
            TokenRecord.builder(
                    Objects.requireNonNull(token.sessionId()).tokenId(),
                    TokenKind.SESSION,
                    "alice",
                    now)
                .roles(Set.of("user", "admin"))
                .attributes(Map.of("tenant", "7"))
                .group("s:alice")
                .client("192.0.2.1")
                .binding("192.0.2.1")
                .idle(SESSION_IDLE, now.plus(SESSION_IDLE))
                .expiresAt(now.plus(HOUR))
                .build());
    assertThat(scene.stored(token.record().id())).isEqualTo(token.record());
    assertThat(scene.codec.decode(token.value()))
        .isEqualTo(TokenClaims.of(token.record(), AUDIENCE));
    assertThat(scene.heard.events()).containsExactly("issued " + token.record().id());
  }

  @Test
  void anOpenTokenIsBoundToNothingAndDoesNotSlide() throws Exception {
    IssuedToken token = scene.open(HOUR);

    assertThat(token.sessionId()).isNull();
    assertThat(token.record())
        .isEqualTo(
            TokenRecord.builder(token.record().id(), TokenKind.OPEN, "alice", now)
                .roles(Set.of("user"))
                .client("192.0.2.1")
                .expiresAt(now.plus(HOUR))
                .build());
    assertThat(scene.stored(token.record().id())).isEqualTo(token.record());
    assertThat(scene.codec.decode(token.value()))
        .isEqualTo(TokenClaims.of(token.record(), AUDIENCE));
    assertThat(scene.heard.events()).containsExactly("issued " + token.record().id());
  }

  @Test
  void aUserTokenIsBoundToNoClientAndInNoGroup() throws Exception {
    IssuedToken token = scene.user();

    assertThat(token.sessionId()).isNull();
    assertThat(token.record())
        .isEqualTo(
            TokenRecord.builder(token.record().id(), TokenKind.USER, "alice", now)
                .roles(Set.of("user"))
                .client("192.0.2.1")
                .idle(USER_IDLE, now.plus(USER_IDLE))
                .expiresAt(now.plus(MAX_LIFETIME))
                .build());
    assertThat(scene.codec.decode(token.value()))
        .isEqualTo(TokenClaims.of(token.record(), AUDIENCE));
  }

  @Test
  void aUserTokenMayHaveAnIdleTimeoutOfItsOwn() {
    IssuedToken token = scene.service.issueUser(ALICE, HOUR, CLIENT);

    assertThat(token.record().idleTimeout()).isEqualTo(HOUR);
    assertThat(token.record().idleExpiresAt()).isEqualTo(now.plus(HOUR));
  }

  @Test
  void twoTokensHaveNothingInCommon() throws Exception {
    IssuedToken one = scene.open(HOUR);
    IssuedToken other = scene.open(HOUR);

    assertThat(one.record().id()).isNotEqualTo(other.record().id());
    assertThat(one.value()).isNotEqualTo(other.value());
    assertThat(scene.session().sessionId()).isNotEqualTo(scene.session().sessionId());
  }

  @Test
  void theLifetimeOfASessionTokenIsCutAtTheCap() throws Exception {
    assertThat(scene.session(ALICE, MAX_LIFETIME.plusMillis(1)).record().expiresAt())
        .isEqualTo(now.plus(MAX_LIFETIME));
    assertThat(scene.session(ALICE, MAX_LIFETIME.minusMillis(1)).record().expiresAt())
        .isEqualTo(now.plus(MAX_LIFETIME).minusMillis(1));
    assertThat(scene.session(ALICE, Duration.ofMinutes(Integer.MAX_VALUE)).record().expiresAt())
        .isEqualTo(now.plus(MAX_LIFETIME));
  }

  @Test
  void zeroMeansNoLifetimeOfItsOwnSoTheCapIsTheLimit() throws Exception {
    assertThat(scene.session().record().expiresAt()).isEqualTo(now.plus(MAX_LIFETIME));
  }

  @Test
  void withoutACapSlidingTokensLiveAsLongAsTheyAreUsed() throws Exception {
    scene.by(Scene.policy(Duration.ZERO, true, Limit.NONE, Binding.ADDRESS));

    assertThat(scene.session().record().expiresAt()).isNull();
    assertThat(scene.user().record().expiresAt()).isNull();
    assertThat(scene.session(ALICE, Duration.ofDays(4000)).record().expiresAt())
        .isEqualTo(now.plus(Duration.ofDays(4000)));
    assertThat(scene.validate(scene.session()).remaining()).isEqualTo(SESSION_IDLE);
  }

  @Test
  void anOpenTokenMayLiveExactlyAsLongAsTheLongest() throws Exception {
    assertThat(scene.open(OPEN_MAX_LIFETIME).record().expiresAt())
        .isEqualTo(now.plus(OPEN_MAX_LIFETIME));
    assertRefused(Rejection.BAD_REQUEST, () -> scene.open(OPEN_MAX_LIFETIME.plusMillis(1)));
    assertRefused(Rejection.BAD_REQUEST, () -> scene.open(Duration.ofMinutes(Integer.MAX_VALUE)));
  }

  @Test
  void anOpenTokenMayLiveForEverWhereThatIsAllowed() throws Exception {
    IssuedToken token = scene.open(Duration.ZERO);

    assertThat(token.record().expiresAt()).isNull();
    assertThat(scene.codec.decode(token.value()).expiresAt()).isNull();
    scene.clock.move(Duration.ofDays(3650));
    assertThat(scene.validate(token).remaining()).isNull();
  }

  /** Case B08. */
  @Test
  void anOpenTokenMayNotLiveForEverWhereThatIsNotAllowed() {
    scene.by(Scene.policy(MAX_LIFETIME, false, Limit.NONE, Binding.ADDRESS));

    assertRefused(Rejection.BAD_REQUEST, () -> scene.open(Duration.ZERO));
    assertThat(scene.memory.list("alice", now, null, 10)).isEmpty();
    assertThat(scene.heard.events()).isEmpty();
  }

  @Test
  void whatASessionTokenIsBoundToIsAsThePolicySays() throws Exception {
    scene.by(Scene.policy(MAX_LIFETIME, true, Limit.NONE, Binding.PREFIX));
    assertThat(scene.session().record().binding()).isEqualTo("192.0.2.0/24");

    scene.by(Scene.policy(MAX_LIFETIME, true, Limit.NONE, Binding.OFF));
    assertThat(scene.session().record().binding()).isNull();
    assertThat(scene.session().record().client()).isEqualTo("192.0.2.1");
  }

  @Test
  void aSubjectThatNoStoreCouldKeepIsRefusedBeforeAnythingIsStored() {
    for (String name : new String[] {"", "a".repeat(256), "a\u0000b", "\ud800"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> scene.session(Subject.of(name), Duration.ZERO));
    }
    assertThat(scene.heard.events()).isEmpty();
  }

  @Test
  void atTheLimitOneSessionMoreIsRefused() throws Exception {
    scene.by(limited(2, Limit.Policy.REJECT));
    IssuedToken first = scene.session();
    scene.session();

    assertRefused(Rejection.SESSION_LIMIT, scene::session);

    scene.session(Subject.of("bob"), Duration.ZERO);
    scene.service.revoke(first.record().id());
    scene.session();
  }

  @Test
  void atTheLimitTheOldestSessionMakesRoom() throws Exception {
    scene.by(limited(2, Limit.Policy.EVICT_OLDEST));
    IssuedToken first = scene.session();
    scene.clock.move(Duration.ofSeconds(1));
    IssuedToken second = scene.session();
    scene.clock.move(Duration.ofSeconds(1));
    scene.heard.events();

    IssuedToken third = scene.session();

    assertThat(scene.heard.events())
        .containsExactly(
            "ended " + first.record().id() + " EVICTED", "issued " + third.record().id());
    assertRefused(Rejection.EVICTED, () -> scene.validate(first));
    scene.validate(second);
    scene.validate(third);
  }

  @Test
  void sessionsThatHaveExpiredDoNotCount() throws Exception {
    scene.by(limited(1, Limit.Policy.REJECT));
    scene.session();
    scene.clock.move(SESSION_IDLE);

    scene.session();
  }

  @Test
  void openAndUserTokensDoNotCountForTheLimit() throws Exception {
    scene.by(limited(1, Limit.Policy.REJECT));
    scene.open(HOUR);
    scene.user();
    scene.user();

    scene.session();
  }

  @Test
  void aStoreThatRefusesWhatHasNeitherLimitNorParentIsNotBelieved() {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    doReturn(InsertResult.of(InsertResult.Outcome.GROUP_FULL))
        .when(store)
        .insert(any(), any(), any());
    TokenService service = scene.over(store, Scene.POLICY);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.issueUser(ALICE, null, CLIENT));
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.issueOpen(ALICE, HOUR, CLIENT));
  }

  @Test
  void theClientIsWrittenInOneSpelling() throws Exception {
    ClientAddress mapped = ClientAddress.parse("::ffff:192.0.2.1");

    IssuedToken token = scene.service.issueSession(ALICE, HOUR, mapped, Set.of());

    assertThat(token.record().client()).isEqualTo("192.0.2.1");
    scene.service.validate(Scene.presented(token.value(), CLIENT, Scene.sessionIdOf(token)));
  }

  @Test
  void aTokenThatCannotBeWrittenLeavesNothingBehind() {
    scene.by(Scene.policy(Duration.ZERO, true, Limit.NONE, Binding.ADDRESS));

    assertThatIllegalArgumentException().isThrownBy(() -> scene.session(ALICE, HOUR.negated()));
    assertThatIllegalArgumentException().isThrownBy(() -> scene.open(HOUR.negated()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene.session(ALICE, Duration.ofDays(3_652_500)));

    assertThat(scene.heard.events()).isEmpty();
    assertThat(scene.memory.list("alice", now, null, 10)).isEmpty();
    assertThat(scene.memory.list("alice", now.minus(HOUR.multipliedBy(2)), null, 10)).isEmpty();
  }

  private static TokenPolicy limited(int most, Limit.Policy policy) {
    return Scene.policy(MAX_LIFETIME, true, new Limit(most, policy), Binding.ADDRESS);
  }
}
