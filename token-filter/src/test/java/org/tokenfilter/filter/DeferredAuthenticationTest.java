package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.Subject;

/** Public pages, which everyone may see and which can ask for the user. */
final class DeferredAuthenticationTest {

  private static final String ALICE = "alice alice true false BEARER true";
  private static final String NO_USER = "null null false false null false";

  @TempDir private Path folder;
  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final FaultyTokenStore store =
      new FaultyTokenStore(new InMemoryTokenStore(clock, Duration.ofHours(1)));
  private TokenSecurity security;
  private WebApp app;
  private Session alice;

  @BeforeEach
  void startTheApplication() throws Exception {
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.carriers", "bearer,cookie")
            .setting("token.paths.public", "/public/*")
            // Each lookup reads the store.
            .setting("token.revocation.lag", "PT0S")
            .setting("token.sweep.interval", "PT1H")
            .clock(clock)
            .store(store)
            .build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet("/api/who", DeferredAuthenticationTest::writeUser)
            .servlet("/public/who", DeferredAuthenticationTest::writeUser)
            .servlet("/public/plain", (request, response) -> response.getWriter().print("plain"))
            .servlet(
                "/public/deadline",
                (request, response) ->
                    response
                        .getWriter()
                        .print(((TokenPrincipal) request.getUserPrincipal()).expiresAt()))
            .servlet("/public/logout", DeferredAuthenticationTest::logOut)
            .servlet("/public/login", DeferredAuthenticationTest::logIn)
            .servlet(
                "/public/ended",
                (request, response) -> {
                  String before = request.getRemoteUser();
                  security.logout(request, response);
                  response.getWriter().print(before + " then " + request.getRemoteUser());
                })
            .servlet(
                "/public/another",
                (request, response) -> {
                  String before = request.getRemoteUser();
                  Subject bob = new Subject("bob", Set.of(), Map.of());
                  security.login(request, response, bob);
                  response.getWriter().print(before + " then " + request.getRemoteUser());
                })
            .start();
    alice = app.session(Accounts.ALICE, 60);
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  private static void writeUser(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    response.getWriter().print(describeUser(request, response));
  }

  private static String describeUser(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    Principal principal = request.getUserPrincipal();
    return "%s %s %s %s %s %s"
        .formatted(
            principal == null ? null : principal.getName(),
            request.getRemoteUser(),
            request.isUserInRole("user"),
            request.isUserInRole("admin"),
            request.getAuthType(),
            request.getUserPrincipal() != null && request.authenticate(response));
  }

  private static void logOut(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    String before = describeUser(request, response);
    request.logout();
    response.getWriter().print(before + ", then " + describeUser(request, response));
  }

  private static void logIn(HttpServletRequest request, HttpServletResponse response)
      throws IOException, ServletException {
    String before = describeUser(request, response);
    request.login("bob", "builder");
    response.getWriter().print(before + ", then " + request.getRemoteUser());
  }

  private String cookies() {
    return "SESSION=" + alice.id() + "; token=" + alice.token();
  }

  @Test
  void validTokenIdentifiesUserOnEveryPath() throws Exception {
    assertThat(app.get("/public/who", alice.headers()).body()).isEqualTo(ALICE);
    assertThat(app.get("/public/who", "Cookie", cookies()).body()).isEqualTo(ALICE);
    assertThat(
            app.get("/public/who", "Authorization", "Bearer " + app.open(Accounts.ALICE, 5)).body())
        .isEqualTo(ALICE);
    assertThat(app.get("/public/who").body()).isEqualTo(NO_USER);
  }

  @Test
  void looksUpTokenOnceAndOnlyOnDemand() throws Exception {
    int before = store.callCount(Call.FIND);
    assertThat(app.get("/public/plain", alice.headers()).body()).isEqualTo("plain");
    assertThat(store.callCount(Call.FIND)).isEqualTo(before);
    assertThat(app.get("/public/who", alice.headers()).body()).isEqualTo(ALICE);
    assertThat(store.callCount(Call.FIND)).isEqualTo(before + 1);
  }

  /** A lookup on a public page returns the deadline and does not extend it. */
  @Test
  void lookupDoesNotRenew() throws Exception {
    clock.move(Duration.ofMinutes(20));
    assertThat(app.get("/public/deadline", alice.headers()).body())
        .isEqualTo("2026-11-22T10:30:00Z");
    assertThat(app.get("/public/who", alice.headers()).headers().firstValue("Token-Remaining"))
        .isEmpty();
    clock.move(Duration.ofMinutes(11));
    assertThat(app.get("/public/who", alice.headers()).body()).isEqualTo(NO_USER);
    assertThat(app.get("/api/who", alice.headers()).statusCode()).isEqualTo(401);
    assertThat(store.callCount(Call.RENEW)).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "Bearer nonsense, ",
    "Bearer T, SESSION=x",
    "Bearer T, ",
    "Basic YWxpY2U6d29uZGVybGFuZA==, ",
    ", SESSION=S; token=nonsense",
    ", token=T",
    "Bearer nonsense, SESSION=S; token=T"
  })
  void invalidTokenCountsAsNone(String authorization, String cookie) throws Exception {
    String[] headers =
        List.of(
                "Authorization", authorization == null ? "" : fillIn(authorization),
                "Cookie", cookie == null ? "" : fillIn(cookie))
            .toArray(String[]::new);
    assertThat(app.get("/public/who", headers).statusCode()).isEqualTo(200);
    assertThat(app.get("/public/who", headers).body()).isEqualTo(NO_USER);
  }

