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
import org.tokenfilter.Accounts;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.WebApp.Session;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/** Cases C07 to C09 and C30: revoked tokens on two nodes, and the right to revoke them. */
class EndedTokenTest {

  @TempDir private Path folder;
  private AttackedApp app;
  private AttackedApp other;

  @BeforeEach
  void start() throws Exception {
    app = AllFamilies.plan(folder).setting("token.revocation.lag", "PT0S").start();
    other = AllFamilies.plan(folder).setting("token.revocation.lag", "PT0S").beside(app).start();
  }

  @AfterEach
  void stop() {
    other.close();
    app.close();
  }

  @Test
  void c07_aSessionThatIsLoggedOutIsRefusedAndMayBeLoggedOutAgain() throws Exception {
    Session session = app.session(Accounts.ALICE, 0);
    String[] right = headers(session);
    for (String method : List.of("POST", "GET", "POST")) {
      for (AttackedApp node : List.of(app, other)) {
        Answer answer = node.http().send(method, AllFamilies.LOGOUT, right);
        assertThat(answer.status()).as(answer.head()).isEqualTo(204);
        assertThat(answer.all("Set-Cookie"))
            .singleElement()
            .asString()
            .startsWith("SESSION=;")
            .contains("Max-Age=0");
      }
    }
    for (AttackedApp node : List.of(app, other)) {
      for (String path : List.of(AllFamilies.PAGE, AllFamilies.FORWARD, AllFamilies.ASYNC)) {
        node.check(Row.of("C07 " + path, Verdict.CLOSED, it -> it.http().get(path, right)));
      }
      node.check(
          Row.of(
              "C07 without its session id",
              Verdict.INVALID,
              it -> it.http().get(AllFamilies.PAGE, right[0])));
      node.check(
          Row.of(
              "C07 from another client",
              Verdict.INVALID,
              it -> it.http().from("127.0.0.2").get(AllFamilies.PAGE, right)));
      node.check(
          Row.of("C07 included", Verdict.PUBLIC, it -> it.http().get(AllFamilies.INCLUDE, right)));
    }
  }

  @Test
  void c07_aTokenThatIsRevokedIsRefusedOnEveryWay() throws Exception {
    for (Way way :
        List.of(
            Way.GET,
            Way.COOKIE,
            Way.FORWARD,
            Way.ASYNC,
            Way.SESSIONS,
            Way.USER_TOKEN,
            Way.KEEP_ALIVE)) {
      String token = app.secret(AllFamilies.given(app, way.takes()));
      assertThat(way.send(other.http(), token).status()).isEqualTo(200);
      for (AttackedApp node : List.of(other, app, other)) {
        node.check(Row.of("C07 revoked", Verdict.GONE, it -> Way.REVOKE.send(it.http(), token)));
        for (AttackedApp judge : List.of(app, other)) {
          judge.check(Row.of("C07 " + way, Verdict.CLOSED, it -> way.send(it.http(), token)));
          judge.check(Row.of("C07", Verdict.INACTIVE, it -> Way.INTROSPECT.send(it.http(), token)));
        }
      }
    }
  }

  /** With the usual lag, the revoking node refuses at once and every other node soon. */
  @Test
  void c07_withALagTheOtherNodeFollows() throws Exception {
    try (AttackedApp late = AllFamilies.plan(folder).beside(app).start()) {
      String token = app.open(Accounts.ALICE, 5);
      Row accepted = Row.of("C07 before", Verdict.OK, it -> Way.GET.send(it.http(), token));
      late.check(accepted);
      Way.REVOKE.send(app.http(), token);
      app.check(Row.of("C07 here", Verdict.CLOSED, it -> Way.GET.send(it.http(), token)));
      await()
          .untilAsserted(
              () ->
                  late.check(
                      Row.of("C07 there", Verdict.CLOSED, it -> Way.GET.send(it.http(), token))));
    }
  }

