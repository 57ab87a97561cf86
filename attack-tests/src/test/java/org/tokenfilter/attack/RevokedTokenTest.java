package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.testsupport.forgery.BaseToken;
import org.tokenfilter.testsupport.forgery.TokenForge;

/** Cases C07 to C09 and C30: revoked tokens on two nodes, and the right to revoke them. */
class RevokedTokenTest {

  @TempDir private Path folder;
  private AttackedApp app;
  private AttackedApp other;

  @BeforeEach
  void start() throws Exception {
    app = AllFamiliesApp.plan(folder).setting("token.revocation.lag", "PT0S").start();
    other =
        AllFamiliesApp.plan(folder)
            .setting("token.revocation.lag", "PT0S")
            .sharingStoreOf(app)
            .start();
  }

  @AfterEach
  void stop() {
    other.close();
    app.close();
  }

  @Test
  void c07_refusesLoggedOutSessionAndAllowsLogoutAgain() throws Exception {
    Session session = app.session(Accounts.ALICE, 0);
    String[] right = headers(session);
    for (String method : List.of("POST", "GET", "POST")) {
      for (AttackedApp node : List.of(app, other)) {
        Answer answer = node.http().send(method, AllFamiliesApp.LOGOUT, right);
        assertThat(answer.status()).as(answer.head()).isEqualTo(204);
        assertThat(answer.all("Set-Cookie"))
            .singleElement()
            .asString()
            .startsWith("SESSION=;")
            .contains("Max-Age=0");
      }
    }
    for (AttackedApp node : List.of(app, other)) {
      for (String path :
          List.of(AllFamiliesApp.PAGE, AllFamiliesApp.FORWARD, AllFamiliesApp.ASYNC)) {
        node.check(
            AttackCase.of("C07 " + path, ExpectedAnswer.CLOSED, it -> it.http().get(path, right)));
      }
      node.check(
          AttackCase.of(
              "C07 without its session id",
              ExpectedAnswer.INVALID,
              it -> it.http().get(AllFamiliesApp.PAGE, right[0])));
      node.check(
          AttackCase.of(
              "C07 from another client",
              ExpectedAnswer.INVALID,
              it -> it.http().from("127.0.0.2").get(AllFamiliesApp.PAGE, right)));
      node.check(
          AttackCase.of(
              "C07 included",
              ExpectedAnswer.PUBLIC,
              it -> it.http().get(AllFamiliesApp.INCLUDE, right)));
    }
  }

  @Test
  void c07_refusesRevokedTokenOnEveryRoute() throws Exception {
    for (TokenRoute way :
        List.of(
            TokenRoute.GET,
            TokenRoute.COOKIE,
            TokenRoute.FORWARD,
            TokenRoute.ASYNC,
            TokenRoute.SESSIONS,
            TokenRoute.USER_TOKEN,
            TokenRoute.KEEP_ALIVE)) {
      String token = app.secret(AllFamiliesApp.issue(app, way.acceptedKind()));
      assertThat(way.send(other.http(), token).status()).isEqualTo(200);
      for (AttackedApp node : List.of(other, app, other)) {
        node.check(
            AttackCase.of(
                "C07 revoked",
                ExpectedAnswer.GONE,
                it -> TokenRoute.REVOKE.send(it.http(), token)));
        for (AttackedApp judge : List.of(app, other)) {
          judge.check(
              AttackCase.of("C07 " + way, ExpectedAnswer.CLOSED, it -> way.send(it.http(), token)));
          judge.check(
              AttackCase.of(
                  "C07",
                  ExpectedAnswer.INACTIVE,
                  it -> TokenRoute.INTROSPECT.send(it.http(), token)));
        }
      }
    }
  }

  /** With the usual lag, the revoking node refuses at once and every other node soon. */
  @Test
  void c07_otherNodeRefusesRevokedTokenAfterLag() throws Exception {
    try (AttackedApp late = AllFamiliesApp.plan(folder).sharingStoreOf(app).start()) {
      String token = app.open(Accounts.ALICE, 5);
      AttackCase accepted =
          AttackCase.of(
              "C07 before", ExpectedAnswer.OK, it -> TokenRoute.GET.send(it.http(), token));
      late.check(accepted);
      TokenRoute.REVOKE.send(app.http(), token);
      app.check(
          AttackCase.of(
              "C07 here", ExpectedAnswer.CLOSED, it -> TokenRoute.GET.send(it.http(), token)));
      await()
          .untilAsserted(
              () ->
                  late.check(
                      AttackCase.of(
                          "C07 there",
                          ExpectedAnswer.CLOSED,
                          it -> TokenRoute.GET.send(it.http(), token))));
    }
  }

