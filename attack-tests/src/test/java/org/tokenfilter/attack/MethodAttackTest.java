package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.attack.ExpectedAnswer.CONTAINER;
import static org.tokenfilter.attack.ExpectedAnswer.CROSS_SITE;
import static org.tokenfilter.attack.ExpectedAnswer.INVALID;
import static org.tokenfilter.attack.ExpectedAnswer.NOTHING;
import static org.tokenfilter.attack.ExpectedAnswer.NOT_ALLOWED;
import static org.tokenfilter.attack.ExpectedAnswer.OK;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.endpoint.ApiClientServlet;
import org.tokenfilter.endpoint.IntrospectionServlet;
import org.tokenfilter.endpoint.RevocationServlet;
import org.tokenfilter.endpoint.SessionsServlet;
import org.tokenfilter.endpoint.TokenQueryServlet;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/** D: methods that echo the request, query the allowed methods, or are wrong for the target. */
@TestInstance(Lifecycle.PER_CLASS)
final class MethodAttackTest {

  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

  private AllContainers containers;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    containers =
        new AllContainers(
            folder,
            plan ->
                plan.setting("token.carriers", "bearer, cookie")
                    .register(
                        it ->
                            it.servlet("revocation", new RevocationServlet(), "/oauth/revoke")
                                .servlet(
                                    "introspection",
                                    new IntrospectionServlet(),
                                    "/oauth/introspect")
                                .servlet("sessions", new SessionsServlet(), "/sessions/*")
                                .servlet("clients", new ApiClientServlet(), "/routelink/v1/*")
                                .servlet("queries", new TokenQueryServlet(), "/query/*")));
  }

  @AfterAll
  void stop() {
    containers.close();
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }

  @TestFactory
  Stream<DynamicContainer> refusesMethodsThatEchoTheRequest() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          List<AttackCase> rows = new ArrayList<>();
          for (String method : List.of("TRACE", "TRACK")) {
            for (String path :
                List.of(
                    "/secure/x", "/public/x", "/security/rest/token/access/5", "/oauth/revoke")) {
              rows.add(
                  AttackCase.of(
                      "D18 " + method + " " + path,
                      NOT_ALLOWED,
                      it -> withoutSecret(it.http().send(method, path, bearer(open)), open)));
              rows.add(
                  AttackCase.of(
                      "D18 " + method + " with a cookie " + path,
                      NOT_ALLOWED,
                      it ->
                          withoutSecret(
                              it.http().send(method, path, "Cookie: token=" + open), open)));
            }
          }
          for (String method : List.of("trace", "Trace", "GETX", "PROPFIND", "get")) {
            rows.add(
                new AttackCase(
                    "D18 " + method + " without a token",
                    EnumSet.of(NOTHING, CONTAINER),
                    it -> it.http().send(method, "/secure/x")));
          }
          return rows;
        });
  }

  private static Answer withoutSecret(Answer answer, String secret) {
    assertThat(answer.head() + answer.body()).doesNotContain(secret);
    return answer;
  }

  /** OPTIONS is decided like any other method. */
  @TestFactory
  Stream<DynamicContainer> options() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          String origin = "Origin: https://app.example.org";
          return List.of(
              AttackCase.of("D20 alone", NOTHING, it -> options(it)),
              AttackCase.of("D20 with an Origin", NOTHING, it -> options(it, origin)),
              AttackCase.of(
                  "D20 with a method, and no Origin",
                  NOTHING,
                  it -> options(it, "Access-Control-Request-Method: GET")),
              AttackCase.of(
                  "D20 a preflight, and no CORS here",
                  NOTHING,
                  it -> options(it, origin, "Access-Control-Request-Method: GET")),
              AttackCase.of(
                  "D20 an empty method",
                  NOTHING,
                  it -> options(it, origin, "Access-Control-Request-Method:")),
              AttackCase.of("D20 a bad token", INVALID, it -> options(it, origin, bearer("x"))),
              AttackCase.of("D20 a good token", OK, it -> options(it, origin, bearer(open))));
        });
  }

  private static Answer options(AttackedApp app, String... headers) throws IOException {
    return app.http().send("OPTIONS", "/secure/x", headers);
  }

  @TestFactory
  Stream<DynamicContainer> refusesWrongMethods() throws IOException {
    return containers.tests(
        app -> {
          String open = app.open(Accounts.ALICE, 5);
          List<AttackCase> rows = new ArrayList<>();
          for (String target :
              List.of(
                  "GET /oauth/revoke",
                  "GET /oauth/introspect",
                  "GET /routelink/v1/sessionOpen/live",
                  "DELETE /routelink/v1/refreshToken",
                  "DELETE /query/RevokeSessionToken",
                  "PUT /query/GetSessionToken",
                  "PUT /security/rest/token/logout",
                  "DELETE /security/rest/token/access/5",
                  "POST /sessions",
                  "PUT /sessions")) {
            String[] parts = target.split(" ", -1);
            for (String override :
                List.of("", "X-HTTP-Method-Override: POST", "X-HTTP-Method: GET")) {
              String[] headers =
                  override.isEmpty()
                      ? new String[] {bearer(open)}
                      : new String[] {bearer(open), override};
              rows.add(
                  AttackCase.of(
                      "D21 " + target + " " + override,
                      NOT_ALLOWED,
                      it -> it.http().send(parts[0], parts[1] + "?_method=POST", headers)));
            }
          }
          rows.add(
              AttackCase.of(
                  "D21 the token lives on", OK, it -> it.http().get("/secure/x", bearer(open))));
          return rows;
        });
  }

  /** Actions by GET that a browser authenticates by itself are protected against other sites. */
  @TestFactory
  Stream<DynamicContainer> refusesCrossSiteActions() throws IOException {
    return containers.tests(
        app -> {
          Session alice = app.session(Accounts.ALICE, 0);
          String cookies = "Cookie: token=" + alice.token() + "; SESSION=" + alice.id();
          String basic = "Authorization: " + WebApp.basic(Accounts.ALICE);
          List<AttackCase> rows = new ArrayList<>();
          for (String site :
              List.of(
                  "Sec-Fetch-Site: cross-site",
                  "Sec-Fetch-Site: same-site",
                  "Origin: https://evil.example",
                  "Origin: null")) {
            rows.add(guarded("GET", "/security/rest/token/access/5", basic, site));
            rows.add(guarded("GET", "/security/rest/token/access/session/5", basic, site));
            rows.add(guarded("GET", "/security/rest/token/logout", cookies, site));
            rows.add(guarded("POST", "/security/rest/token/logout", cookies, site));
            rows.add(guarded("DELETE", "/sessions?others=true", cookies, site));
            rows.add(guarded("POST", "/secure/x", cookies, site));
            for (String override : List.of("X-HTTP-Method-Override: GET", "X-HTTP-Method: GET")) {
              rows.add(guarded("POST", "/secure/x?_method=GET", cookies, site, override));
              rows.add(guarded("DELETE", "/secure/x;_method=GET", cookies, site, override, FORM));
            }
          }
          rows.add(guarded("GET", "/security/rest/token/logout", cookies));
          rows.add(AttackCase.of("D21 it lives on", OK, it -> it.http().get("/secure/x", cookies)));
          return rows;
        });
  }

  private static AttackCase guarded(String method, String path, String... headers) {
    String last = headers[headers.length - 1];
    String site = headers.length == 1 ? "no header" : headers[1];
    return AttackCase.of(
        "D22 "
            + method
            + " "
            + path
            + " "
            + site
            + (headers.length > 2 ? " " + last + headers[2] : ""),
        CROSS_SITE,
        it -> it.http().send(method, path, headers));
  }
}
