package org.tokenfilter.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.service.ServiceFixture.ALICE;
import static org.tokenfilter.service.ServiceFixture.CLIENT;
import static org.tokenfilter.service.ServiceFixture.presented;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.policy.TokenPolicy.Binding;
import org.tokenfilter.policy.TokenPolicy.ReusePolicy;
import org.tokenfilter.store.Limit;
import org.tokenfilter.testsupport.Race;
import org.tokenfilter.testsupport.Race.Runner;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Many equal requests at once on one node, each with a token id or a rejection as its result. */
class TokenServiceConcurrencyTest {

  private static final int REFRESHES = 32;
  private static final int OPENINGS = 100;
  private static final int MAX_SESSIONS = 5;

  private final ServiceFixture fixture = new ServiceFixture();

  /** I3: one refresh wins. */
  @RepeatedTest(5)
  void oneOfManyConcurrentRefreshesWins() throws Exception {
    IssuedToken old = fixture.issueApiClient();
    fixture.listener.events();

    List<String> got = race(REFRESHES, number -> tokenId(fixture.service.refresh(presented(old))));

    String winner = fixture.liveTokens().get(0).id().toString();
    assertThat(fixture.liveTokens()).hasSize(1);
    assertThat(got).filteredOn(winner::equals).hasSize(1);
    assertThat(countRejected(got, Rejection.REPLACED)).isEqualTo(REFRESHES - 1);
    assertThat(fixture.listener.events())
        .filteredOn(event -> event.startsWith("issued") || event.startsWith("ended"))
        .containsExactly("ended " + old.record().id() + " REPLACED", "issued " + winner);
  }

  @RepeatedTest(5)
  void withGraceConcurrentRefreshesGetTheSameSuccessor() throws Exception {
    fixture.withPolicy(ServiceFixture.refreshing(Duration.ofSeconds(30), ReusePolicy.END_FAMILY));
    IssuedToken old = fixture.issueApiClient();

    List<String> got = race(REFRESHES, number -> tokenId(fixture.service.refresh(presented(old))));

    assertThat(fixture.liveTokens()).hasSize(1);
    assertThat(got).hasSize(REFRESHES).containsOnly(fixture.liveTokens().get(0).id().toString());
  }

  @RepeatedTest(5)
  void concurrentApiClientLoginsGetOneToken() throws Exception {
    List<String> got = race(REFRESHES, number -> tokenId(fixture.issueApiClient()));

    assertThat(fixture.liveTokens()).hasSize(1);
    assertThat(countRejected(got, Rejection.CLIENT_TOKEN_LIVE)).isEqualTo(REFRESHES - 1);
  }

  /** Case C29, for session tokens and sessions of user tokens together. */
  @RepeatedTest(5)
  void concurrentLoginsNeverExceedTheSessionLimit() throws Exception {
    fixture.withPolicy(limited(Limit.Policy.REJECT));
    ActiveToken user = fixture.validate(fixture.issueUser());

    List<String> got = race(OPENINGS, number -> open(number, user));

    assertThat(countRejected(got, Rejection.SESSION_LIMIT)).isEqualTo(OPENINGS - MAX_SESSIONS);
    assertThat(sessions()).hasSize(MAX_SESSIONS).isSubsetOf(got);
  }

  /** Case C29. */
  @RepeatedTest(5)
  void evictingOldestAdmitsAllAndKeepsTheSessionLimit() throws Exception {
    fixture.withPolicy(limited(Limit.Policy.EVICT_OLDEST));
    ActiveToken user = fixture.validate(fixture.issueUser());

    List<String> got = race(OPENINGS, number -> open(number, user));

    assertThat(got).doesNotHaveDuplicates().doesNotContain(Rejection.SESSION_LIMIT.name());
    assertThat(sessions()).hasSize(MAX_SESSIONS).isSubsetOf(got);
    assertThat(fixture.listener.events())
        .filteredOn(event -> event.endsWith(" EVICTED"))
        .hasSize(OPENINGS - MAX_SESSIONS)
        .doesNotHaveDuplicates();
  }

  private static TokenPolicy limited(Limit.Policy policy) {
    return ServiceFixture.policy(
        ServiceFixture.MAX_LIFETIME, true, new Limit(MAX_SESSIONS, policy), Binding.ADDRESS);
  }

  private String open(int number, ActiveToken user) throws TokenRejectedException {
    return number % 2 == 0
        ? fixture.service.openSession(user).id().tokenId().toString()
        : tokenId(fixture.service.issueSession(ALICE, Duration.ZERO, CLIENT, Set.of()));
  }

  private List<String> sessions() {
    return fixture.liveTokens().stream()
        .filter(record -> record.group() != null)
        .map(record -> record.id().toString())
        .toList();
  }

  private static String tokenId(IssuedToken token) {
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

  private static int countRejected(List<String> got, Rejection rejection) {
    return Collections.frequency(got, rejection.name());
  }
}
