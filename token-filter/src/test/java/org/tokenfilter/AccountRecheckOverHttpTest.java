package org.tokenfilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.servlet.DispatcherType;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeSet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.endpoint.ApiClientServlet;
import org.tokenfilter.endpoint.IntrospectionServlet;
import org.tokenfilter.endpoint.RevocationServlet;
import org.tokenfilter.endpoint.ServiceGatewayFilter;
import org.tokenfilter.endpoint.SessionsServlet;
import org.tokenfilter.endpoint.TokenQueryServlet;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.filter.TokenPrincipal;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.Race;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/**
 * Users who are disabled or get other roles while they are logged in, on two nodes of one store.
 */
final class AccountRecheckOverHttpTest {

  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final String ALICE = "alice:any";
  private static final String GATEWAY = "/gateway/services";
  private static final String SERVICE = GATEWAY + "/one";

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final TokenStore store = new InMemoryTokenStore(clock, Duration.ofHours(1));
  private final UserDirectory directory =
      new UserDirectory().addUser("alice", "user").addUser("service", "introspect");
  @TempDir private Path folder;
  private TokenSecurity security;
  private TokenSecurity otherSecurity;
  private WebApp app;
  private WebApp other;

  @BeforeEach
  void start() throws Exception {
    security = security();
    otherSecurity = security();
    app = app(security);
    other = app(otherSecurity);
  }

  @AfterEach
  void stop() {
    app.close();
    other.close();
    security.close();
    otherSecurity.close();
  }

  @Test
  void refusesDisabledUserOnBothNodesWithinInterval() throws Exception {
    Session session = app.session(ALICE, 0);
    assertThat(app.get("/who", session.headers()).statusCode()).isEqualTo(200);
    assertThat(other.get("/who", session.headers()).statusCode()).isEqualTo(200);
    directory.removeUser("alice");
    clock.move(INTERVAL.minusMillis(1));
    assertThat(app.get("/who", session.headers()).statusCode()).isEqualTo(200);

    clock.move(Duration.ofMillis(1));
    assertClosed(app.get("/who", session.headers()));
    assertClosed(other.get("/who", session.headers()));
    directory.addUser("alice", "user");
    clock.move(INTERVAL);
    assertClosed(app.get("/who", session.headers()));
  }

  @Test
  void addsAndRemovesRolesOnBothNodes() throws Exception {
    String token = app.open(ALICE, 0);
    assertThat(who(app, token)).isEqualTo("alice admin=false [user]");
    assertThat(who(other, token)).isEqualTo("alice admin=false [user]");
    directory.addUser("alice", "admin");
    clock.move(INTERVAL);
    assertThat(who(app, token)).isEqualTo("alice admin=true [admin]");
    assertThat(who(other, token)).isEqualTo("alice admin=true [admin]");
    directory.addUser("alice");
    clock.move(INTERVAL);
    assertThat(who(app, token)).isEqualTo("alice admin=false []");
    assertThat(who(other, token)).isEqualTo("alice admin=false []");
  }

  @Test
  void failedRecheckAnswers503AndRevokesNothing() throws Exception {
    Session session = app.session(ALICE, 0);
    assertThat(app.get("/who", session.headers()).statusCode()).isEqualTo(200);
    directory.setDown(true);
    clock.move(INTERVAL.minusMillis(1));
    assertThat(app.get("/who", session.headers()).statusCode()).isEqualTo(200);

    clock.move(Duration.ofMillis(1));
    HttpResponse<String> unknown = app.get("/who", session.headers());
    assertThat(unknown.statusCode()).isEqualTo(503);
    assertThat(unknown.headers().firstValue("Retry-After")).isPresent();
    assertThat(app.get("/passive", session.headers()).statusCode()).isEqualTo(503);
    assertThat(app.get("/sessions", session.headers()).statusCode()).isEqualTo(503);

    directory.setDown(false);
    clock.move(Duration.ofSeconds(1));
    assertThat(app.get("/who", session.headers()).statusCode()).isEqualTo(200);
  }

