package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.service.RejectionAssertions.assertRejected;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.CLIENT_LIFETIME;
import static org.tokenfilter.service.ServiceFixture.NEIGHBOUR;
import static org.tokenfilter.service.ServiceFixture.presented;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;

/** Tokens of API clients, one at a time for each client. */
class TokenServiceApiClientTest {

  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Subject BOB = Subject.of("bob");

  private final ServiceFixture fixture = new ServiceFixture();

  @Test
  void isOpenTokenWithOwnLifetimeAndClientName() throws Exception {
    Instant now = fixture.clock.instant();

    IssuedToken token = fixture.service.issueApiClientToken(ALICE, "sandbox", "shop 2.0");

    assertThat(token.sessionId()).isNull();
    assertThat(fixture.stored(token.record().id()))
        .isEqualTo(token.record())
        .isEqualTo(
            TokenRecord.builder(token.record().id(), TokenKind.OPEN, "alice", now)
                .roles(Set.of("user"))
                .group("c:sandbox:shop 2.0:alice")
                .client("shop 2.0")
                .expiresAt(now.plus(CLIENT_LIFETIME))
                .build());
    assertThat(fixture.listener.events()).containsExactly("issued " + token.record().id());
  }

  @Test
  void isValidFromAnyAddressAndNotExtendedByUse() throws Exception {
    IssuedToken token = fixture.issueApiClient();
    fixture.clock.move(CLIENT_LIFETIME.minus(MILLI));

    fixture.service.renew(fixture.service.validate(presented(token.value(), NEIGHBOUR)));

    fixture.clock.move(MILLI);
    assertRejected(Rejection.EXPIRED, () -> fixture.validate(token));
  }

  @Test
  void secondTokenIsRejectedWhileTheFirstIsLive() throws Exception {
    IssuedToken first = fixture.issueApiClient();
    fixture.clock.move(CLIENT_LIFETIME.minus(MILLI));
    fixture.listener.events();

    assertRejected(Rejection.CLIENT_TOKEN_LIVE, fixture::issueApiClient);

    assertThat(fixture.listener.events()).isEmpty();
    assertThat(fixture.liveTokens()).containsExactly(first.record());
  }

  @Test
  void expiredTokenMakesRoom() throws Exception {
    fixture.issueApiClient();
    fixture.clock.move(CLIENT_LIFETIME);

    fixture.validate(fixture.issueApiClient());
  }

  @Test
  void revokedTokenMakesRoom() throws Exception {
    fixture.service.revoke(fixture.issueApiClient().record().id());

    fixture.validate(fixture.issueApiClient());
  }

  @Test
  void successorOfRefreshedTokenTakesItsPlace() throws Exception {
    IssuedToken successor = fixture.service.refresh(presented(fixture.issueApiClient()));

    assertRejected(Rejection.CLIENT_TOKEN_LIVE, fixture::issueApiClient);

    fixture.service.revoke(successor.record().id());
    fixture.validate(fixture.issueApiClient());
  }

  @Test
  void eachEnvironmentSubjectAndClientHasOwnToken() throws Exception {
    for (Subject subject : List.of(ALICE, BOB, Subject.of("Alice"))) {
      for (String environment : List.of("live", "sandbox")) {
        for (String client : List.of("shop", "Shop", "shop ", "live", "sandbox")) {
          fixture.validate(fixture.service.issueApiClientToken(subject, environment, client));
        }
      }
    }
  }

  /** Subjects may have any name, while environments and clients may not contain a colon. */
  @Test
  void noTwoClientsShareAGroup() throws Exception {
    Set<String> groups = new HashSet<>();
    List<String> texts = List.of("a", "b", "a.b", "a b");
    List<String> subjects = List.of("a", "b", "a:b", ":a", "b:", "::", "a:b:a");
    for (String environment : texts) {
      for (String client : texts) {
        for (String subject : subjects) {
          groups.add(
              String.valueOf(
                  fixture
                      .service
                      .issueApiClientToken(Subject.of(subject), environment, client)
                      .record()
                      .group()));
        }
      }
    }

    assertThat(groups).hasSize(texts.size() * texts.size() * subjects.size());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fixture.service.issueApiClientToken(ALICE, "a:b", "c"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fixture.service.issueApiClientToken(ALICE, "a", "b:c"));
  }

  @Test
  void otherTokensOfTheSubjectDoNotCount() throws Exception {
    fixture.issueOpen(CLIENT_LIFETIME);
    fixture.issueSession();
    fixture.issueUser();

    fixture.validate(fixture.issueApiClient());
  }
}
