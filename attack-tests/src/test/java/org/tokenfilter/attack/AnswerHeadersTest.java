package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** Cases P01, P02, P16 and P17: the headers of each kind of answer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class AnswerHeadersTest {

  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
  private static final String ADMIN = "Authorization: " + WebApp.basic(Accounts.ADMIN);
  private static final String ALICE = "Authorization: " + WebApp.basic(Accounts.ALICE);
  private static final Set<String> TYPES =
      Set.of(
          "application/json;charset=utf-8",
          "application/problem+json",
          "application/problem+json;charset=utf-8",
          "application/vnd.sun.wadl+xml");

  private final Map<Container, AttackedApp> apps = new EnumMap<>(Container.class);

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    for (Container container : List.of(Container.JETTY, Container.TOMCAT)) {
      apps.put(
          container,
          AttackedApp.plan(Files.createDirectory(folder.resolve(container.name())))
              .container(container)
              .setting("token.revocation.lag", "PT0S")
              .setting("token.introspection.role", "admin")
              .setting("token.carriers", "bearer, cookie")
              .filterParam("token.gateway.paths", "/cra/*")
              .register(AnswerHeadersTest::register)
              .start());
    }
  }

  @AfterAll
  void stop() {
    apps.values().forEach(AttackedApp::close);
  }

  private static void register(AttackedApp.Registrations registrations) {
    FamilyServlets.register(registrations);
    registrations
        .servlet(
            "cached",
            (request, response) -> {
              registrations.app().ran(request);
              response.setHeader("Cache-Control", "public, max-age=60");
              response.getWriter().print("secret of " + request.getRemoteUser());
            },
            "/cached/*")
        .servlet(
            "login",
            (request, response) -> {
              response.setHeader("Cache-Control", "public, max-age=60");
              request.login("alice", "wonderland");
              response.getWriter().print("public " + request.getRemoteUser());
            },
            "/public/login");
  }

  private record Case(String name, int status, AttackCase.Attack attack) {}

  @TestFactory
  Stream<DynamicTest> p01_everyAnswerForbidsCachingAndSniffing() {
    List<Case> cases = new ArrayList<>();
    cases.addAll(successes());
    cases.addAll(refusals());
    return apps.values().stream()
        .flatMap(
            app ->
                cases.stream()
                    .map(
                        it ->
                            DynamicTest.dynamicTest(
                                it.name() + ", " + app.port(),
                                () -> app.check(it.name(), it.attack(), a -> fits(it, a)))));
  }

  private static boolean fits(Case it, Answer answer) {
    List<String> types =
        answer.all("Content-Type").stream().map(type -> type.toLowerCase(Locale.ROOT)).toList();
    boolean typed = answer.body().isEmpty() ? types.size() <= 1 : types.size() == 1;
    return answer.status() == it.status()
        && answer.all("Cache-Control").equals(List.of("no-store"))
        && answer.all("Pragma").equals(List.of("no-cache"))
        && answer.all("X-Content-Type-Options").equals(List.of("nosniff"))
        && answer.all("ETag").isEmpty()
        && answer.all("Location").isEmpty()
        && typed
        && TYPES.containsAll(types);
  }

  private static List<Case> successes() {
    return List.of(
        new Case("P01 refresh", 200, it -> refresh(it, "POST")),
        new Case("P01 refresh by GET", 200, it -> refresh(it, "GET")),
        new Case(
            "P01 keep alive", 200, it -> form(it, gateway("/keepAlive"), "userToken=" + user(it))),
        new Case(
            "P01 query", 200, it -> it.http().get("/QuerySessionToken?SessionToken=" + user(it))),
        new Case(
            "P01 renew", 200, it -> it.http().get("/RenewSessionToken?SessionToken=" + user(it))),
        new Case(
            "P01 revoke", 200, it -> form(it, "/RevokeSessionToken", "SessionToken=" + user(it))),
        new Case("P01 log out", 204, it -> logout(it, it.session(Accounts.ALICE, 0), 1)),
        new Case("P01 log out again", 204, it -> logout(it, it.session(Accounts.ALICE, 0), 2)),
        new Case(
            "P01 introspect", 200, it -> form(it, "/oauth/introspect", "token=" + user(it), ADMIN)),
        new Case("P01 inactive", 200, it -> form(it, "/oauth/introspect", "token=x", ADMIN)),
        new Case("P01 revoke a token", 200, it -> form(it, "/oauth/revoke", "token=" + user(it))),
        new Case("P01 revoke nothing known", 200, it -> form(it, "/oauth/revoke", "token=x")),
        new Case("P01 sessions", 200, it -> it.http().get("/sessions", bearer(user(it)))),
        new Case(
            "P01 end the others",
            204,
            it -> it.http().send("DELETE", "/sessions?others=true", bearer(user(it)))),
        new Case("P01 WADL", 200, it -> it.http().get("/security/rest?_wadl")));
  }

  private static List<Case> refusals() {
    return List.of(
        new Case("P01 nothing presented", 401, it -> it.http().get("/secure/x")),
        new Case("P01 nothing presented, HEAD", 401, it -> it.http().send("HEAD", "/secure/x")),
        new Case("P01 nothing presented, POST", 401, it -> it.http().send("POST", "/secure/x")),
        new Case("P01 forged", 401, it -> it.http().get("/secure/x", bearer("a.b.c.d.e"))),
        new Case("P01 two", 400, it -> it.http().get("/secure/x", bearer("a"), bearer("b"))),
        new Case("P01 expired", 401, AnswerHeadersTest::expired),
        new Case("P01 track", 405, it -> it.http().send("TRACK", "/secure/x", bearer(user(it)))),
        new Case(
            "P01 down", 503, it -> down(it, client -> client.get("/secure/x", bearer(user(it))))),
        new Case("P01 cross-site", 403, AnswerHeadersTest::crossSite),
        new Case(
            "P01 wrong login",
            401,
            it -> it.http().get("/security/rest/token/access/5", "Authorization: Basic eDp5")),
        new Case(
            "P01 minutes that are none",
            400,
            it -> it.http().get("/security/rest/token/access/x", ALICE)),
        new Case("P01 unknown path", 404, it -> it.http().get("/security/rest/nothing")),
        new Case(
            "P01 unknown method", 405, it -> it.http().send("PUT", "/routelink/v1/refreshToken")),
        new Case(
            "P01 unknown method, query", 405, it -> it.http().send("DELETE", "/GetSessionToken")),
        new Case("P01 query without a token", 400, it -> it.http().get("/QuerySessionToken")),
        new Case(
            "P01 query of no token", 401, it -> it.http().get("/QuerySessionToken?SessionToken=x")),
        new Case(
            "P01 another's handle",
            404,
            it -> it.http().send("DELETE", "/sessions/x", bearer(user(it)))),
        new Case(
            "P01 delete what", 400, it -> it.http().send("DELETE", "/sessions", bearer(user(it)))),
        new Case("P01 introspect unasked", 401, it -> form(it, "/oauth/introspect", "token=x")),
        new Case(
            "P01 introspect by whom", 403, it -> form(it, "/oauth/introspect", "token=x", ALICE)),
        new Case("P01 revoke what", 400, it -> form(it, "/oauth/revoke", "x=y")),
        new Case(
            "P01 revoke while down",
            503,
            it -> down(it, c -> form(it, "/oauth/revoke", "token=" + user(it)))),
        new Case(
            "P01 close what", 400, it -> it.http().get(gateway("?close=true"), bearer(user(it)))));
  }

  /** Case P16: the filter never sends a challenge that makes a browser open a password dialog. */
  @TestFactory
  Stream<DynamicTest> p16_filterChallengesWithBearerOnly() {
    return rows(
        Stream.of(
                "X-Requested-With: XMLHttpRequest",
                "Sec-Fetch-Mode: cors",
                "Sec-Fetch-Mode: navigate",
                "Accept: text/html",
                "Authorization: Basic eDp5")
            .map(
                header ->
                    AttackCase.of(
                        "P16 " + header,
                        ExpectedAnswer.NOTHING,
                        it -> it.http().get("/secure/x", header)))
            .toList());
  }

  /** Case P17: no header of an answer repeats anything that the client sent. */
  @TestFactory
  Stream<DynamicTest> p17_responseHeadersEchoNothingOfTheRequest() {
    return apps.values().stream()
        .flatMap(
            app ->
                Stream.of(
                        "/secure/x%0d%0aX-Evil:%201",
                        "/GetSessionToken?Minutes=5%0d%0aX-Evil:1",
                        "/QuerySessionToken?SessionToken=x%0d%0aX-Evil:1",
                        "/security/rest/token/access/5%0d%0aX-Evil:1",
                        "/routelink/v1/sessionOpen/live%0d%0aX-Evil:1",
                        "/sessions/x%0d%0aX-Evil:1")
                    .map(
                        path ->
                            DynamicTest.dynamicTest(
                                "P17 " + path + ", " + app.port(),
                                () ->
                                    app.check(
                                        "P17 " + path,
                                        it -> it.http().get(path, ALICE),
                                        answer ->
                                            answer.status() >= 400
                                                && !answer.head().contains("Evil")))));
  }

  /** Case P02: the application's caching headers stay, unless the answer issues a credential. */
  @TestFactory
  Stream<DynamicTest> p02_keepsCachingHeadersOfTheApplication() {
    return apps.values().stream()
        .flatMap(
            app ->
                Stream.of(
                    DynamicTest.dynamicTest(
                        "P02 own page, " + app.port(),
                        () -> {
                          String token = user(app);
                          Answer answer =
                              app.check(
                                  AttackCase.of(
                                      "P02",
                                      ExpectedAnswer.OK,
                                      it -> it.http().get("/cached/x", bearer(token))));
                          assertThat(answer.all("Cache-Control"))
                              .containsExactly("public, max-age=60");
                          assertThat(answer.all("Set-Cookie")).isEmpty();
                        }),
                    DynamicTest.dynamicTest(
                        "P02 refused, " + app.port(),
                        () ->
                            app.check(
                                AttackCase.of(
                                    "P02",
                                    ExpectedAnswer.NOTHING,
                                    it -> it.http().get("/cached/x")))),
                    DynamicTest.dynamicTest(
                        "P02 cookies given, " + app.port(),
                        () -> {
                          Answer answer = app.http().send("POST", "/public/login");
                          assertThat(answer.status()).isEqualTo(200);
                          assertThat(answer.all("Set-Cookie")).hasSize(2);
                          assertThat(answer.all("Cache-Control")).containsExactly("no-store");
                        }),
                    DynamicTest.dynamicTest(
                        "P02 session named, " + app.port(),
                        () -> {
                          Answer answer =
                              app.http().get("/cra/data?close=false", bearer(user(app)));
                          assertThat(answer.status()).isEqualTo(200);
                          assertThat(answer.all("session")).hasSize(1);
                          assertThat(answer.all("Cache-Control")).containsExactly("no-store");
                        })));
  }

  private Stream<DynamicTest> rows(List<AttackCase> rows) {
    return apps.values().stream().flatMap(app -> app.tests(rows));
  }

  private static Answer refresh(AttackedApp app, String method) throws IOException {
    Answer opened = LoginRoute.CLIENT_JSON.logIn(app.http(), "alice", "wonderland");
    String token = app.secret(LoginRoute.CLIENT_JSON.tokenOf(opened));
    return app.http().send(method, "/routelink/v1/refreshToken", bearer(token));
  }

  private static Answer logout(AttackedApp app, Session session, int times) throws IOException {
    Answer answer = new Answer("", "");
    for (int i = 0; i < times; i++) {
      answer =
          app.http()
              .send(
                  "POST",
                  "/security/rest/token/logout",
                  bearer(session.token()),
                  "Cookie: SESSION=" + session.id());
    }
    return answer;
  }

  private static Answer expired(AttackedApp app) throws IOException {
    String token = app.open(Accounts.ALICE, 1);
    app.clock.move(Duration.ofMinutes(1));
    return app.http().get("/secure/x", bearer(token));
  }

  private static Answer crossSite(AttackedApp app) throws IOException {
    return app.http()
        .send(
            "POST",
            "/secure/x",
            "Cookie: token=" + app.open(Accounts.ALICE, 5),
            "Sec-Fetch-Site: cross-site");
  }

  private interface Sent {
    Answer by(RawHttp client) throws IOException;
  }

  private static Answer down(AttackedApp app, Sent request) throws IOException {
    user(app);
    app.store.failBefore(Call.FIND, 1);
    try {
      return request.by(app.http());
    } finally {
      app.store.clearFaults();
    }
  }

  private static Answer form(AttackedApp app, String path, String body, String... headers)
      throws IOException {
    StringBuilder more = new StringBuilder();
    Stream.of(headers).forEach(header -> more.append(header).append("\r\n"));
    return app.http()
        .raw(
            "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n%s"
                .formatted(path, FORM, body.length(), more, body));
  }

  private static String gateway(String path) {
    return FamilyServlets.GATEWAY + "/orders" + path;
  }

  private static String user(AttackedApp app) throws IOException {
    return app.secret(
        LoginRoute.GATEWAY_JSON.tokenOf(
            LoginRoute.GATEWAY_JSON.logIn(app.http(), "alice", "wonderland")));
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }
}