  @Test
  void logoutNeedsNoRecheck() throws Exception {
    Session session = app.session(ALICE, 0);
    String user = userToken();
    String open = app.open(ALICE, 0);
    directory.setDown(true);
    assertThat(app.send("POST", "/security/rest/token/logout", session.headers()).statusCode())
        .isEqualTo(204);
    assertThat(app.get("/RevokeSessionToken?SessionToken=" + user).statusCode()).isEqualTo(200);
    assertThat(postForm("/oauth/revoke", "token=" + open).statusCode()).isEqualTo(200);
    assertThat(store.list("alice", clock.instant(), null, 10)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/who", "/passive", "/sessions", SERVICE})
  void everyPathRefusesTokenOfDisabledUser(String path) throws Exception {
    String token = app.open(ALICE, 0);
    assertThat(app.get(path, "Authorization", "Bearer " + token).statusCode()).isEqualTo(200);
    directory.removeUser("alice");
    clock.move(INTERVAL);
    assertClosed(app.get(path, "Authorization", "Bearer " + token));
    assertThat(store.list("alice", clock.instant(), null, 10)).isEmpty();
  }

  @Test
  void refusesGatewaySessionOfDisabledUser() throws Exception {
    String token = WebApp.member(post(SERVICE + "/login"), "userToken");
    HttpResponse<String> opened = app.get(SERVICE + "?close=false", "userToken", token);
    String session = opened.headers().firstValue("session").orElseThrow();
    assertThat(app.get(SERVICE, "userToken", token, "session", session).body())
        .isEqualTo("alice admin=false [user]");
    directory.addUser("alice", "admin");
    clock.move(INTERVAL);
    assertThat(app.get(SERVICE, "userToken", token, "session", session).body())
        .isEqualTo("alice admin=true [admin]");

    directory.removeUser("alice");
    clock.move(INTERVAL);
    assertThat(app.send("POST", SERVICE + "/keepAlive", "userToken", token).statusCode())
        .isEqualTo(401);
    assertClosed(app.get(SERVICE, "userToken", token, "session", session));
    assertThat(store.list("alice", clock.instant(), null, 10)).isEmpty();
  }

  @Test
  void refusesQueryAndRenewalForDisabledUser() throws Exception {
    String token = userToken();
    assertThat(app.get("/QuerySessionToken?SessionToken=" + token).statusCode()).isEqualTo(200);
    directory.removeUser("alice");
    clock.move(INTERVAL);
    assertThat(app.get("/QuerySessionToken?SessionToken=" + token).statusCode()).isEqualTo(401);
    assertThat(app.get("/RenewSessionToken?SessionToken=" + token).statusCode()).isEqualTo(401);
  }

  @Test
  void refusesApiClientOfDisabledUser() throws Exception {
    String token = WebApp.member(post("/routelink/v1/sessionOpen/live"), "token");
    String[] bearer = {"Authorization", "Bearer " + token};
    assertThat(app.get("/who", bearer).statusCode()).isEqualTo(200);
    directory.removeUser("alice");
    clock.move(INTERVAL);
    assertClosed(app.get("/routelink/v1/refreshToken", bearer));
    assertClosed(app.get("/who", bearer));
  }

  @Test
  void introspectionAnswersAsTheFilterDoes() throws Exception {
    String token = app.open(ALICE, 0);
    assertThat(introspected(token).body()).contains("\"active\":true");
    clock.move(INTERVAL);
    directory.setDown(true);
    assertThat(introspected(token).statusCode()).isEqualTo(503);
    directory.setDown(false);
    directory.removeUser("alice");
    clock.move(Duration.ofSeconds(1));
    assertThat(introspected(token).body()).isEqualTo("{\"active\":false}");
  }

  @Test
  void forbidsIntrospectionAfterRoleIsRemoved() throws Exception {
    String caller = app.open("service:any", 0);
    String token = app.open(ALICE, 0);
    String[] bearer = {"Authorization", "Bearer " + caller};
    assertThat(postForm("/oauth/introspect", "token=" + token, bearer).statusCode()).isEqualTo(200);
    directory.addUser("service");
    clock.move(INTERVAL);
    assertThat(postForm("/oauth/introspect", "token=" + token, bearer).statusCode()).isEqualTo(403);
  }

  @Test
  void disabledUserGetsNoTokenForActiveSessionId() throws Exception {
    Session session = app.session(ALICE, 0);
    directory.removeUser("alice");
    assertThat(
            app.get(
                    "/security/rest/token/access/session/0",
                    "Authorization",
                    WebApp.basic(ALICE),
                    "Cookie",
                    "SESSION=" + session.id())
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void concurrentRequestsRecheckOncePerNode() throws Exception {
    String token = app.open(ALICE, 0);
    int before = directory.currentCalls();
    Race.of(
        32,
        number -> (number % 2 == 0 ? app : other).get("/who", "Authorization", "Bearer " + token));
    assertThat(directory.currentCalls() - before).isEqualTo(2);
  }

  /** The file is checked every two seconds; the test moves the clock by an interval each time. */
  @Test
  void refusesUserRemovedFromPasswordFile() throws Exception {
    Map<String, String> settings = Accounts.settings(Files.createDirectory(folder.resolve("file")));
    Path accounts = Path.of(settings.get("token.credentials.file"));
    try (TokenSecurity byFile =
            TokenSecurity.builder()
                .settings(settings)
                .setting("token.subject.recheck", INTERVAL.toString())
                .clock(clock)
                .store(store)
                .build();
        WebApp node = app(byFile)) {
      String alice = node.open(Accounts.ALICE, 0);
      String bob = node.open(Accounts.BOB, 0);
      Files.writeString(
          accounts,
          Files.readString(accounts)
              .replaceAll("(?m)^alice:.*\n", "")
              .replaceAll("(?m)^(bob:.*)$", "$1,admin"));
      await()
          .until(
              () -> {
                clock.move(INTERVAL);
                return who(node, bob).equals("bob admin=true [admin, user]");
              });
      assertClosed(node.get("/who", "Authorization", "Bearer " + alice));
    }
  }

  private TokenSecurity security() throws Exception {
    return TokenSecurity.builder()
        .settings(Accounts.settings(folder))
        .setting("token.subject.recheck", INTERVAL.toString())
        .setting("token.gateway.paths", "/gateway/*")
        .setting("token.paths.passive", "/passive")
        .authenticator(directory)
        .clock(clock)
        .store(store)
        .build();
  }

  private static WebApp app(TokenSecurity security) throws Exception {
    WebApp app = new WebApp();
    FilterHolder gateway = new FilterHolder(new ServiceGatewayFilter(security));
    gateway.setAsyncSupported(true);
    app.context().addFilter(gateway, GATEWAY + "/*", EnumSet.of(DispatcherType.REQUEST));
    app.filter(new TokenFilter(security), Map.of())
        .servlet("/security/rest/*", new AccessTokenServlet())
        .servlet("/routelink/v1/*", new ApiClientServlet())
        .servlet("/oauth/introspect", new IntrospectionServlet())
        .servlet("/oauth/revoke", new RevocationServlet())
        .servlet("/sessions/*", new SessionsServlet());
    for (String verb : new String[] {"Get", "Query", "Renew", "Revoke"}) {
      app.servlet("/" + verb + "SessionToken", new TokenQueryServlet());
    }
    return app.servlet(
            "/*",
            (request, response) -> {
              TokenPrincipal principal = (TokenPrincipal) request.getUserPrincipal();
              response
                  .getWriter()
                  .print(
                      principal.name()
                          + " admin="
                          + request.isUserInRole("admin")
                          + " "
                          + new TreeSet<>(principal.roles()));
            })
        .start();
  }

  private static String who(WebApp node, String token) throws Exception {
    return node.get("/who", "Authorization", "Bearer " + token).body();
  }

  private String userToken() throws Exception {
    return WebApp.member(
        app.get("/GetSessionToken?Minutes=30", "Authorization", WebApp.basic(ALICE)).body(),
        "SessionToken");
  }

  private String post(String path) throws Exception {
    String client = path.startsWith(SERVICE) ? "" : ",\"apiClientName\":\"shop\"";
    return app.post(
            path, "application/json", "{\"username\":\"alice\",\"password\":\"any\"" + client + "}")
        .body();
  }

  private HttpResponse<String> postForm(String path, String form, String... headers)
      throws Exception {
    return app.post(path, "application/x-www-form-urlencoded", form, headers);
  }

  private HttpResponse<String> introspected(String token) throws Exception {
    return postForm(
        "/oauth/introspect", "token=" + token, "Authorization", WebApp.basic("service:any"));
  }

  private static void assertClosed(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.body()).contains("\"reason\":\"closed\"");
  }
}
