package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.AUDIENCE;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.MAX_LIFETIME;
import static org.tokenfilter.service.ServiceFixture.OPEN_MAX_LIFETIME;
import static org.tokenfilter.service.ServiceFixture.SESSION_IDLE;
import static org.tokenfilter.service.ServiceFixture.USER_IDLE;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.codec.TokenClaims;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.policy.TokenPolicy.Binding;
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

/**
 * New tokens: their records and their claims. For reused sessions see {@link
 * TokenServiceReuseSessionTest}.
 */
class TokenServiceIssueTest {

  private static final Duration HOUR = Duration.ofHours(1);

  private final ServiceFixture fixture = new ServiceFixture();
  private final Instant now = fixture.clock.instant();

  @Test
  void sessionTokenIsStoredUnderItsSessionIdDigest() throws Exception {
    Subject subject = new Subject("alice", Set.of("user", "admin"), Map.of("tenant", "7"));

    IssuedToken token = fixture.issueSession(subject, HOUR);

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
    assertThat(fixture.stored(token.record().id())).isEqualTo(token.record());
    assertThat(fixture.codec.decode(token.value()))
        .isEqualTo(TokenClaims.of(token.record(), AUDIENCE));
    assertThat(fixture.listener.events()).containsExactly("issued " + token.record().id());
  }

  @Test
  void openTokenHasNoBindingAndNoIdleTimeout() throws Exception {
    IssuedToken token = fixture.issueOpen(HOUR);

    assertThat(token.sessionId()).isNull();
    assertThat(token.record())
        .isEqualTo(
            TokenRecord.builder(token.record().id(), TokenKind.OPEN, "alice", now)
                .roles(Set.of("user"))
                .client("192.0.2.1")
                .expiresAt(now.plus(HOUR))
                .build());
    assertThat(fixture.stored(token.record().id())).isEqualTo(token.record());
    assertThat(fixture.codec.decode(token.value()))
        .isEqualTo(TokenClaims.of(token.record(), AUDIENCE));
    assertThat(fixture.listener.events()).containsExactly("issued " + token.record().id());
  }

  @Test
  void userTokenHasNoBindingAndNoGroup() throws Exception {
    IssuedToken token = fixture.issueUser();

    assertThat(token.sessionId()).isNull();
    assertThat(token.record())
        .isEqualTo(
            TokenRecord.builder(token.record().id(), TokenKind.USER, "alice", now)
                .roles(Set.of("user"))
                .client("192.0.2.1")
                .idle(USER_IDLE, now.plus(USER_IDLE))
                .expiresAt(now.plus(MAX_LIFETIME))
                .build());
    assertThat(fixture.codec.decode(token.value()))
        .isEqualTo(TokenClaims.of(token.record(), AUDIENCE));
  }

  @Test
  void userTokenMayHaveItsOwnIdleTimeout() {
    IssuedToken token = fixture.service.issueUser(ALICE, HOUR, CLIENT);

    assertThat(token.record().idleTimeout()).isEqualTo(HOUR);
    assertThat(token.record().idleExpiresAt()).isEqualTo(now.plus(HOUR));
  }

  @Test
  void twoTokensHaveNothingInCommon() throws Exception {
    IssuedToken one = fixture.issueOpen(HOUR);
    IssuedToken other = fixture.issueOpen(HOUR);

    assertThat(one.record().id()).isNotEqualTo(other.record().id());
    assertThat(one.value()).isNotEqualTo(other.value());
    assertThat(fixture.issueSession().sessionId()).isNotEqualTo(fixture.issueSession().sessionId());
  }

  @Test
  void sessionTokenLifetimeIsLimitedToTheAbsoluteTimeout() throws Exception {
    assertThat(fixture.issueSession(ALICE, MAX_LIFETIME.plusMillis(1)).record().expiresAt())
        .isEqualTo(now.plus(MAX_LIFETIME));
    assertThat(fixture.issueSession(ALICE, MAX_LIFETIME.minusMillis(1)).record().expiresAt())
        .isEqualTo(now.plus(MAX_LIFETIME).minusMillis(1));
    assertThat(
            fixture.issueSession(ALICE, Duration.ofMinutes(Integer.MAX_VALUE)).record().expiresAt())
        .isEqualTo(now.plus(MAX_LIFETIME));
  }

  @Test
  void zeroLifetimeMeansTheAbsoluteTimeout() throws Exception {
    assertThat(fixture.issueSession().record().expiresAt()).isEqualTo(now.plus(MAX_LIFETIME));
  }

  @Test
  void withoutAbsoluteTimeoutUsedTokensLiveOn() throws Exception {
    fixture.withPolicy(ServiceFixture.policy(Duration.ZERO, true, Limit.NONE, Binding.ADDRESS));

    assertThat(fixture.issueSession().record().expiresAt()).isNull();
    assertThat(fixture.issueUser().record().expiresAt()).isNull();
    assertThat(fixture.issueSession(ALICE, Duration.ofDays(4000)).record().expiresAt())
        .isEqualTo(now.plus(Duration.ofDays(4000)));
    assertThat(fixture.validate(fixture.issueSession()).remaining()).isEqualTo(SESSION_IDLE);
  }

  @Test
  void openTokenMayHaveTheMaximumLifetime() throws Exception {
    assertThat(fixture.issueOpen(OPEN_MAX_LIFETIME).record().expiresAt())
        .isEqualTo(now.plus(OPEN_MAX_LIFETIME));
    assertRejected(Rejection.BAD_REQUEST, () -> fixture.issueOpen(OPEN_MAX_LIFETIME.plusMillis(1)));
    assertRejected(
        Rejection.BAD_REQUEST, () -> fixture.issueOpen(Duration.ofMinutes(Integer.MAX_VALUE)));
  }

