package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.Race;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** Cases C28 and C29: all sessions of a user at once, on two nodes. */
class ManySessionsTest {

  private static final int CONCURRENT = 50;
  private static final int LIMIT = 3;
  private static final int TIMEOUT_SECONDS = 60;
  private static final String LOGIN = "/security/rest/token/access/session/0";
  private static final String BASIC = "Authorization: " + WebApp.basic(Accounts.ALICE);

  @TempDir private Path folder;
  private AttackedApp app;
  private AttackedApp other;

  @BeforeEach
  void startTheApplications() throws Exception {
    start(Map.of());
  }

  private void restart(Map<String, String> settings) throws Exception {
    stop();
    start(settings);
  }

  private void start(Map<String, String> settings) throws Exception {
    app = plan(settings).start();
    other = plan(settings).sharingStoreOf(app).start();
  }

  private AttackedApp.Plan plan(Map<String, String> settings) {
    AttackedApp.Plan plan = AllFamiliesApp.plan(folder).setting("token.revocation.lag", "PT0S");
    settings.forEach(plan::setting);
    return plan;
  }

  @AfterEach
  void stop() {
    other.close();
    app.close();
  }

  /** The answers to a client that repeats its request, before and after the revocation. */
  private record Observation(boolean acceptedBefore, boolean acceptedAfter, boolean refusedAfter) {}

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void c28_refusesRequestsStartedAfterRevokingAll(boolean onTheSameNode) throws Exception {
    List<Session> sessions = new ArrayList<>();
    for (int i = 0; i < CONCURRENT; i++) {
      sessions.add(app.session(Accounts.ALICE, 0));
    }
    Session bob = app.session(Accounts.BOB, 0);
    AttackedApp node = onTheSameNode ? app : other;
    CountDownLatch accepted = new CountDownLatch(CONCURRENT);
    AtomicBoolean ended = new AtomicBoolean();
    List<Observation> seen =
        Race.of(
            CONCURRENT + 1,
            number -> {
              if (number == CONCURRENT) {
                assertThat(accepted.await(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(app.security.service().revokeAll("alice")).isEqualTo(CONCURRENT);
                ended.set(true);
                return new Observation(true, false, true);
              }
              return requestUntilRevoked(node, sessions.get(number), ended, accepted);
            });
    assertThat(seen).containsOnly(new Observation(true, false, true));
    node.check(AttackCase.of("C28 bob", ExpectedAnswer.OK, using(bob)));
  }

  private static Observation requestUntilRevoked(
      AttackedApp node, Session session, AtomicBoolean ended, CountDownLatch accepted)
      throws IOException {
    boolean before = false;
    while (true) {
      boolean after = ended.get();
      Answer answer = using(session).on(node);
      boolean ok = answer.status() == 200;
      if (after) {
        return new Observation(before, ok, ExpectedAnswer.CLOSED.fits(answer));
      }
      if (ok && !before) {
        before = true;
        accepted.countDown();
      }
    }
  }

  /** The request over HTTP revokes all sessions except its own. */
  @Test
  void c28_oneSessionRevokesAllOthers() throws Exception {
    Session current = app.session(Accounts.ALICE, 0);
    List<Session> others = new ArrayList<>();
    for (int i = 0; i < LIMIT; i++) {
      others.add(app.session(Accounts.ALICE, 0));
    }
    String user = AllFamiliesApp.user(app, Accounts.ALICE);
    Answer answer = other.http().send("DELETE", "/sessions?others=true", headers(current));
    assertThat(answer.status()).isEqualTo(204);
    for (AttackedApp node : List.of(app, other)) {
      for (Session session : others) {
        node.check(AttackCase.of("C28 another", ExpectedAnswer.CLOSED, using(session)));
      }
      node.check(
          AttackCase.of(
              "C28 user",
              ExpectedAnswer.CLOSED,
              it -> TokenRoute.USER_TOKEN.send(it.http(), user)));
      node.check(AttackCase.of("C28 the current one", ExpectedAnswer.OK, using(current)));
    }
  }

  @Test
  void c29_rejectsSessionAboveTheLimit() throws Exception {
    restart(Map.of("token.sessions.limit", Integer.toString(LIMIT)));
    List<Session> given = new ArrayList<>();
    for (int i = 0; i < LIMIT; i++) {
      given.add(app.session(Accounts.ALICE, 0));
    }
    for (AttackedApp node : List.of(app, other)) {
      Answer answer = node.http().get(LOGIN, BASIC);
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.all("Set-Cookie")).isEmpty();
      assertThat(openKeptSession(node).status()).isEqualTo(409);
      node.assertNoSecretLogged();
    }
    other.http().send("POST", AllFamiliesApp.LOGOUT, headers(given.get(0)));
    assertThat(other.http().get(LOGIN, BASIC).status()).isEqualTo(200);
    assertThat(liveSessions()).isEqualTo(LIMIT);
  }

  /** Opens a session of a user token, which counts, too. */
  private static Answer openKeptSession(AttackedApp node) throws IOException {
    String user = AllFamiliesApp.user(node, Accounts.ALICE);
    return node.http().get(AllFamiliesApp.GATEWAY_PAGE + "?close=false", "userToken: " + user);
  }

  @ParameterizedTest
  @ValueSource(strings = {"reject", "evict-oldest"})
  void c29_concurrentLoginsNeverExceedTheLimit(String policy) throws Exception {
    restart(
        Map.of("token.sessions.limit", Integer.toString(LIMIT), "token.sessions.policy", policy));
    List<Session> first = new ArrayList<>();
    for (int i = 0; i < LIMIT - 1; i++) {
      first.add(app.session(Accounts.ALICE, 0));
    }
    app.clock.move(Duration.ofSeconds(1));
    List<Answer> answers =
        Race.of(8, number -> (number % 2 == 0 ? app : other).http().get(LOGIN, BASIC));
    boolean evicts = policy.equals("evict-oldest");
    assertThat(answers)
        .filteredOn(answer -> answer.status() == 200)
        .hasSize(evicts ? answers.size() : 1);
    assertThat(answers).allMatch(answer -> answer.status() == 200 || answer.status() == 409);
    assertThat(liveSessions()).isEqualTo(LIMIT);
    for (AttackedApp node : List.of(app, other)) {
      for (Session session : first) {
        node.check(
            AttackCase.of(
                "C29 the first",
                evicts ? ExpectedAnswer.EVICTED : ExpectedAnswer.OK,
                using(session)));
      }
    }
  }

  private long liveSessions() {
    return app.security.service().list("alice", null, 100).stream()
        .filter(record -> record.group() != null)
        .count();
  }

  private static AttackCase.Attack using(Session session) {
    return it -> it.http().get(AllFamiliesApp.PAGE, headers(session));
  }

  private static String[] headers(Session session) {
    return new String[] {TokenRoute.bearer(session.token()), "Cookie: SESSION=" + session.id()};
  }
}