  /** Revocation gives every token the same answer; a logout refuses a foreign token. */
  @TestFactory
  Stream<DynamicTest> revokesAndLogsOutDeadOrForeignTokens() throws Exception {
    String expired = app.open(Accounts.ALICE, 1);
    String closed = app.open(Accounts.ALICE, 60);
    TokenRoute.REVOKE.send(app.http(), closed);
    BaseToken live = BaseTokens.base(app, app.open(Accounts.BOB, 60));
    app.clock.move(Duration.ofMinutes(2));
    String unknown =
        TokenForge.withContent(live.claims().replaceAll("\"jti\":\"....", "\"jti\":\"AAAA"));
    List<String> dead = List.of(expired, closed);
    List<String> foreign = List.of(unknown, live.token() + "A", "x", "e30.e30.e30");
    List<AttackCase> rows = new ArrayList<>();
    for (String token : Stream.concat(dead.stream(), foreign.stream()).toList()) {
      rows.add(
          AttackCase.of(
              "C08 revoke " + rows.size(),
              ExpectedAnswer.GONE,
              it -> TokenRoute.REVOKE.send(it.http(), token)));
      rows.add(
          AttackCase.of(
              "C08 introspect " + rows.size(),
              ExpectedAnswer.INACTIVE,
              it -> TokenRoute.INTROSPECT.send(it.http(), token)));
    }
    for (String token : foreign) {
      rows.add(
          AttackCase.of(
              "C08 logout " + rows.size(),
              ExpectedAnswer.INVALID,
              it -> TokenRoute.LOGOUT.send(it.http(), token)));
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (String token : dead) {
      tests.add(
          DynamicTest.dynamicTest(
              "C08 logout of a dead one " + tests.size(),
              () -> assertThat(TokenRoute.LOGOUT.send(app.http(), token).status()).isEqualTo(204)));
    }
    return Stream.concat(tests.stream(), app.tests(rows));
  }

  /** The handle of another user's token is no secret and gives no access. */
  @Test
  void c09_userCannotRevokeTokenOfAnotherUser() throws Exception {
    Session bob = app.session(Accounts.BOB, 0);
    TokenId tokenId = record(bob).id();
    String never = TokenId.of(new byte[TokenId.LENGTH]).toString();
    for (AttackedApp node : List.of(app, other)) {
      for (String mine :
          List.of(
              app.open(Accounts.ALICE, 5),
              AllFamiliesApp.user(app, Accounts.ALICE),
              app.open(Accounts.ADMIN, 5))) {
        String bearer = TokenRoute.bearer(mine);
        Answer others = node.http().send("DELETE", "/sessions/" + tokenId, bearer);
        Answer unknown = node.http().send("DELETE", "/sessions/" + never, bearer);
        assertThat(others.status()).isEqualTo(404);
        assertThat(others.body()).isEqualTo(unknown.body());
        assertThat(withoutDate(others)).isEqualTo(withoutDate(unknown));
        assertThat(node.http().get("/sessions", bearer).body()).doesNotContain(tokenId.toString());
      }
      String mine = app.open(Accounts.ALICE, 5);
      node.http().send("DELETE", "/sessions?others=true", TokenRoute.bearer(mine));
      node.check(
          AttackCase.of(
              "C09 lives on",
              ExpectedAnswer.OK,
              it -> it.http().get(AllFamiliesApp.PAGE, headers(bob))));
    }
    assertThat(app.http().send("DELETE", "/sessions/" + tokenId, headers(bob)).status())
        .isEqualTo(204);
    other.check(
        AttackCase.of(
            "C09 by its owner",
            ExpectedAnswer.CLOSED,
            it -> it.http().get(AllFamiliesApp.PAGE, headers(bob))));
  }

  @Test
  void c30_refusesTokenOfAnotherApplicationWithTheSameKeys() throws Exception {
    try (AttackedApp second =
        AllFamiliesApp.plan(folder)
            .contextPath("/second")
            .setting("token.audience", "/second")
            .sharingStoreOf(app)
            .start()) {
      for (TokenRoute way : List.of(TokenRoute.GET, TokenRoute.POST, TokenRoute.USER_TOKEN)) {
        String token = app.secret(AllFamiliesApp.issue(app, way.acceptedKind()));
        String header =
            way == TokenRoute.USER_TOKEN ? "userToken: " + token : TokenRoute.bearer(token);
        String path =
            way == TokenRoute.USER_TOKEN ? AllFamiliesApp.GATEWAY_PAGE : AllFamiliesApp.PAGE;
        Answer answer =
            second.http().send(way == TokenRoute.POST ? "POST" : "GET", "/second" + path, header);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.all("WWW-Authenticate"))
            .containsExactly("Bearer realm=\"/second\", error=\"invalid_token\"");
        assertThat(second.ran()).isEmpty();
        second.assertNoSecretLogged();
        assertThat(way.send(app.http(), token).status()).isEqualTo(200);
      }
      Session session = app.session(Accounts.ALICE, 0);
      assertThat(second.http().get("/second/secure/x", headers(session)).status()).isEqualTo(401);
      Answer inactive =
          second
              .http()
              .post(
                  "/second/oauth/introspect",
                  "application/x-www-form-urlencoded",
                  "token=" + session.token(),
                  AllFamiliesApp.INTROSPECTOR);
      assertThat(inactive.body()).isEqualTo("{\"active\":false}");
      second
          .http()
          .post(
              "/second/oauth/revoke",
              "application/x-www-form-urlencoded",
              "token=" + session.token());
      app.check(
          AttackCase.of(
              "C30 at home",
              ExpectedAnswer.OK,
              it -> it.http().get(AllFamiliesApp.PAGE, headers(session))));
    }
  }

  private TokenRecord record(Session session) {
    return app.security.service().introspect(session.token()).orElseThrow().record();
  }

  private static String withoutDate(Answer answer) {
    return answer.head().replaceAll("(?m)^Date: .*$", "");
  }

  private static String[] headers(Session session) {
    return new String[] {TokenRoute.bearer(session.token()), "Cookie: SESSION=" + session.id()};
  }
}