  private String fillIn(String text) {
    return text.replaceAll("\\bT\\b", alice.token()).replace("SESSION=S", "SESSION=" + alice.id());
  }

  @Test
  void revokedTokenCountsAsNone() throws Exception {
    assertThat(app.send("POST", "/security/rest/token/logout", alice.headers()).statusCode())
        .isEqualTo(204);
    assertThat(app.get("/public/who", alice.headers()).body()).isEqualTo(NO_USER);
  }

  /** A public page must not act for its user on a request of another site. */
  @ParameterizedTest
  @CsvSource({
    "POST, same-origin, true",
    "POST, cross-site, false",
    "POST, same-site, false",
    "GET, cross-site, true"
  })
  void crossSiteRequestHasNoUser(String method, String site, boolean known) throws Exception {
    // Java's client sends Upgrade for HTTP/2, which counts as a handshake.
    RawHttp browser = RawHttp.to(app);
    assertThat(
            browser
                .send(method, "/public/who", "Cookie: " + cookies(), "Sec-Fetch-Site: " + site)
                .body())
        .isEqualTo(known ? ALICE : NO_USER);
  }

  @Test
  void storeFailureHidesUserAndWarnsOnce() throws Exception {
    try (LogLines log = new LogLines("org.tokenfilter", Level.INFO)) {
      store.failAll();
      for (int i = 0; i < 3; i++) {
        assertThat(app.get("/public/plain", alice.headers()).body()).isEqualTo("plain");
        assertThat(app.get("/public/who", alice.headers()).statusCode()).isEqualTo(200);
        assertThat(app.get("/public/who", alice.headers()).body()).isEqualTo(NO_USER);
      }
      assertThat(log.take()).singleElement().asString().startsWith("WARN Users of public pages");
      store.clearFaults();
      assertThat(app.get("/public/who", alice.headers()).body()).isEqualTo(ALICE);
      assertThat(log.lines())
          .singleElement()
          .asString()
          .startsWith("WARN Users of public pages are known again (6 failures)");
    }
  }

  @Test
  void logoutRemovesUserFromRequest() throws Exception {
    assertThat(app.get("/public/logout", alice.headers()).body())
        .isEqualTo(ALICE + ", then " + NO_USER);
    assertThat(app.get("/api/who", alice.headers()).statusCode()).isEqualTo(401);
  }

  /** The presented token no longer identifies the user of the request. */
  @ParameterizedTest
  @ValueSource(strings = {"/public/ended", "/public/another"})
  void programmaticLoginAndLogoutRemoveUser(String path) throws Exception {
    assertThat(app.get(path, alice.headers()).body()).isEqualTo("alice then null");
  }

  @Test
  void loginChangesUserOfTheRequest() throws Exception {
    assertThat(app.get("/public/login", "Cookie", cookies()).body())
        .isEqualTo(ALICE + ", then bob");
    assertThat(app.get("/api/who", "Cookie", cookies()).statusCode()).isEqualTo(401);
  }
}
