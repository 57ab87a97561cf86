package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.service.Refusals.assertRefused;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.CLIENT_LIFETIME;
import static org.tokenfilter.service.Scene.NEIGHBOUR;
import static org.tokenfilter.service.Scene.presented;

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
class ApiClientTokensTest {

  private static final Duration MILLI = Duration.ofMillis(1);
  private static final Subject BOB = Subject.of("bob");

  private final Scene scene = new Scene();

  @Test
  void itIsAnOpenTokenOfItsOwnLifetimeThatShowsTheClientsName() throws Exception {
    Instant now = scene.clock.instant();

    IssuedToken token = scene.service.issueApiClientToken(ALICE, "sandbox", "shop 2.0");

    assertThat(token.sessionId()).isNull();
    assertThat(scene.stored(token.record().id()))
        .isEqualTo(token.record())
        .isEqualTo(
            TokenRecord.builder(token.record().id(), TokenKind.OPEN, "alice", now)
                .roles(Set.of("user"))
                .group("c:sandbox:shop 2.0:alice")
                .client("shop 2.0")
                .expiresAt(now.plus(CLIENT_LIFETIME))
                .build());
    assertThat(scene.heard.events()).containsExactly("issued " + token.record().id());
  }

  @Test
  void itIsGoodFromAnyAddressAndNotProlongedByUse() throws Exception {
    IssuedToken token = scene.apiClient();
    scene.clock.move(CLIENT_LIFETIME.minus(MILLI));

    scene.service.renew(scene.service.validate(presented(token.value(), NEIGHBOUR)));

    scene.clock.move(MILLI);
    assertRefused(Rejection.EXPIRED, () -> scene.validate(token));
  }

  @Test
  void aSecondOneIsRefusedWhileTheFirstIsLive() throws Exception {
    IssuedToken first = scene.apiClient();
    scene.clock.move(CLIENT_LIFETIME.minus(MILLI));
    scene.heard.events();

    assertRefused(Rejection.CLIENT_TOKEN_LIVE, scene::apiClient);

    assertThat(scene.heard.events()).isEmpty();
    assertThat(scene.live()).containsExactly(first.record());
  }

  @Test
  void oneThatHasExpiredMakesRoom() throws Exception {
    scene.apiClient();
    scene.clock.move(CLIENT_LIFETIME);

    scene.validate(scene.apiClient());
  }

  @Test
  void oneThatWasClosedMakesRoom() throws Exception {
    scene.service.revoke(scene.apiClient().record().id());

    scene.validate(scene.apiClient());
  }

  @Test
  void theSuccessorOfOneThatWasRefreshedTakesItsPlace() throws Exception {
    IssuedToken successor = scene.service.refresh(presented(scene.apiClient()));

    assertRefused(Rejection.CLIENT_TOKEN_LIVE, scene::apiClient);

    scene.service.revoke(successor.record().id());
    scene.validate(scene.apiClient());
  }

  @Test
  void eachEnvironmentSubjectAndClientHasItsOwn() throws Exception {
    for (Subject subject : List.of(ALICE, BOB, Subject.of("Alice"))) {
      for (String environment : List.of("live", "sandbox")) {
        for (String client : List.of("shop", "Shop", "shop ", "live", "sandbox")) {
          scene.validate(scene.service.issueApiClientToken(subject, environment, client));
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
                  scene
                      .service
                      .issueApiClientToken(Subject.of(subject), environment, client)
                      .record()
                      .group()));
        }
      }
    }

    assertThat(groups).hasSize(texts.size() * texts.size() * subjects.size());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene.service.issueApiClientToken(ALICE, "a:b", "c"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> scene.service.issueApiClientToken(ALICE, "a", "b:c"));
  }

  @Test
  void otherTokensOfTheSubjectDoNotCount() throws Exception {
    scene.open(CLIENT_LIFETIME);
    scene.session();
    scene.user();

    scene.validate(scene.apiClient());
  }
}
