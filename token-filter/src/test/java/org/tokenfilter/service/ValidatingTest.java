package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.AUDIENCE;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.MAX_LIFETIME;
import static org.tokenfilter.service.Scene.NEIGHBOUR;
import static org.tokenfilter.service.Scene.SESSION_IDLE;
import static org.tokenfilter.service.Scene.presented;
import static org.tokenfilter.service.Scene.sessionIdOf;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.SessionId;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenClaims;

/** Validation of tokens, reasons of rejections, and the precedence of two reasons. */
class ValidatingTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MILLI = Duration.ofMillis(1);

  private final Scene scene = new Scene();

  @Test
  void aGoodTokenIsAnsweredWithItsRecordAndTheTimeOfItsUse() throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(Duration.ofMinutes(1));

    assertThat(scene.validate(token))
        .isEqualTo(new ActiveToken(token.record(), null, scene.clock.instant()));
  }

  @Test
  void validatingChangesNothing() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    IssuedToken token = scene.session();

    scene.over(store, Scene.POLICY).validate(presented(token));

    verify(store).find(token.record().id());
    verify(store, never()).renew(any(), any());
    assertThat(scene.stored(token.record().id())).isEqualTo(token.record());
  }

  /** Case C01. */
  @Test
  void aSessionTokenWithoutItsSessionIdIsRefused() throws Exception {
    assertRefusedAs(Rejection.INVALID, presented(scene.session().value(), CLIENT));
  }

  /** Case C02. */
  @TestFactory
  Stream<DynamicTest> otherSessionIds() throws Exception {
    IssuedToken token = scene.session();
    String id = sessionIdOf(token);
    String bob = sessionIdOf(scene.session(Subject.of("bob"), HOUR));
    return Stream.of(
            bob,
            sessionIdOf(scene.session()),
            (id.charAt(0) == 'A' ? 'B' : 'A') + id.substring(1),
            id.toLowerCase(Locale.ROOT),
            id + " ",
            " " + id,
            id + "=",
            id.substring(1),
            id + id,
            "%" + id,
            token.record().id().toString(),
            "",
            "x".repeat(10_000))
        .map(
            other ->
                DynamicTest.dynamicTest(
                    "of " + other.length() + " characters",
                    () ->
                        assertRefusedAs(
                            Rejection.INVALID, presented(token.value(), CLIENT, other))));
  }

  /** Browsers send the session ids of other applications of the host, too. */
  @Test
  void ofSeveralSessionIdsTheTokensOwnCounts() throws Exception {
    IssuedToken token = scene.session();
    String other = sessionIdOf(scene.session());

    scene.service.validate(presented(token.value(), CLIENT, sessionIdOf(token), other));
    scene.service.validate(
        presented(token.value(), CLIENT, "x", "A".repeat(43), other, sessionIdOf(token)));
    assertRefusedAs(Rejection.INVALID, presented(token.value(), CLIENT, "x", other));
    assertRefusedAs(Rejection.INVALID, presented(token.value(), CLIENT, "x", "y"));
  }

  @Test
  void twoSessionHeadersThatDifferAreABadRequestBesideASessionTokenAlone() throws Exception {
    IssuedToken session = scene.session();
    assertRefusedAs(Rejection.BAD_REQUEST, contradictory(session.value(), sessionIdOf(session)));
    scene.service.validate(contradictory(scene.open(HOUR).value(), sessionIdOf(session)));
    scene.service.validate(contradictory(scene.user().value(), sessionIdOf(session)));
  }

  private static PresentedToken contradictory(String token, String sessionId) {
    return new PresentedToken(token, Set.of(), Set.of(sessionId), true, CLIENT, false, false);
  }

  /** Browsers send tokens of other applications, too. Keys and audience identify our own token. */
  @Test
  void ofSeveralCookiesTheTokenOfOursCounts() throws Exception {
    IssuedToken open = scene.open(HOUR);
    String foreign = scene.forAudience("/other").issueOpen(ALICE, HOUR, CLIENT).value();
    for (String other : new String[] {"x", foreign, open.value() + "A"}) {
      assertOpen(open, byCookies(open.value(), other));
      assertOpen(open, byCookies(other, open.value()));
      assertOpen(open, byCookies(other, "y", open.value()));
      assertOpen(open, inHeader(open.value(), other));
      assertRefusedAs(Rejection.INVALID, byCookies(other, "y"));
    }
  }

  /** A token in a header is meant for this application. */
  @Test
  void aTokenInTheHeaderThatIsNotOursIsRefusedWhateverCookiesHold() throws Exception {
    assertRefusedAs(Rejection.INVALID, inHeader("x", scene.open(HOUR).value()));
  }

  @Test
  void twoTokensOfOursThatDifferAreABadRequest() throws Exception {
    String one = scene.open(HOUR).value();
    String two = scene.open(HOUR).value();
    assertRefusedAs(Rejection.BAD_REQUEST, byCookies(one, two));
    assertRefusedAs(Rejection.BAD_REQUEST, byCookies("x", one, "y", two));
    assertRefusedAs(Rejection.BAD_REQUEST, inHeader(one, "x", two));
    assertRefusedAs(Rejection.BAD_REQUEST, inHeader(one, one + "A", one, two));
  }

  /** Two tabs, one of which reuses the session of the other. */
  @Test
  void twoTokensOfOneSessionDoNotDiffer() throws Exception {
    IssuedToken first = scene.session();
    IssuedToken second = scene.session(ALICE, Duration.ZERO, sessionIdOf(first));
    assertThat(second.value()).isNotEqualTo(first.value());
    scene.service.validate(
        new PresentedToken(
            first.value(),
            Set.of(second.value()),
            Set.of(sessionIdOf(first)),
            false,
            CLIENT,
            false,
            false));
  }

  /** A token on a public page has not been validated, and its holder may revoke it. */
  @Test
  void revokingEndsTheTokenOfOursAmongSeveral() throws Exception {
    IssuedToken session = scene.session();
    scene.service.revoke(byCookies("x", session.value()));
    assertRefused(Rejection.CLOSED, () -> scene.validate(session));

    String one = scene.open(HOUR).value();
    String two = scene.open(HOUR).value();
    assertRefused(Rejection.BAD_REQUEST, () -> scene.service.revoke(byCookies(one, two)));
    assertThat(scene.service.introspect(one)).isPresent();
    assertThat(scene.service.introspect(two)).isPresent();
    scene.service.revoke(byCookies("x", "y"));
    scene.service.revoke(byCookies("x"));
  }

  private void assertOpen(IssuedToken token, PresentedToken presented) throws Exception {
    assertThat(scene.service.validate(presented).record().id()).isEqualTo(token.record().id());
  }

  private static PresentedToken byCookies(String first, String... others) {
    return new PresentedToken(first, Set.of(others), Set.of(), false, CLIENT, true, false);
  }

  private static PresentedToken inHeader(String token, String... cookies) {
    Set<String> others = new LinkedHashSet<>(List.of(cookies));
    others.remove(token);
    return new PresentedToken(token, others, Set.of(), false, CLIENT, false, false);
  }

  @Test
  void aSessionIdThatComesWithAnOpenOrAUserTokenIsIgnored() throws Exception {
    for (IssuedToken token : new IssuedToken[] {scene.open(HOUR), scene.user()}) {
      scene.service.validate(presented(token.value(), CLIENT, "x"));
      scene.service.validate(presented(token.value(), CLIENT, "x", "y"));
    }
  }

  /** Case C14. */
  @Test
  void aSessionTokenIsRefusedToAnotherClient() throws Exception {
    IssuedToken token = scene.session();

    assertRefusedAs(Rejection.INVALID, presented(token.value(), NEIGHBOUR, sessionIdOf(token)));
    scene.validate(token);
  }

  @Test
  void anOpenOrUserTokenIsGoodFromAnyClient() throws Exception {
    scene.service.validate(presented(scene.open(HOUR).value(), NEIGHBOUR));
    scene.service.validate(presented(scene.user().value(), NEIGHBOUR));
  }

  @Test
  void aTokenThatIsBoundToANetworkIsGoodFromAllOfIt() throws Exception {
    scene.by(Scene.policy(MAX_LIFETIME, true, Limit.NONE, Binding.PREFIX));
    IssuedToken token = scene.session();

    scene.service.validate(presented(token.value(), NEIGHBOUR, sessionIdOf(token)));
    assertRefusedAs(
        Rejection.INVALID,
        presented(token.value(), ClientAddress.parse("192.0.3.1"), sessionIdOf(token)));
  }

  @Test
  void aTokenKeepsTheBindingThatItWasIssuedWith() throws Exception {
    IssuedToken bound = scene.session();
    scene.by(Scene.policy(MAX_LIFETIME, true, Limit.NONE, Binding.OFF));
    IssuedToken free = scene.session();
    scene.by(Scene.POLICY);

    assertRefusedAs(Rejection.INVALID, presented(bound.value(), NEIGHBOUR, sessionIdOf(bound)));
    scene.service.validate(presented(free.value(), NEIGHBOUR, sessionIdOf(free)));
  }

  @Test
  void garbageIsRefusedWithoutAskingTheStore() {
    TokenStore store = mock(TokenStore.class);
    TokenService service = scene.over(store, Scene.POLICY);

    for (String garbage : new String[] {"", "x", "....", "a.b.c.d.e", "\u0000"}) {
      assertRefused(Rejection.INVALID, () -> service.validate(presented(garbage, CLIENT)));
    }
    verify(store, never()).find(any());
  }

  @Test
  void aTokenWhoseRecordIsGoneIsRefusedAsForged() throws Exception {
    IssuedToken token = scene.session();

    TokenService elsewhere = scene.over(new InMemoryTokenStore(), Scene.POLICY);

    assertRefused(Rejection.UNKNOWN, () -> elsewhere.validate(presented(token)));
  }

  @Test
  void aTokenThatSaysOtherThanItsRecordIsRefused() throws Exception {
    TokenRecord record = scene.open(HOUR).record();
    Instant expiresAt = record.issuedAt().plus(HOUR);

    for (TokenClaims claims :
        new TokenClaims[] {
          new TokenClaims(record.id(), TokenKind.USER, AUDIENCE, record.issuedAt(), expiresAt),
          new TokenClaims(
              record.id(), TokenKind.OPEN, AUDIENCE, record.issuedAt().plusSeconds(1), expiresAt),
          new TokenClaims(
              record.id(), TokenKind.OPEN, AUDIENCE, record.issuedAt(), expiresAt.plusSeconds(1)),
          new TokenClaims(record.id(), TokenKind.OPEN, AUDIENCE, record.issuedAt(), null)
        }) {
      assertRefusedAs(Rejection.INVALID, presented(scene.codec.encode(claims), CLIENT));
    }
    String honest = scene.codec.encode(TokenClaims.of(record, AUDIENCE));
    scene.service.validate(presented(honest, CLIENT));
  }

  /** Case C04: the record id of a session token does not suffice for a token without session id. */
  @Test
  void aSessionThatClaimsToBeAnOpenTokenIsRefused() throws Exception {
    TokenRecord record = scene.session().record();
    TokenClaims claims =
        new TokenClaims(
            record.id(), TokenKind.OPEN, AUDIENCE, record.issuedAt(), record.expiresAt());

    assertRefusedAs(Rejection.INVALID, presented(scene.codec.encode(claims), CLIENT));
  }

  @Test
  void aTokenThatNamesAKeptSessionIsRefused() throws Exception {
    SessionId kept = scene.service.openSession(scene.validate(scene.user())).id();
    TokenRecord record = scene.stored(kept.tokenId());
    String forged = scene.codec.encode(TokenClaims.of(record, AUDIENCE));

    assertRefusedAs(Rejection.INVALID, presented(forged, CLIENT, kept.value()));
    assertThat(scene.service.introspect(forged)).isEmpty();
  }

  /** Case S04. */
  @Test
  void aRecordOfAnotherIdIsRefused() throws Exception {
    IssuedToken token = scene.open(HOUR);
    TokenStore confused = mock(TokenStore.class);
    doReturn(Optional.of(scene.open(HOUR).record())).when(confused).find(any());

    assertRefused(
        Rejection.INVALID, () -> scene.over(confused, Scene.POLICY).validate(presented(token)));
    assertThat(scene.over(confused, Scene.POLICY).introspect(token.value())).isEmpty();
  }

  @Test
  void aStoreThatDoesNotAnswerIsNeitherARefusalNorASuccess() throws Exception {
    IssuedToken token = scene.session();
    TokenStore broken = mock(TokenStore.class);
    doThrow(new TokenStoreException("down", null, true)).when(broken).find(any());
    TokenService service = scene.over(broken, Scene.POLICY, scene.heard);
    scene.heard.events();

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.validate(presented(token)));
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.introspect(token.value()));
    assertThat(scene.heard.events()).isEmpty();
  }

  /** Case B09: the deadline itself is the first moment at which the token is dead. */
  @Test
  void aSessionTokenIsGoodUntilItsIdleTimeoutAndNotFromThenOn() throws Exception {
    IssuedToken token = scene.session();

    scene.clock.move(SESSION_IDLE.minus(MILLI));
    scene.validate(token);
    scene.clock.move(MILLI);
    assertRefusedAs(Rejection.EXPIRED, presented(token));
    scene.clock.move(MILLI);
    assertRefusedAs(Rejection.EXPIRED, presented(token));
  }

  @Test
  void aTokenIsGoodUntilItsHardLimitHoweverOftenItIsUsed() throws Exception {
    IssuedToken token = scene.session(ALICE, HOUR);
    for (int i = 0; i < 3; i++) {
      scene.clock.move(Duration.ofMinutes(20).minus(MILLI));
      scene.renew(scene.validate(token));
    }

    scene.clock.move(MILLI.multipliedBy(2));
    assertThat(scene.validate(token).remaining()).isEqualTo(MILLI);
    scene.clock.move(MILLI);
    assertRefusedAs(Rejection.EXPIRED, presented(token));
  }

  @Test
  void anOpenTokenIsGoodUntilItsEndAndNotFromThenOn() throws Exception {
    IssuedToken token = scene.open(HOUR);

    scene.clock.move(HOUR.minus(MILLI));
    scene.validate(token);
    scene.clock.move(MILLI);
    assertRefusedAs(Rejection.EXPIRED, presented(token));
  }

  /** The reason is returned to the rightful holder only. */
  @Test
  void whyATokenDiedIsNotToldToAnotherClient() throws Exception {
    IssuedToken token = scene.session();
    PresentedToken stolen = presented(token.value(), NEIGHBOUR, sessionIdOf(token));

    scene.clock.move(SESSION_IDLE);
    assertRefusedAs(Rejection.INVALID, stolen);
    scene.service.revoke(token.record().id());
    assertRefusedAs(Rejection.INVALID, stolen);
    assertRefusedAs(Rejection.INVALID, presented(token.value(), CLIENT));
    assertRefusedAs(Rejection.CLOSED, presented(token));
  }

  @Test
  void anEndIsToldByItsReason() throws Exception {
    for (RevocationReason reason : RevocationReason.values()) {
      IssuedToken token = scene.session();
      scene.memory.revoke(token.record().id(), Revocation.of(reason, scene.clock.instant()));

      assertRefusedAs(Rejection.valueOf(reason.name()), presented(token));
    }
  }

  @Test
  void anEndCountsMoreThanAnExpiryThatCameLater() throws Exception {
    IssuedToken token = scene.session();
    scene.service.revoke(token.record().id());
    scene.clock.move(SESSION_IDLE);

    assertRefusedAs(Rejection.CLOSED, presented(token));
  }

  @Test
  void refusalsAreHeard() {
    scene.heard.events();

    assertRefusedAs(Rejection.INVALID, presented("x", CLIENT));

    assertThat(scene.heard.events()).containsExactly("refused INVALID");
  }

  /** Cases B14 and B15. */
  @Test
  void whatHasExpiredStaysSoWhenTheClockIsSetBack() throws Exception {
    MonotonicClock forward = new MonotonicClock(scene.clock);
    TokenService service = scene.over(scene.memory, Scene.POLICY, forward);
    IssuedToken token = scene.session();

    scene.clock.move(Duration.ofHours(2));
    assertRefused(Rejection.EXPIRED, () -> service.validate(presented(token)));
    scene.clock.move(Duration.ofHours(-2));
    assertRefused(Rejection.EXPIRED, () -> service.validate(presented(token)));
  }

  @Test
  void inspectingAsksForNeitherSessionIdNorClient() throws Exception {
    IssuedToken token = scene.session();
    scene.clock.move(Duration.ofMinutes(1));

    assertThat(scene.service.introspect(token.value()))
        .contains(new ActiveToken(token.record(), null, scene.clock.instant()).asPassive());
  }

  @Test
  void inspectingRenewsAndTellsNothing() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(scene.memory));
    TokenService service = scene.over(store, Scene.POLICY, scene.heard);
    IssuedToken token = scene.session();
    scene.heard.events();

    assertThat(service.introspect(token.value())).isPresent();
    assertThat(service.introspect("x")).isEmpty();

    verify(store, never()).renew(any(), any());
    assertThat(scene.heard.events()).isEmpty();
  }

  @Test
  void whatIsNotActiveIsEmptyWhateverTheCause() throws Exception {
    IssuedToken closed = scene.session();
    scene.service.revoke(closed.record().id());
    IssuedToken expired = scene.session();
    scene.clock.move(SESSION_IDLE);

    assertThat(scene.service.introspect(closed.value())).isEmpty();
    assertThat(scene.service.introspect(expired.value())).isEmpty();
    assertThat(scene.service.introspect("")).isEmpty();
    String unknown =
        scene.codec.encode(
            new TokenClaims(
                TokenId.parse("A".repeat(43)),
                TokenKind.OPEN,
                AUDIENCE,
                scene.clock.instant(),
                null));
    assertThat(scene.service.introspect(unknown)).isEmpty();
  }

  private void assertRefusedAs(Rejection rejection, PresentedToken presented) {
    assertRefused(rejection, () -> scene.service.validate(presented));
  }
}
