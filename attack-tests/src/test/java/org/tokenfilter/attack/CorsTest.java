package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.catalina.filters.CorsFilter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.ConfigurationException;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/**
 * Cases P10 to P15: pages of other origins. On both containers one application has Tomcat's CORS
 * filter in front, which allows one origin with credentials, and one application has none.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CorsTest {

  private static final String ALLOWED_ORIGIN = "https://good.example";
  private static final String ALICE = "Authorization: " + WebApp.basic(Accounts.ALICE);
  private static final String LOGOUT = "/security/rest/token/logout";

  /** Origins that are neither the allowed one nor the application's own. */
  private static final List<String> FOREIGN_ORIGINS =
      List.of(
          "Origin: https://evil.example",
          "Origin: null",
          "Origin: https://good.example.evil.com",
          "Origin: https://evilgood.example",
          "Origin: http://good.example",
          "Origin: https://good.example:444",
          "Origin: https://GOOD.example",
          "Origin: https://good.example/",
          "Origin: https://good.example/path",
          "Origin: https://good.example https://evil.example",
          "Origin: https://good.example\r\nOrigin: https://evil.example",
          "Origin: https://user@good.example",
          "Origin: *",
          "Origin: ");

  private final Map<Container, AttackedApp> withCorsFilter = new EnumMap<>(Container.class);
  private final Map<Container, AttackedApp> withoutCorsFilter = new EnumMap<>(Container.class);

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    for (Container container : List.of(Container.JETTY, Container.TOMCAT)) {
      withCorsFilter.put(
          container,
          plan(Files.createDirectory(folder.resolve("cors" + container)), container)
              .setting("token.origins", ALLOWED_ORIGIN)
              .register(CorsTest::register)
              .start());
      withoutCorsFilter.put(
          container,
          plan(Files.createDirectory(folder.resolve("bare" + container)), container)
              .setting("token.origins", ALLOWED_ORIGIN)
              .register(FamilyServlets::register)
              .start());
    }
  }

  private static AttackedApp.Plan plan(Path folder, Container container) {
    return AttackedApp.plan(folder)
        .container(container)
        .filterParam("token.gateway.paths", "/cra/*")
        .setting("token.carriers", "bearer, cookie");
  }

  private static void register(AttackedApp.Registrations registrations) {
    FamilyServlets.register(registrations);
    FilterRegistration.Dynamic cors = registrations.context().addFilter("cors", new CorsFilter());
    cors.setInitParameters(
        Map.of(
            "cors.allowed.origins", ALLOWED_ORIGIN,
            "cors.allowed.methods", "GET, POST, DELETE",
            "cors.allowed.headers", "authorization, content-type, session, usertoken",
            "cors.exposed.headers", "Token-Remaining, session, WWW-Authenticate",
            "cors.support.credentials", "true"));
    cors.setAsyncSupported(true);
    cors.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
  }

  @AfterAll
  void stop() {
    withCorsFilter.values().forEach(AttackedApp::close);
    withoutCorsFilter.values().forEach(AttackedApp::close);
  }

  private record Target(String name, AttackCase.Attack attack) {}

  /** Returns requests that a page of another origin could send with the browser's credentials. */
  private static List<Target> targets(String origin) {
    return List.of(
        new Target("secure", it -> it.http().get("/secure/x", origin, cookie(it))),
        new Target("secure POST", it -> it.http().send("POST", "/secure/x", origin, cookie(it))),
        new Target("login", it -> it.http().get("/security/rest/token/access/5", origin, ALICE)),
        new Target("log out", it -> it.http().send("POST", LOGOUT, origin, cookie(it))),
        new Target("log out by GET", it -> it.http().get(LOGOUT, origin, cookie(it))),
        new Target(
            "text/plain",
            it ->
                LoginRoute.CLIENT_JSON.post(
                    it.http(),
                    "text/plain",
                    LoginRoute.CLIENT_JSON.body("alice", "wonderland"),
                    "Connection: close",
                    origin)));
  }

  @TestFactory
  Stream<DynamicTest> p10_p11_withoutCorsFilterOtherOriginsReadNothing() {
    return FOREIGN_ORIGINS.stream()
        .flatMap(
            origin ->
                targets(origin).stream()
                    .flatMap(
                        target ->
                            tests(
                                withoutCorsFilter,
                                "P10 P11 bare, " + origin + ", " + target.name(),
                                target.attack(),
                                answer -> silent(answer) && stopped(target, answer))));
  }

  /** Accepts a 200 to a cross-origin read, because the other page cannot read the answer. */
  private static boolean stopped(Target target, Answer answer) {
    return switch (target.name()) {
      case "secure" -> answer.status() == 200 || answer.status() == 400;
      case "text/plain" -> answer.status() == 415;
      default -> answer.status() == 403 || answer.status() == 400;
    };
  }

  @TestFactory
  Stream<DynamicTest> p11_refusesOriginsThatDifferFromTheAllowedOne() {
    return FOREIGN_ORIGINS.stream()
        .flatMap(
            origin ->
                targets(origin).stream()
                    .flatMap(
                        target ->
                            tests(
                                withCorsFilter,
                                "P11 " + origin + ", " + target.name(),
                                target.attack(),
                                answer ->
                                    !answer.head().contains("evil")
                                        && (origin.contains("\n")
                                            ? stopped(target, answer)
                                            : unreadable(answer)))));
  }

  /** The CORS filter reads only the first of two headers, and names only that one. */
  private static boolean unreadable(Answer answer) {
    return (answer.status() >= 400 || answer.status() == 200) && silent(answer);
  }

  private static boolean silent(Answer answer) {
    return answer.all("Access-Control-Allow-Origin").isEmpty()
        && answer.all("Access-Control-Allow-Credentials").isEmpty()
        && answer.all("Access-Control-Expose-Headers").isEmpty();
  }

  @TestFactory
  Stream<DynamicTest> p13_p14_allowedOriginReadsRefusals() {
    String origin = "Origin: " + ALLOWED_ORIGIN;
    return Stream.of(
            Map.entry(200, target("secure", it -> it.http().get("/secure/x", origin, cookie(it)))),
            Map.entry(
                200, target("POST", it -> it.http().send("POST", "/secure/x", origin, cookie(it)))),
            Map.entry(401, target("nothing", it -> it.http().get("/secure/x", origin))),
            Map.entry(
                401, target("forged", it -> it.http().get("/secure/x", origin, "Cookie: token=x"))),
            Map.entry(
                400,
                target(
                    "two",
                    it ->
                        it.http()
                            .get(
                                "/secure/x",
                                origin,
                                "Authorization: Bearer x",
                                "Authorization: Bearer y"))),
            Map.entry(
                200,
                target("login", it -> it.http().get(LoginRoute.OPEN_BASIC.path, origin, ALICE))),
            Map.entry(404, target("unknown", it -> it.http().get("/security/rest/x", origin))))
        .flatMap(
            entry ->
                tests(
                    withCorsFilter,
                    "P13 P14 " + entry.getKey() + " " + entry.getValue().name(),
                    entry.getValue().attack(),
                    answer ->
                        answer.status() == entry.getKey()
                            && answer
                                .all("Access-Control-Allow-Origin")
                                .equals(List.of(ALLOWED_ORIGIN))
                            && answer
                                .all("Access-Control-Allow-Credentials")
                                .equals(List.of("true"))
                            && answer.all("Vary").stream().anyMatch(v -> v.contains("Origin"))
                            && (answer.status() != 401
                                || answer
                                    .all("Access-Control-Expose-Headers")
                                    .toString()
                                    .contains("WWW-Authenticate"))));
  }

  /** Case D19: the CORS filter answers, and no token is required. */
  @TestFactory
  Stream<DynamicTest> p13_preflightsReachNeitherFilterNorApplication() {
    Predicate<Answer> allowed =
        answer ->
            answer.status() == 200
                && answer.body().isEmpty()
                && answer.all("Access-Control-Allow-Origin").equals(List.of(ALLOWED_ORIGIN))
                && answer.all("Set-Cookie").isEmpty();
    return Stream.of("/secure/x", LOGOUT, "/routelink/v1/refreshToken", "/nothing.do")
        .flatMap(
            path ->
                Stream.concat(
                    tests(
                        withCorsFilter,
                        "P13 preflight " + path,
                        it -> preflight(it.http(), path, ALLOWED_ORIGIN),
                        allowed),
                    tests(
                        withCorsFilter,
                        "P11 preflight from elsewhere " + path,
                        it -> preflight(it.http(), path, "https://evil.example"),
                        answer -> answer.status() == 403 && silent(answer))));
  }

  @TestFactory
  Stream<DynamicTest> p13_filterDecidesOptionsThatIsNoPreflight() {
    return Stream.concat(
        tests(
            withCorsFilter,
            "P13 D20 OPTIONS without a method",
            it -> it.http().send("OPTIONS", "/secure/x", "Origin: " + ALLOWED_ORIGIN),
            answer -> answer.status() == 403 && answer.body().isEmpty()),
        tests(
            withoutCorsFilter,
            "P13 D20 preflight without a CORS filter",
            it -> preflight(it.http(), "/secure/x", ALLOWED_ORIGIN),
            ExpectedAnswer.NOTHING::fits));
  }

  /** Case P12: the setting does not allow patterns. */
  @TestFactory
  Stream<DynamicTest> p12_refusesPatternsAsOrigins(@TempDir Path folder) {
    return Stream.of(
            "*",
            "https://*.example",
            "null",
            "https://good.example/",
            "good.example",
            "https://GOOD.example",
            ALLOWED_ORIGIN + ", *")
        .map(
            origins ->
                DynamicTest.dynamicTest(
                    "P12 " + origins,
                    () ->
                        assertThatThrownBy(
                                () ->
                                    AttackedApp.plan(folder)
                                        .setting("token.origins", origins)
                                        .start())
                            .isInstanceOf(ConfigurationException.class)
                            .hasMessageContaining("token.origins")));
  }

  /** Case P15: forms of other sites send cookies and Basic credentials; changes are refused. */
  @TestFactory
  Stream<DynamicTest> p15_formsOfOtherSitesChangeNothing() {
    return Stream.of(
            "Sec-Fetch-Site: cross-site",
            "Sec-Fetch-Site: same-site",
            FOREIGN_ORIGINS.get(0),
            FOREIGN_ORIGINS.get(1))
        .flatMap(
            header ->
                Stream.of(
                        target("log out", it -> it.http().send("POST", LOGOUT, header, cookie(it))),
                        target("log out, GET", it -> it.http().get(LOGOUT, header, cookie(it))),
                        target(
                            "refresh",
                            it ->
                                it.http()
                                    .send(
                                        "POST", "/routelink/v1/refreshToken", header, cookie(it))),
                        target(
                            "end all",
                            it ->
                                it.http()
                                    .send("DELETE", "/sessions?others=true", header, cookie(it))),
                        target(
                            "log in",
                            it -> it.http().get("/security/rest/token/access/5", header, ALICE)),
                        target(
                            "own", it -> it.http().send("POST", "/secure/x", header, cookie(it))))
                    .flatMap(
                        target ->
                            tests(
                                withoutCorsFilter,
                                "P15 " + header + ", " + target.name(),
                                target.attack(),
                                ExpectedAnswer.CROSS_SITE::fits)));
  }

  private static Target target(String name, AttackCase.Attack attack) {
    return new Target(name, attack);
  }

  private static Stream<DynamicTest> tests(
      Map<Container, AttackedApp> apps,
      String name,
      AttackCase.Attack attack,
      Predicate<Answer> expected) {
    return apps.entrySet().stream()
        .map(
            app ->
                DynamicTest.dynamicTest(
                    (name + ", " + app.getKey()).replace("\r\n", " "),
                    () -> {
                      Answer answer = app.getValue().check(name, attack, expected);
                      assertThat(app.getValue().ran())
                          .hasSize(answer.body().startsWith("secret of") ? 1 : 0);
                    }));
  }

  private static Answer preflight(RawHttp client, String path, String origin) throws IOException {
    return client.send(
        "OPTIONS",
        path,
        "Origin: " + origin,
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Headers: authorization");
  }

  /** Returns the cookie that a logged-in browser sends. */
  private static String cookie(AttackedApp app) throws IOException {
    return "Cookie: token=" + app.open(Accounts.ALICE, 5);
  }
}
