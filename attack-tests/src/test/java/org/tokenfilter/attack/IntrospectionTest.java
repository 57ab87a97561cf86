package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.testsupport.forgery.BaseToken;
import org.tokenfilter.testsupport.forgery.TokenForge;

/** Cases C21, C22 and C24: the allowed callers, and the values that are never disclosed. */
class IntrospectionTest {

  private static final String FORM = "application/x-www-form-urlencoded";

  @TempDir private Path folder;
  private AttackedApp app;

  @BeforeEach
  void start() throws Exception {
    app = AllFamiliesApp.plan(folder).start();
  }

  @AfterEach
  void stop() {
    app.close();
  }

  @TestFactory
  Stream<DynamicTest> refusesCallersWithoutTheRole() throws Exception {
    String token = app.open(Accounts.ALICE, 60);
    Session session = app.session(Accounts.ADMIN, 0);
    Map<String, Integer> callers = new LinkedHashMap<>();
    callers.put("X-None: 1", 401);
    callers.put("Authorization: Basic", 401);
    callers.put("Authorization: " + WebApp.basic("admin:wrong"), 401);
    callers.put("Authorization: " + WebApp.basic("nobody:looking-glass"), 401);
    callers.put("Authorization: " + WebApp.basic(Accounts.ALICE), 403);
    callers.put("Authorization: Bearer " + token, 403);
    callers.put("Authorization: Bearer " + token + "x", 401);
    callers.put("Authorization: Bearer " + session.token(), 401);
    callers.put("Cookie: SESSION=" + session.id(), 401);
    callers.put("userToken: " + token, 401);
    return callers.entrySet().stream()
        .map(
            caller ->
                DynamicTest.dynamicTest(
                    "C21 " + caller.getKey().replaceAll("[A-Za-z0-9_.-]{40,}", "TOKEN"),
                    () -> {
                      Answer answer = introspect(token, caller.getKey());
                      assertThat(answer.status()).as(answer.body()).isEqualTo(caller.getValue());
                      assertThat(answer.body()).doesNotContain("active");
                      assertThat(answer.all("Cache-Control")).containsExactly("no-store");
                      app.assertNoSecretLogged();
                    }));
  }

  @Test
  void c21_challengesWithBothSchemes() throws Exception {
    Answer answer = introspect(app.open(Accounts.ALICE, 5), "X-None: 1");
    assertThat(String.join(", ", answer.all("WWW-Authenticate")))
        .isEqualTo("Bearer realm=\"/attacked\", Basic realm=\"/attacked\", charset=\"UTF-8\"");
  }

  /** The answers are equal to the byte, except for the date. */
  @Test
  void c22_inactiveTokensAreIndistinguishable() throws Exception {
    String expired = app.open(Accounts.ALICE, 1);
    String closed = app.open(Accounts.ALICE, 60);
    TokenRoute.REVOKE.send(app.http(), closed);
    String client = AllFamiliesApp.apiClient(app);
    assertThat(TokenRoute.REFRESH.send(app.http(), client).status()).isEqualTo(200);
    BaseToken live = BaseTokens.base(app, app.open(Accounts.BOB, 60));
    app.clock.move(Duration.ofMinutes(2));
    Set<String> answers = new LinkedHashSet<>();
    for (String token :
        List.of(
            expired,
            closed,
            client,
            TokenForge.withContent(live.claims().replaceAll("\"jti\":\"....", "\"jti\":\"AAAA")),
            TokenForge.withContent(live.claims().replace("/attacked", "/elsewhere")),
            live.token() + "A",
            "x",
            "e30.e30.e30",
            "A".repeat(2_000))) {
      Answer answer =
          app.check(
              AttackCase.of(
                  "C22",
                  ExpectedAnswer.INACTIVE,
                  it -> TokenRoute.INTROSPECT.send(it.http(), token)));
      answers.add(answer.head().replaceAll("(?m)^Date: .*$", "") + answer.body());
    }
    assertThat(answers).hasSize(1);
  }

  @Test
  void c24_disclosesNoSecret() throws Exception {
    Session session = app.session(Accounts.ALICE, 0);
    String user = AllFamiliesApp.user(app, Accounts.ALICE);
    for (String token : List.of(session.token(), user, app.open(Accounts.ALICE, 0))) {
      Answer answer = introspect(token, AllFamiliesApp.INTROSPECTOR);
      assertThat(answer.body())
          .matches(
              "\\{\"active\":true,\"sub\":\"alice\",\"token_type\":\"(session|user|open)\","
                  + "\"iat\":\\d+,(\"exp\":\\d+,)?\"aud\":\"/attacked\",\"jti\":\"[A-Za-z0-9_-]{43}\","
                  + "\"remaining\":(\\d+|null)}")
          .doesNotContain(token, session.id(), "\"k1\"", "127.0.0.1", "wonderland", "pbkdf2");
      app.assertNoSecretLogged();
    }
  }

  /** An introspection does not count as a use, and no disclosed value can be presented. */
  @Test
  void c24_disclosedValuesCannotBePresented() throws Exception {
    Session session = app.session(Accounts.ALICE, 0);
    String handle =
        WebApp.member(introspect(session.token(), AllFamiliesApp.INTROSPECTOR).body(), "jti");
    for (String line : List.of("Cookie: SESSION=" + handle, "session: " + handle)) {
      app.check(
          AttackCase.of(
              "C24 the handle for a session id",
              ExpectedAnswer.INVALID,
              it -> it.http().get(AllFamiliesApp.PAGE, TokenRoute.bearer(session.token()), line)));
    }
    app.check(
        AttackCase.of(
            "C24 the handle for a token",
            ExpectedAnswer.INVALID,
            it -> TokenRoute.GET.send(it.http(), handle)));
    app.clock.move(Duration.ofMinutes(29));
    introspect(session.token(), AllFamiliesApp.INTROSPECTOR);
    app.clock.move(Duration.ofMinutes(1));
    app.check(
        AttackCase.of(
            "C24 asking renews nothing",
            ExpectedAnswer.EXPIRED,
            it ->
                it.http()
                    .get(
                        AllFamiliesApp.PAGE,
                        TokenRoute.bearer(session.token()),
                        "Cookie: SESSION=" + session.id())));
  }

  private Answer introspect(String token, String header) throws IOException {
    return app.http().post(AllFamiliesApp.INTROSPECT, FORM, "token=" + token, header);
  }
}