  @Test
  void openTokenMayNeverExpireIfAllowed() throws Exception {
    IssuedToken token = fixture.issueOpen(Duration.ZERO);

    assertThat(token.record().expiresAt()).isNull();
    assertThat(fixture.codec.decode(token.value()).expiresAt()).isNull();
    fixture.clock.move(Duration.ofDays(3650));
    assertThat(fixture.validate(token).remaining()).isNull();
  }

  /** Case B08. */
  @Test
  void openTokenMustExpireUnlessAllowed() {
    fixture.withPolicy(ServiceFixture.policy(MAX_LIFETIME, false, Limit.NONE, Binding.ADDRESS));

    assertRejected(Rejection.BAD_REQUEST, () -> fixture.issueOpen(Duration.ZERO));
    assertThat(fixture.memory.list("alice", now, null, 10)).isEmpty();
    assertThat(fixture.listener.events()).isEmpty();
  }

  @Test
  void policyDecidesTheSessionTokenBinding() throws Exception {
    fixture.withPolicy(ServiceFixture.policy(MAX_LIFETIME, true, Limit.NONE, Binding.PREFIX));
    assertThat(fixture.issueSession().record().binding()).isEqualTo("192.0.2.0/24");

    fixture.withPolicy(ServiceFixture.policy(MAX_LIFETIME, true, Limit.NONE, Binding.OFF));
    assertThat(fixture.issueSession().record().binding()).isNull();
    assertThat(fixture.issueSession().record().client()).isEqualTo("192.0.2.1");
  }

  @Test
  void invalidSubjectIsRejectedBeforeAnythingIsStored() {
    for (String name : new String[] {"", "a".repeat(256), "a\u0000b", "\ud800"}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> fixture.issueSession(Subject.of(name), Duration.ZERO));
    }
    assertThat(fixture.listener.events()).isEmpty();
  }

  @Test
  void atTheLimitAnotherSessionIsRejected() throws Exception {
    fixture.withPolicy(limited(2, Limit.Policy.REJECT));
    IssuedToken first = fixture.issueSession();
    fixture.issueSession();

    assertRejected(Rejection.SESSION_LIMIT, fixture::issueSession);

    fixture.issueSession(Subject.of("bob"), Duration.ZERO);
    fixture.service.revoke(first.record().id());
    fixture.issueSession();
  }

  @Test
  void atTheLimitTheOldestSessionIsEvicted() throws Exception {
    fixture.withPolicy(limited(2, Limit.Policy.EVICT_OLDEST));
    IssuedToken first = fixture.issueSession();
    fixture.clock.move(Duration.ofSeconds(1));
    IssuedToken second = fixture.issueSession();
    fixture.clock.move(Duration.ofSeconds(1));
    fixture.listener.events();

    IssuedToken third = fixture.issueSession();

    assertThat(fixture.listener.events())
        .containsExactly(
            "ended " + first.record().id() + " EVICTED", "issued " + third.record().id());
    assertRejected(Rejection.EVICTED, () -> fixture.validate(first));
    fixture.validate(second);
    fixture.validate(third);
  }

  @Test
  void sessionsThatHaveExpiredDoNotCount() throws Exception {
    fixture.withPolicy(limited(1, Limit.Policy.REJECT));
    fixture.issueSession();
    fixture.clock.move(SESSION_IDLE);

    fixture.issueSession();
  }

  @Test
  void openAndUserTokensDoNotCountForTheLimit() throws Exception {
    fixture.withPolicy(limited(1, Limit.Policy.REJECT));
    fixture.issueOpen(HOUR);
    fixture.issueUser();
    fixture.issueUser();

    fixture.issueSession();
  }

  @Test
  void unexpectedInsertResultIsAStoreFailure() {
    TokenStore store = mock(TokenStore.class, delegatesTo(fixture.memory));
    doReturn(InsertResult.of(InsertResult.Outcome.GROUP_FULL))
        .when(store)
        .insert(any(), any(), any());
    TokenService service = fixture.newService(store, ServiceFixture.POLICY);

    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.issueUser(ALICE, null, CLIENT));
    assertThatExceptionOfType(TokenStoreException.class)
        .isThrownBy(() -> service.issueOpen(ALICE, HOUR, CLIENT));
  }

  @Test
  void clientAddressIsStoredInCanonicalForm() throws Exception {
    ClientAddress mapped = ClientAddress.parse("::ffff:192.0.2.1");

    IssuedToken token = fixture.service.issueSession(ALICE, HOUR, mapped, Set.of());

    assertThat(token.record().client()).isEqualTo("192.0.2.1");
    fixture.service.validate(
        ServiceFixture.presented(token.value(), CLIENT, ServiceFixture.sessionIdOf(token)));
  }

  @Test
  void failedEncodingStoresNothing() {
    fixture.withPolicy(ServiceFixture.policy(Duration.ZERO, true, Limit.NONE, Binding.ADDRESS));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> fixture.issueSession(ALICE, HOUR.negated()));
    assertThatIllegalArgumentException().isThrownBy(() -> fixture.issueOpen(HOUR.negated()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fixture.issueSession(ALICE, Duration.ofDays(3_652_500)));

    assertThat(fixture.listener.events()).isEmpty();
    assertThat(fixture.memory.list("alice", now, null, 10)).isEmpty();
    assertThat(fixture.memory.list("alice", now.minus(HOUR.multipliedBy(2)), null, 10)).isEmpty();
  }

  private static TokenPolicy limited(int most, Limit.Policy policy) {
    return ServiceFixture.policy(MAX_LIFETIME, true, new Limit(most, policy), Binding.ADDRESS);
  }
}