  /** Revocation gives every token the same answer; a logout refuses a foreign token. */
  @TestFactory
  Stream<DynamicTest> endingWhatIsNotThere() throws Exception {
    String expired = app.open(Accounts.ALICE, 1);
    String closed = app.open(Accounts.ALICE, 60);
    Way.REVOKE.send(app.http(), closed);
    Seed live = Seed.of(app, app.open(Accounts.BOB, 60));
    app.clock.move(Duration.ofMinutes(2));
    String unknown = Seed.saying(live.claims().replaceAll("\"jti\":\"....", "\"jti\":\"AAAA"));
    List<String> dead = List.of(expired, closed);
    List<String> foreign = List.of(unknown, live.token() + "A", "x", "e30.e30.e30");
    List<Row> rows = new ArrayList<>();
    for (String token : Stream.concat(dead.stream(), foreign.stream()).toList()) {
      rows.add(
          Row.of(
              "C08 revoke " + rows.size(), Verdict.GONE, it -> Way.REVOKE.send(it.http(), token)));
      rows.add(
          Row.of(
              "C08 introspect " + rows.size(),
              Verdict.INACTIVE,
              it -> Way.INTROSPECT.send(it.http(), token)));
    }
    for (String token : foreign) {
      rows.add(
          Row.of(
              "C08 logout " + rows.size(),
              Verdict.INVALID,
              it -> Way.LOGOUT.send(it.http(), token)));
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (String token : dead) {
      tests.add(
          DynamicTest.dynamicTest(
              "C08 logout of a dead one " + tests.size(),
              () -> assertThat(Way.LOGOUT.send(app.http(), token).status()).isEqualTo(204)));
    }
    return Stream.concat(tests.stream(), app.tests(rows));
  }

  /** The handle of another user's token is no secret and gives no access. */
  @Test
  void c09_nobodyEndsAnothersToken() throws Exception {
    Session bob = app.session(Accounts.BOB, 0);
    TokenId tokenId = record(bob).id();
    String never = TokenId.of(new byte[TokenId.LENGTH]).toString();
    for (AttackedApp node : List.of(app, other)) {
      for (String mine :
          List.of(
              app.open(Accounts.ALICE, 5),
              AllFamilies.user(app, Accounts.ALICE),
              app.open(Accounts.ADMIN, 5))) {
        String bearer = Way.bearer(mine);
        Answer others = node.http().send("DELETE", "/sessions/" + tokenId, bearer);
        Answer unknown = node.http().send("DELETE", "/sessions/" + never, bearer);
        assertThat(others.status()).isEqualTo(404);
        assertThat(others.body()).isEqualTo(unknown.body());
        assertThat(withoutDate(others)).isEqualTo(withoutDate(unknown));
        assertThat(node.http().get("/sessions", bearer).body()).doesNotContain(tokenId.toString());
      }
      String mine = app.open(Accounts.ALICE, 5);
      node.http().send("DELETE", "/sessions?others=true", Way.bearer(mine));
      node.check(
          Row.of("C09 lives on", Verdict.OK, it -> it.http().get(AllFamilies.PAGE, headers(bob))));
    }
    assertThat(app.http().send("DELETE", "/sessions/" + tokenId, headers(bob)).status())
        .isEqualTo(204);
    other.check(
        Row.of(
            "C09 by its owner",
            Verdict.CLOSED,
            it -> it.http().get(AllFamilies.PAGE, headers(bob))));
  }

  @Test
  void c30_aTokenOfAnotherApplicationWithTheSameKeysAndStore() throws Exception {
    try (AttackedApp second =
        AllFamilies.plan(folder)
            .at("/second")
            .setting("token.audience", "/second")
            .beside(app)
            .start()) {
      for (Way way : List.of(Way.GET, Way.POST, Way.USER_TOKEN)) {
        String token = app.secret(AllFamilies.given(app, way.takes()));
        String header = way == Way.USER_TOKEN ? "userToken: " + token : Way.bearer(token);
        String path = way == Way.USER_TOKEN ? AllFamilies.GATEWAY_PAGE : AllFamilies.PAGE;
        Answer answer =
            second.http().send(way == Way.POST ? "POST" : "GET", "/second" + path, header);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.all("WWW-Authenticate"))
            .containsExactly("Bearer realm=\"/second\", error=\"invalid_token\"");
        assertThat(second.ran()).isEmpty();
        second.assertSilent();
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
                  AllFamilies.INTROSPECTOR);
      assertThat(inactive.body()).isEqualTo("{\"active\":false}");
      second
          .http()
          .post(
              "/second/oauth/revoke",
              "application/x-www-form-urlencoded",
              "token=" + session.token());
      app.check(
          Row.of(
              "C30 at home", Verdict.OK, it -> it.http().get(AllFamilies.PAGE, headers(session))));
    }
  }

  private TokenRecord record(Session session) {
    return app.security.service().introspect(session.token()).orElseThrow().record();
  }

  private static String withoutDate(Answer answer) {
    return answer.head().replaceAll("(?m)^Date: .*$", "");
  }

  private static String[] headers(Session session) {
    return new String[] {Way.bearer(session.token()), "Cookie: SESSION=" + session.id()};
  }
}
