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
import org.tokenfilter.Accounts;
import org.tokenfilter.RawHttp.Answer;
import org.tokenfilter.WebApp.Session;

/**
 * D19: the container's CORS support in front of the filter answers preflights; every other request
 * reaches the filter, and scripts of the allowed origin can read the reason of a refusal.
 */
@TestInstance(Lifecycle.PER_CLASS)
final class PreflightAttackTest {

  private static final String GOOD = "https://app.example.org";
  private static final String ORIGIN = "Origin: " + GOOD;
  private static final String METHOD = "Access-Control-Request-Method: GET";
  private static final String HEADERS = "Access-Control-Request-Headers: authorization";

  private final Map<String, AttackedApp> apps = new LinkedHashMap<>();

  @BeforeAll
  void start(@TempDir Path tomcat, @TempDir Path jetty, @TempDir Path handled) throws Exception {
    apps.put("CorsFilter on Tomcat", filtered(tomcat, Container.TOMCAT));
    apps.put("CorsFilter on Jetty", filtered(jetty, Container.JETTY));
    Host host =
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
    apps.put("CrossOriginHandler of Jetty", AttackedApp.plan(handled).in(host).start());
  }

  private static AttackedApp filtered(Path folder, Host host) throws Exception {
    return AttackedApp.plan(folder)
        .in(host)
        .setting("token.carriers", "bearer, cookie")
        .with(
            it -> {
              var cors = it.context().addFilter("cors", new CorsFilter());
              cors.setAsyncSupported(true);
              cors.setInitParameter("cors.allowed.origins", GOOD);
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
  private interface Look {
    void at(AttackedApp app) throws IOException;
  }

  private Stream<DynamicTest> each(String name, Look look) {
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
          assertThat(answer.all("Access-Control-Allow-Origin")).containsExactly(GOOD);
          assertThat(answer.all("Access-Control-Allow-Credentials")).containsExactly("true");
          assertThat(app.ran()).isEmpty();
          app.assertSilent();
        });
  }

  @TestFactory
  Stream<DynamicTest> preflightOfAnotherOriginGetsNothing() {
    return Stream.of(
            "https://evil.example",
            "https://app.example.org.evil.com",
            "null",
            GOOD + ":444",
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
  Stream<DynamicTest> whatIsNoPreflightNeedsToken() {
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
                            Row.of(
                                "D20",
                                Verdict.NOTHING,
                                it ->
                                    it.http().send("OPTIONS", "/secure/x", request.getValue())))));
  }

  /** The filter decides the actual request; the answer names the origin that may read it. */
  @TestFactory
  Stream<DynamicTest> requestThatFollowsIsDecided() {
    return List.of("GET", "POST").stream()
        .flatMap(
            method ->
                each(
                    "D19 then " + method,
                    app -> {
                      Answer without =
                          app.check(
                              Row.of(
                                  "without a token",
                                  Verdict.NOTHING,
                                  it -> it.http().send(method, "/secure/x", ORIGIN)));
                      assertThat(without.all("Access-Control-Allow-Origin")).containsExactly(GOOD);
                      assertThat(String.join(",", without.all("Vary")))
                          .containsIgnoringCase("Origin");
                      Session alice = app.session(Accounts.ALICE, 0);
                      app.check(
                          Row.of(
                              "with one",
                              Verdict.OK,
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
                  Row.of(
                      "cross-site",
                      Verdict.CROSS_SITE,
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
