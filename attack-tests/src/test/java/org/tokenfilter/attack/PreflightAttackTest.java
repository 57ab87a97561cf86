package org.tokenfilter.attack;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.catalina.filters.CorsFilter;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp.Session;

/**
 * D19: the container's CORS support in front of the filter answers preflights; every other request
 * reaches the filter, and scripts of the allowed origin can read the reason of a refusal.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class PreflightAttackTest {

  private static final String ALLOWED_ORIGIN = "https://app.example.org";
  private static final String ORIGIN = "Origin: " + ALLOWED_ORIGIN;
  private static final String METHOD = "Access-Control-Request-Method: GET";
  private static final String HEADERS = "Access-Control-Request-Headers: authorization";

  private final Map<String, AttackedApp> apps = new LinkedHashMap<>();

  @BeforeAll
  void start(@TempDir Path tomcat, @TempDir Path jetty, @TempDir Path handled) throws Exception {
    apps.put("CorsFilter on Tomcat", filtered(tomcat, Container.TOMCAT));
    apps.put("CorsFilter on Jetty", filtered(jetty, Container.JETTY));
    ContainerStarter host =
        Container.jettyWith(
            application -> {
              CrossOriginHandler cors = new CrossOriginHandler();
              cors.setAllowedOriginPatterns(Set.of("https://app\\.example\\.org"));
              cors.setAllowCredentials(true);
              cors.setAllowedHeaders(Set.of("authorization"));
              cors.setDeliverPreflightRequests(false);
              cors.setHandler(application);
              return cors;
            });
    apps.put("CrossOriginHandler of Jetty", AttackedApp.plan(handled).container(host).start());
  }

  private static AttackedApp filtered(Path folder, ContainerStarter host) throws Exception {
    return AttackedApp.plan(folder)
        .container(host)
        .setting("token.carriers", "bearer, cookie")
        .register(
            it -> {
              var cors = it.context().addFilter("cors", new CorsFilter());
              cors.setAsyncSupported(true);
              cors.setInitParameter("cors.allowed.origins", ALLOWED_ORIGIN);
              cors.setInitParameter("cors.support.credentials", "true");
              cors.setInitParameter("cors.allowed.methods", "GET,POST,HEAD,OPTIONS");
              cors.setInitParameter("cors.allowed.headers", "authorization,content-type");
              cors.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
            })
        .start();
  }

  @AfterAll
  void stop() {
    apps.values().forEach(AttackedApp::close);
  }

  /** The assertions of a case, after its application's log and runs have been cleared. */
  @FunctionalInterface
  private interface Check {
    void at(AttackedApp app) throws IOException;
  }

  private Stream<DynamicTest> each(String name, Check look) {
    return apps.entrySet().stream()
        .map(
            app ->
                DynamicTest.dynamicTest(name + ", " + app.getKey(), () -> look.at(app.getValue())));
  }

  @TestFactory
  Stream<DynamicTest> preflightIsAnsweredBeforeTheFilter() {
    return each(
        "D19 allowed",
        app -> {
          Answer answer = app.http().send("OPTIONS", "/secure/x", ORIGIN, METHOD, HEADERS);
          assertThat(answer.status()).isIn(200, 204);
          assertThat(answer.body()).isEmpty();
          assertThat(answer.all("Set-Cookie")).isEmpty();
          assertThat(answer.all("Access-Control-Allow-Origin")).containsExactly(ALLOWED_ORIGIN);
          assertThat(answer.all("Access-Control-Allow-Credentials")).containsExactly("true");
          assertThat(app.ran()).isEmpty();
          app.assertNoSecretLogged();
        });
  }

  @TestFactory
  Stream<DynamicTest> preflightOfAnotherOriginGetsNothing() {
    return Stream.of(
            "https://evil.example",
            "https://app.example.org.evil.com",
            "null",
            ALLOWED_ORIGIN + ":444",
            "http://app.example.org")
        .flatMap(
            origin ->
                each(
                    "D19 from " + origin,
                    app -> {
                      Answer answer =
                          app.http().send("OPTIONS", "/secure/x", "Origin: " + origin, METHOD);
                      assertThat(answer.all("Access-Control-Allow-Origin")).isEmpty();
                      assertThat(answer.all("Access-Control-Allow-Credentials")).isEmpty();
                      assertThat(answer.all("Set-Cookie")).isEmpty();
                      assertThat(answer.body()).doesNotContain("secret");
                      assertThat(app.ran()).isEmpty();
                    }));
  }

  /** An OPTIONS request that is no preflight reaches the filter. */
  @TestFactory
  Stream<DynamicTest> otherOptionsRequestNeedsToken() {
    Map<String, String[]> requests = new LinkedHashMap<>();
    requests.put("no headers", new String[0]);
    requests.put("an Origin alone", new String[] {ORIGIN});
    requests.put("a method alone", new String[] {METHOD});
    return requests.entrySet().stream()
        .flatMap(
            request ->
                each(
                    "D20 " + request.getKey(),
                    app ->
                        app.check(
                            AttackCase.of(
                                "D20",
                                ExpectedAnswer.NOTHING,
                                it ->
                                    it.http().send("OPTIONS", "/secure/x", request.getValue())))));
  }

  /** The filter decides the actual request; the answer names the origin that may read it. */
  @TestFactory
  Stream<DynamicTest> filterDecidesTheActualRequest() {
    return List.of("GET", "POST").stream()
        .flatMap(
            method ->
                each(
                    "D19 then " + method,
                    app -> {
                      Answer without =
                          app.check(
                              AttackCase.of(
                                  "without a token",
                                  ExpectedAnswer.NOTHING,
                                  it -> it.http().send(method, "/secure/x", ORIGIN)));
                      assertThat(without.all("Access-Control-Allow-Origin"))
                          .containsExactly(ALLOWED_ORIGIN);
                      assertThat(String.join(",", without.all("Vary")))
                          .containsIgnoringCase("Origin");
                      Session alice = app.session(Accounts.ALICE, 0);
                      app.check(
                          AttackCase.of(
                              "with one",
                              ExpectedAnswer.OK,
                              it ->
                                  it.http()
                                      .send(
                                          method,
                                          "/secure/x",
                                          ORIGIN,
                                          "Authorization: Bearer " + alice.token(),
                                          "Cookie: SESSION=" + alice.id())));
                    }));
  }

  /** CORS limits only reading; {@code token.origins} limits actions by cookie. */
  @TestFactory
  Stream<DynamicTest> actionByCookieNeedsMoreThanCors() {
    return each(
            "D19 a POST by cookie",
            app -> {
              Session alice = app.session(Accounts.ALICE, 0);
              app.check(
                  AttackCase.of(
                      "cross-site",
                      ExpectedAnswer.CROSS_SITE,
                      it ->
                          it.http()
                              .send(
                                  "POST",
                                  "/secure/x",
                                  ORIGIN,
                                  "Cookie: token=" + alice.token() + "; SESSION=" + alice.id())));
            })
        .filter(test -> test.getDisplayName().contains("CorsFilter"));
  }
}
