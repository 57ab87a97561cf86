package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.service.Scene.ALICE;
import static org.tokenfilter.service.Scene.CLIENT;
import static org.tokenfilter.service.Scene.presented;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.tokenfilter.Race;
import org.tokenfilter.Race.Runner;
import org.tokenfilter.service.TokenPolicy.ReusePolicy;
import org.tokenfilter.store.Limit;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Many equal requests at once on one node, each with a token id or a rejection as its result. */
class AtOnceTest {

  private static final int REFRESHES = 32;
  private static final int OPENINGS = 100;
  private static final int MOST = 5;

  private final Scene scene = new Scene();

  /** I3: one refresh wins. */
  @RepeatedTest(5)
  void oneOfManyRefreshesWins() throws Exception {
    IssuedToken old = scene.apiClient();
    scene.heard.events();

    List<String> got = race(REFRESHES, number -> handle(scene.service.refresh(presented(old))));

    String winner = scene.live().get(0).id().toString();
    assertThat(scene.live()).hasSize(1);
    assertThat(got).filteredOn(winner::equals).hasSize(1);
    assertThat(refused(got, Rejection.REPLACED)).isEqualTo(REFRESHES - 1);
    assertThat(scene.heard.events())
        .filteredOn(event -> event.startsWith("issued") || event.startsWith("ended"))
        .containsExactly("ended " + old.record().id() + " REPLACED", "issued " + winner);
  }

  @RepeatedTest(5)
  void withGraceAllOfManyRefreshesGetTheSameSuccessor() throws Exception {
    scene.by(Scene.refreshing(Duration.ofSeconds(30), ReusePolicy.END_FAMILY));
    IssuedToken old = scene.apiClient();

    List<String> got = race(REFRESHES, number -> handle(scene.service.refresh(presented(old))));

    assertThat(scene.live()).hasSize(1);
    assertThat(got).hasSize(REFRESHES).containsOnly(scene.live().get(0).id().toString());
  }

  @RepeatedTest(5)
  void anApiClientGetsOneToken() throws Exception {
    List<String> got = race(REFRESHES, number -> handle(scene.apiClient()));

    assertThat(scene.live()).hasSize(1);
    assertThat(refused(got, Rejection.CLIENT_TOKEN_LIVE)).isEqualTo(REFRESHES - 1);
  }

  /** Case C29, for session tokens and sessions of user tokens together. */
  @RepeatedTest(5)
  void neverMoreSessionsAreOpenThanMay() throws Exception {
    scene.by(limited(Limit.Policy.REJECT));
    ActiveToken user = scene.validate(scene.user());

    List<String> got = race(OPENINGS, number -> open(number, user));

    assertThat(refused(got, Rejection.SESSION_LIMIT)).isEqualTo(OPENINGS - MOST);
    assertThat(sessions()).hasSize(MOST).isSubsetOf(got);
  }

  /** Case C29. */
  @RepeatedTest(5)
  void whereTheOldestGoEverybodyGetsASessionAndAsManyAreLeftAsMay() throws Exception {
    scene.by(limited(Limit.Policy.EVICT_OLDEST));
    ActiveToken user = scene.validate(scene.user());

    List<String> got = race(OPENINGS, number -> open(number, user));

    assertThat(got).doesNotHaveDuplicates().doesNotContain(Rejection.SESSION_LIMIT.name());
    assertThat(sessions()).hasSize(MOST).isSubsetOf(got);
    assertThat(scene.heard.events())
        .filteredOn(event -> event.endsWith(" EVICTED"))
        .hasSize(OPENINGS - MOST)
        .doesNotHaveDuplicates();
  }

  private static TokenPolicy limited(Limit.Policy policy) {
    return Scene.policy(Scene.MAX_LIFETIME, true, new Limit(MOST, policy), Binding.ADDRESS);
  }

  private String open(int number, ActiveToken user) throws TokenRejectedException {
    return number % 2 == 0
        ? scene.service.openSession(user).id().tokenId().toString()
        : handle(scene.service.issueSession(ALICE, Duration.ZERO, CLIENT, Set.of()));
  }

  private List<String> sessions() {
    return scene.live().stream()
        .filter(record -> record.group() != null)
        .map(record -> record.id().toString())
        .toList();
  }

  private static String handle(IssuedToken token) {
    return token.record().id().toString();
  }

  private static List<String> race(int runners, Runner<String> runner) throws Exception {
    return Race.of(
        runners,
        number -> {
          try {
            return runner.run(number);
          } catch (TokenRejectedException refused) {
            return refused.rejection().name();
          }
        });
  }

  private static int refused(List<String> got, Rejection rejection) {
    return Collections.frequency(got, rejection.name());
  }
}
