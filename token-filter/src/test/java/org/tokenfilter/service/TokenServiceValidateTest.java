package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyCollection;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.AUDIENCE;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.MAX_LIFETIME;
import static org.tokenfilter.service.ServiceFixture.NEIGHBOUR;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.presented;
import static org.tokenfilter.service.ServiceFixture.sessionIdOf;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.guard.MonotonicClock;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.store.FindResult;
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

/** Validation of tokens, reasons of rejections, and the precedence of two reasons. */
class TokenServiceValidateTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MILLI = Duration.ofMillis(1);

  private final ServiceFixture fixture = new ServiceFixture();

  @Test
  void returnsRecordAndTimeOfUse() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(Duration.ofMinutes(1));

    assertThat(fixture.validate(token))
        .isEqualTo(new ActiveToken(token.record(), null, fixture.clock.instant()));
  }

  @Test
  void validatingChangesNothing() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    IssuedToken token = fixture.issueSession();

    fixture.newService(store, ServiceFixture.POLICY).validate(presented(token));

    verify(store).find(List.of(token.record().id()));
    verify(store, never()).renew(any(), any());
    assertThat(fixture.stored(token.record().id())).isEqualTo(token.record());
  }

  /** Case C01. */
  @Test
  void sessionTokenWithoutItsSessionIdIsRejected() throws Exception {
    assertRejectedAs(Rejection.INVALID, presented(fixture.issueSession().value(), CLIENT));
  }

  /** Case C02. */
  @TestFactory
  Stream<DynamicTest> otherSessionIds() throws Exception {
    IssuedToken token = fixture.issueSession();
    String id = sessionIdOf(token);
    String bob = sessionIdOf(fixture.issueSession(Subject.of("bob"), HOUR));
    return Stream.of(
            bob,
            sessionIdOf(fixture.issueSession()),
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
                        assertRejectedAs(
                            Rejection.INVALID, presented(token.value(), CLIENT, other))));
  }

  /** Browsers send the session ids of other applications of the host, too. */
  @Test
  void usesTheTokensOwnSessionIdAmongSeveral() throws Exception {
    IssuedToken token = fixture.issueSession();
    String other = sessionIdOf(fixture.issueSession());

    fixture.service.validate(presented(token.value(), CLIENT, sessionIdOf(token), other));
    fixture.service.validate(
        presented(token.value(), CLIENT, "x", "A".repeat(43), other, sessionIdOf(token)));
    assertRejectedAs(Rejection.INVALID, presented(token.value(), CLIENT, "x", other));
    assertRejectedAs(Rejection.INVALID, presented(token.value(), CLIENT, "x", "y"));
  }

  @Test
  void differingSessionHeadersAreBadOnlyForSessionTokens() throws Exception {
    IssuedToken session = fixture.issueSession();
    assertRejectedAs(Rejection.BAD_REQUEST, contradictory(session.value(), sessionIdOf(session)));
    fixture.service.validate(contradictory(fixture.issueOpen(HOUR).value(), sessionIdOf(session)));
    fixture.service.validate(contradictory(fixture.issueUser().value(), sessionIdOf(session)));
  }

  private static PresentedToken contradictory(String token, String sessionId) {
    return new PresentedToken(token, Set.of(), Set.of(sessionId), true, CLIENT, false, false);
  }

  /** Browsers send tokens of other applications, too. Keys and audience identify our own token. */
  @Test
  void usesOurTokenAmongSeveralCookies() throws Exception {
    IssuedToken open = fixture.issueOpen(HOUR);
    String foreign = fixture.newServiceForAudience("/other").issueOpen(ALICE, HOUR, CLIENT).value();
    for (String other : new String[] {"x", foreign, open.value() + "A"}) {
      assertOpen(open, byCookies(open.value(), other));
      assertOpen(open, byCookies(other, open.value()));
      assertOpen(open, byCookies(other, "y", open.value()));
      assertOpen(open, inHeader(open.value(), other));
      assertRejectedAs(Rejection.INVALID, byCookies(other, "y"));
    }
  }

  /** A token in a header is meant for this application. */
  @Test
  void foreignTokenInTheHeaderIsRejectedDespiteCookies() throws Exception {
    assertRejectedAs(Rejection.INVALID, inHeader("x", fixture.issueOpen(HOUR).value()));
  }

  @Test
  void twoDifferentTokensAreABadRequest() throws Exception {
    String one = fixture.issueOpen(HOUR).value();
    String two = fixture.issueOpen(HOUR).value();
    assertRejectedAs(Rejection.BAD_REQUEST, byCookies(one, two));
    assertRejectedAs(Rejection.BAD_REQUEST, byCookies("x", one, "y", two));
    assertRejectedAs(Rejection.BAD_REQUEST, inHeader(one, "x", two));
    assertRejectedAs(Rejection.BAD_REQUEST, inHeader(one, one + "A", one, two));
  }

  /** Two tabs, one of which reuses the session of the other. */
  @Test
  void twoTokensOfOneSessionAreAccepted() throws Exception {
    IssuedToken first = fixture.issueSession();
    IssuedToken second = fixture.issueSession(ALICE, Duration.ZERO, sessionIdOf(first));
    assertThat(second.value()).isNotEqualTo(first.value());
    fixture.service.validate(
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
  void revokesOurTokenAmongSeveral() throws Exception {
    IssuedToken session = fixture.issueSession();
    fixture.service.revoke(byCookies("x", session.value()));
    assertRejected(Rejection.CLOSED, () -> fixture.validate(session));

    String one = fixture.issueOpen(HOUR).value();
    String two = fixture.issueOpen(HOUR).value();
    assertRejected(Rejection.BAD_REQUEST, () -> fixture.service.revoke(byCookies(one, two)));
    assertThat(fixture.service.introspect(one)).isPresent();
    assertThat(fixture.service.introspect(two)).isPresent();
    fixture.service.revoke(byCookies("x", "y"));
    fixture.service.revoke(byCookies("x"));
  }

  private void assertOpen(IssuedToken token, PresentedToken presented) throws Exception {
    assertThat(fixture.service.validate(presented).record().id()).isEqualTo(token.record().id());
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
  void sessionIdWithAnOpenOrUserTokenIsIgnored() throws Exception {
    for (IssuedToken token : new IssuedToken[] {fixture.issueOpen(HOUR), fixture.issueUser()}) {
      fixture.service.validate(presented(token.value(), CLIENT, "x"));
      fixture.service.validate(presented(token.value(), CLIENT, "x", "y"));
    }
  }

  /** Case C14. */
  @Test
  void sessionTokenOfAnotherClientIsRejected() throws Exception {
    IssuedToken token = fixture.issueSession();

    assertRejectedAs(Rejection.INVALID, presented(token.value(), NEIGHBOUR, sessionIdOf(token)));
    fixture.validate(token);
  }

  @Test
  void openAndUserTokensAreValidFromAnyClient() throws Exception {
    fixture.service.validate(presented(fixture.issueOpen(HOUR).value(), NEIGHBOUR));
    fixture.service.validate(presented(fixture.issueUser().value(), NEIGHBOUR));
  }

  @Test
  void networkBoundTokenIsValidFromItsWholeNetwork() throws Exception {
    fixture.withPolicy(ServiceFixture.policy(MAX_LIFETIME, true, Limit.NONE, Binding.PREFIX));
    IssuedToken token = fixture.issueSession();

    fixture.service.validate(presented(token.value(), NEIGHBOUR, sessionIdOf(token)));
    assertRejectedAs(
        Rejection.INVALID,
        presented(token.value(), ClientAddress.parse("192.0.3.1"), sessionIdOf(token)));
  }

  @Test
  void tokenKeepsTheBindingItWasIssuedWith() throws Exception {
    IssuedToken bound = fixture.issueSession();
    fixture.withPolicy(ServiceFixture.policy(MAX_LIFETIME, true, Limit.NONE, Binding.OFF));
    IssuedToken free = fixture.issueSession();
    fixture.withPolicy(ServiceFixture.POLICY);

    assertRejectedAs(Rejection.INVALID, presented(bound.value(), NEIGHBOUR, sessionIdOf(bound)));
    fixture.service.validate(presented(free.value(), NEIGHBOUR, sessionIdOf(free)));
  }

  @Test
  void garbageIsRejectedWithoutAStoreCall() {
    TokenStore store = mock(TokenStore.class);
    doReturn(1).when(store).shards();
    TokenService service = fixture.newService(store, ServiceFixture.POLICY);

    for (String garbage : new String[] {"", "x", "....", "a.b.c.d.e", "\u0000"}) {
      assertRejected(Rejection.INVALID, () -> service.validate(presented(garbage, CLIENT)));
    }
    verify(store, never()).find(anyCollection());
  }

  @Test
  void tokenWithoutRecordIsRejectedAsUnknown() throws Exception {
    IssuedToken token = fixture.issueSession();

    TokenService elsewhere = fixture.newService(new InMemoryTokenStore(), ServiceFixture.POLICY);

    assertRejected(Rejection.UNKNOWN, () -> elsewhere.validate(presented(token)));
  }

  @Test
  void tokenContradictingItsRecordIsRejected() throws Exception {
    TokenRecord record = fixture.issueOpen(HOUR).record();
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
      assertRejectedAs(Rejection.INVALID, presented(fixture.codec.encode(claims), CLIENT));
    }
    String honest = fixture.codec.encode(TokenClaims.of(record, AUDIENCE));
    fixture.service.validate(presented(honest, CLIENT));
  }

  /** Case C04: the record id of a session token does not suffice for a token without session id. */
  @Test
  void sessionClaimingToBeAnOpenTokenIsRejected() throws Exception {
    TokenRecord record = fixture.issueSession().record();
    TokenClaims claims =
        new TokenClaims(
            record.id(), TokenKind.OPEN, AUDIENCE, record.issuedAt(), record.expiresAt());

    assertRejectedAs(Rejection.INVALID, presented(fixture.codec.encode(claims), CLIENT));
  }

  @Test
  void tokenNamingASessionOfAUserTokenIsRejected() throws Exception {
    SessionId kept = fixture.service.openSession(fixture.validate(fixture.issueUser())).id();
    TokenRecord record = fixture.stored(kept.tokenId());
    String forged = fixture.codec.encode(TokenClaims.of(record, AUDIENCE));

    assertRejectedAs(Rejection.INVALID, presented(forged, CLIENT, kept.value()));
    assertThat(fixture.service.introspect(forged)).isEmpty();
  }

  /** Case S04. */
  @Test
  void recordOfAnotherIdIsRejected() throws Exception {
    IssuedToken token = fixture.issueOpen(HOUR);
    TokenStore confused = mock(TokenStore.class);
    doReturn(1).when(confused).shards();
    doReturn(FindResult.of(Map.of(token.record().id(), fixture.issueOpen(HOUR).record())))
        .when(confused)
        .find(anyCollection());

    assertRejected(
        Rejection.INVALID,
        () -> fixture.newService(confused, ServiceFixture.POLICY).validate(presented(token)));
    assertThat(fixture.newService(confused, ServiceFixture.POLICY).introspect(token.value()))
        .isEmpty();
  }

  @Test
  void storeFailureIsNeitherRejectionNorSuccess() throws Exception {
    IssuedToken token = fixture.issueSession();
    TokenStore broken = mock(TokenStore.class);
    doReturn(1).when(broken).shards();
    doThrow(new TokenStoreException("down", null, true)).when(broken).find(anyCollection());
    TokenService service = fixture.newService(broken, ServiceFixture.POLICY, fixture.listener);
    fixture.listener.events();

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.validate(presented(token)));
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.introspect(token.value()));
    assertThat(fixture.listener.events()).isEmpty();
  }

  /** Case B09: the deadline itself is the first moment at which the token is dead. */
  @Test
  void sessionTokenExpiresAtItsIdleTimeout() throws Exception {
    IssuedToken token = fixture.issueSession();

    fixture.clock.move(SESSION_IDLE.minus(MILLI));
    fixture.validate(token);
    fixture.clock.move(MILLI);
    assertRejectedAs(Rejection.EXPIRED, presented(token));
    fixture.clock.move(MILLI);
    assertRejectedAs(Rejection.EXPIRED, presented(token));
  }

  @Test
  void tokenExpiresAtItsAbsoluteTimeoutDespiteUse() throws Exception {
    IssuedToken token = fixture.issueSession(ALICE, HOUR);
    for (int i = 0; i < 3; i++) {
      fixture.clock.move(Duration.ofMinutes(20).minus(MILLI));
      fixture.renew(fixture.validate(token));
    }

    fixture.clock.move(MILLI.multipliedBy(2));
    assertThat(fixture.validate(token).remaining()).isEqualTo(MILLI);
    fixture.clock.move(MILLI);
    assertRejectedAs(Rejection.EXPIRED, presented(token));
  }

  @Test
  void openTokenExpiresAtItsDeadline() throws Exception {
    IssuedToken token = fixture.issueOpen(HOUR);

    fixture.clock.move(HOUR.minus(MILLI));
    fixture.validate(token);
    fixture.clock.move(MILLI);
    assertRejectedAs(Rejection.EXPIRED, presented(token));
  }

  /** The reason is returned to the rightful holder only. */
  @Test
  void rejectionReasonIsHiddenFromAnotherClient() throws Exception {
    IssuedToken token = fixture.issueSession();
    PresentedToken stolen = presented(token.value(), NEIGHBOUR, sessionIdOf(token));

    fixture.clock.move(SESSION_IDLE);
    assertRejectedAs(Rejection.INVALID, stolen);
    fixture.service.revoke(token.record().id());
    assertRejectedAs(Rejection.INVALID, stolen);
    assertRejectedAs(Rejection.INVALID, presented(token.value(), CLIENT));
    assertRejectedAs(Rejection.CLOSED, presented(token));
  }

  @Test
  void revokedTokenIsRejectedWithItsReason() throws Exception {
    for (RevocationReason reason : RevocationReason.values()) {
      IssuedToken token = fixture.issueSession();
      fixture.memory.revoke(token.record().id(), Revocation.of(reason, fixture.clock.instant()));

      assertRejectedAs(Rejection.valueOf(reason.name()), presented(token));
    }
  }

  @Test
  void revocationPrevailsOverALaterExpiry() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.service.revoke(token.record().id());
    fixture.clock.move(SESSION_IDLE);

    assertRejectedAs(Rejection.CLOSED, presented(token));
  }

  @Test
  void rejectionsAreReported() {
    fixture.listener.events();

    assertRejectedAs(Rejection.INVALID, presented("x", CLIENT));

    assertThat(fixture.listener.events()).containsExactly("refused INVALID");
  }

  /** Cases B14 and B15. */
  @Test
  void expiredTokenStaysExpiredWhenTheClockIsSetBack() throws Exception {
    MonotonicClock forward = new MonotonicClock(fixture.clock);
    TokenService service = fixture.newService(fixture.memory, ServiceFixture.POLICY, forward);
    IssuedToken token = fixture.issueSession();

    fixture.clock.move(Duration.ofHours(2));
    assertRejected(Rejection.EXPIRED, () -> service.validate(presented(token)));
    fixture.clock.move(Duration.ofHours(-2));
    assertRejected(Rejection.EXPIRED, () -> service.validate(presented(token)));
  }

  @Test
  void introspectionNeedsNeitherSessionIdNorClient() throws Exception {
    IssuedToken token = fixture.issueSession();
    fixture.clock.move(Duration.ofMinutes(1));

    assertThat(fixture.service.introspect(token.value()))
        .contains(new ActiveToken(token.record(), null, fixture.clock.instant()).asPassive());
  }

  @Test
  void introspectionRenewsAndReportsNothing() throws Exception {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    TokenService service = fixture.newService(store, ServiceFixture.POLICY, fixture.listener);
    IssuedToken token = fixture.issueSession();
    fixture.listener.events();

    assertThat(service.introspect(token.value())).isPresent();
    assertThat(service.introspect("x")).isEmpty();

    verify(store, never()).renew(any(), any());
    assertThat(fixture.listener.events()).isEmpty();
  }

  @Test
  void introspectionOfAnInactiveTokenIsEmpty() throws Exception {
    IssuedToken closed = fixture.issueSession();
    fixture.service.revoke(closed.record().id());
    IssuedToken expired = fixture.issueSession();
    fixture.clock.move(SESSION_IDLE);

    assertThat(fixture.service.introspect(closed.value())).isEmpty();
    assertThat(fixture.service.introspect(expired.value())).isEmpty();
    assertThat(fixture.service.introspect("")).isEmpty();
    String unknown =
        fixture.codec.encode(
            new TokenClaims(
                TokenId.parse("A".repeat(43)),
                TokenKind.OPEN,
                AUDIENCE,
                fixture.clock.instant(),
                null));
    assertThat(fixture.service.introspect(unknown)).isEmpty();
  }

  private void assertRejectedAs(Rejection rejection, PresentedToken presented) {
    assertRejected(rejection, () -> fixture.service.validate(presented));
  }
}
