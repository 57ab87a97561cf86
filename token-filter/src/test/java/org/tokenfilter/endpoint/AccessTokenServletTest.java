package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.spy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

final class AccessTokenServletTest {

  private static final String BASE = "/shop/security/rest";
  private static final String OPEN = BASE + "/token/access/";
  private static final String SESSION = BASE + "/token/access/session/";
  private static final String LOGOUT = BASE + "/token/logout";

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final TokenStore store = spy(new InMemoryTokenStore());
  @TempDir private Path folder;
  private TokenSecurity security;
  private WebApp app;

  @BeforeEach
  void startTheApplication() throws Exception {
    start(Map.of());
  }

  private void start(Map<String, String> settings) throws Exception {
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .settings(settings)
            .setting("token.audience", "/shop")
            .clock(clock)
            .store(store)
            .build();
    app =
        new WebApp("/shop")
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet(
                "/api/who",
                (request, response) -> response.getWriter().print(request.getRemoteUser()))
            .start();
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  @Test
  void sessionTokenComesWithItsSessionIdInTheBodyAndInACookie() throws Exception {
    HttpResponse<String> answer = requestToken(SESSION + "5", Accounts.ADMIN);
    assertThat(answer.statusCode()).isEqualTo(200);
    String id = WebApp.member(answer.body(), "session");
    assertThat(answer.body())
        .isEqualTo(
            "{\"access_token\":\"%s\",\"session\":\"%s\",\"username\":\"admin\"}"
                .formatted(WebApp.member(answer.body(), "access_token"), id));
    assertThat(answer.headers().allValues("Set-Cookie"))
        .containsExactly("SESSION=" + id + "; HttpOnly; Path=/shop; SameSite=Lax");
    assertNotCacheable(answer);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(
            type -> assertThat(type).isEqualToIgnoringCase("application/json;charset=UTF-8"));
  }

  @Test
  void sessionTokenIsShort() throws Exception {
    assertThat(app.session(Accounts.ALICE, 5).token()).hasSizeLessThanOrEqualTo(280);
  }

  @Test
  void openTokenComesAlone() throws Exception {
    HttpResponse<String> answer = requestToken(OPEN + "5", Accounts.ADMIN);
    assertThat(answer.body()).matches("\\{\"access_token\":\"[^\"]+\",\"username\":\"admin\"}");
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    assertNotCacheable(answer);
  }

  @Test
  void postDoesTheSameAsGet() throws Exception {
    HttpResponse<String> answer =
        app.send("POST", SESSION + "5", "Authorization", WebApp.basic(Accounts.ALICE));
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-1",
        "+5",
        "1.5",
        "1e3",
        "0x10",
        "five",
        "%D9%A5",
        "2147483648",
        "153722867280913",
        "9223372036854775807",
        "99999999999999999999",
        "00",
        "05",
        "5%20",
        "%205"
      })
  void refusesTtlThatIsNotANumberOfMinutes(String ttl) throws Exception {
    for (String path : List.of(SESSION, OPEN)) {
      HttpResponse<String> answer = requestToken(path + ttl, Accounts.ALICE);
      assertThat(answer.statusCode()).as(path + ttl).isEqualTo(400);
      assertThat(answer.headers().firstValue("WWW-Authenticate"))
          .hasValue("Bearer realm=\"/shop\", error=\"invalid_request\"");
    }
  }

  @Test
  void capsSessionLifetimeAndRefusesTooLongOpenToken() throws Exception {
    assertThat(requestToken(SESSION + "2147483647", Accounts.ALICE).statusCode()).isEqualTo(200);
    assertThat(requestToken(OPEN + 365 * 24 * 60, Accounts.ALICE).statusCode()).isEqualTo(200);
    assertThat(requestToken(OPEN + (365 * 24 * 60 + 1), Accounts.ALICE).statusCode())
        .isEqualTo(400);
    assertThat(requestToken(OPEN + "0", Accounts.ALICE).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesUnlimitedTokenIfNotAllowed() throws Exception {
    stopTheApplication();
    start(Map.of("token.open.allow-unlimited", "false"));
    assertThat(requestToken(OPEN + "0", Accounts.ALICE).statusCode()).isEqualTo(400);
  }

  @Test
  void challengesMissingOrWrongCredentialsWithBasic() throws Exception {
    List<HttpResponse<String>> answers =
        List.of(
            app.get(OPEN + "5"),
            requestToken(OPEN + "5", "alice:wrong"),
            requestToken(OPEN + "5", "nobody:wonderland"),
            app.get(OPEN + "5", "Authorization", "Basic !!!"),
            app.get(OPEN + "5", "Authorization", "Bearer abc"));
    for (HttpResponse<String> answer : answers) {
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Basic realm=\"/shop\", charset=\"UTF-8\"");
      assertThat(answer.body()).isEqualTo(answers.get(0).body());
      assertNotCacheable(answer);
    }
  }

  @Test
  void secondLoginReusesTheSession() throws Exception {
    Session first = app.session(Accounts.ALICE, 5);
    HttpResponse<String> answer =
        app.get(
            SESSION + "5",
            "Authorization",
            WebApp.basic(Accounts.ALICE),
            "Cookie",
            "SESSION=" + first.id());
    assertThat(WebApp.member(answer.body(), "session")).isEqualTo(first.id());
    assertThat(WebApp.member(answer.body(), "access_token")).isNotEqualTo(first.token());
  }

  @Test
  void doesNotReuseSessionOfAnotherUser() throws Exception {
    Session first = app.session(Accounts.ALICE, 5);
    HttpResponse<String> answer =
        app.get(
            SESSION + "5",
            "Authorization",
            WebApp.basic(Accounts.BOB),
            "Cookie",
            "SESSION=" + first.id());
    assertThat(WebApp.member(answer.body(), "session")).isNotEqualTo(first.id());
    assertThat(app.get("/shop/api/who", first.headers()).body()).isEqualTo("alice");
  }

  @Test
  void oneSessionMoreThanAllowedIsAConflict() throws Exception {
    stopTheApplication();
    start(Map.of("token.sessions.limit", "1"));
    assertThat(requestToken(SESSION + "5", Accounts.ALICE).statusCode()).isEqualTo(200);
    assertThat(requestToken(SESSION + "5", Accounts.ALICE).statusCode()).isEqualTo(409);
    assertThat(requestToken(SESSION + "5", Accounts.BOB).statusCode()).isEqualTo(200);
  }

  @Test
  void logoutRevokesTokenAndDeletesCookie() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    assertThat(app.get("/shop/api/who", session.headers()).statusCode()).isEqualTo(200);
    for (String method : List.of("POST", "GET", "POST")) {
      HttpResponse<String> answer = app.send(method, LOGOUT, session.headers());
      assertThat(answer.statusCode()).isEqualTo(204);
      assertThat(answer.headers().allValues("Set-Cookie"))
          .containsExactly("SESSION=; HttpOnly; Path=/shop; SameSite=Lax; Max-Age=0");
      assertNotCacheable(answer);
    }
    assertThat(app.get("/shop/api/who", session.headers()).body())
        .contains("\"reason\":\"closed\"");
  }

  @Test
  void logoutOfAnExpiredTokenSucceedsAndOfAForeignOneIsRefused() throws Exception {
    String open = WebApp.member(requestToken(OPEN + "5", Accounts.ALICE).body(), "access_token");
    clock.move(Duration.ofMinutes(5));
    assertThat(app.send("POST", LOGOUT, "Authorization", "Bearer " + open).statusCode())
        .isEqualTo(204);
    // Nodes whose clocks are behind would still accept it.
    assertThat(store.list("alice", Instant.EPOCH, null, 1)).isEmpty();
    assertThat(app.send("POST", LOGOUT, "Authorization", "Bearer x" + open).statusCode())
        .isEqualTo(401);
    assertThat(app.send("POST", LOGOUT).statusCode()).isEqualTo(401);
  }

  @Test
  void logoutStatusCanBeSetTo200() throws Exception {
    stopTheApplication();
    start(Map.of("token.logout.status", "200"));
    Session token = app.session(Accounts.ALICE, 30);
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> answer = app.get(LOGOUT, token.headers());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.headers().allValues("Set-Cookie"))
          .singleElement()
          .asString()
          .contains("SESSION=;", "Max-Age=0");
      assertNotCacheable(answer);
    }
    assertThat(app.get("/shop/api/who", token.headers()).statusCode()).isEqualTo(401);
    assertThat(app.get(LOGOUT, "Authorization", "Bearer forged").statusCode()).isEqualTo(401);
  }

  @Test
  void logoutFailsIfStoreFails() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    doThrow(new TokenStoreException("gone", null, true)).when(store).revoke(any(), any());
    HttpResponse<String> answer = app.send("POST", LOGOUT, session.headers());
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
  }

  @Test
  void refusesCrossSiteTokenRequest() throws Exception {
    for (List<String> header :
        List.of(
            List.of("Sec-Fetch-Site", "cross-site"),
            List.of("Sec-Fetch-Site", "same-site"),
            List.of("Origin", "https://evil.example"),
            List.of("Origin", "null"))) {
      HttpResponse<String> answer =
          app.get(
              OPEN + "5",
              "Authorization",
              WebApp.basic(Accounts.ALICE),
              header.get(0),
              header.get(1));
      assertThat(answer.statusCode()).as("%s", header).isEqualTo(403);
    }
  }

  @Test
  void answersUnknownPathsWith404AndMethodsWith405() throws Exception {
    for (String path :
        List.of(
            "",
            "/",
            "/token",
            "/token/access",
            "/token/access/",
            "/token/access/session/",
            "/token/access/5/6",
            "/token/access/session/5/",
            "/token/logout/",
            "/other")) {
      assertThat(app.get(BASE + path).statusCode()).as(path).isEqualTo(404);
    }
    for (String method : List.of("PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")) {
      HttpResponse<String> answer = app.send(method, OPEN + "5");
      assertThat(answer.statusCode()).as(method).isEqualTo(405);
      assertThat(answer.headers().firstValue("Allow")).hasValue("GET, POST");
    }
  }

  @Test
  void wadlNamesExactlyTheExistingResources() throws Exception {
    HttpResponse<String> wadl = app.get(BASE + "?_wadl");
    assertThat(app.get(BASE + "/?wadl").body()).isEqualTo(wadl.body());
    assertThat(wadl.headers().firstValue("Content-Type")).hasValue("application/vnd.sun.wadl+xml");
    List<String> described = new ArrayList<>();
    Element root =
        DocumentBuilderFactory.newDefaultNSInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(wadl.body().getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    NodeList methods = root.getElementsByTagNameNS("*", "method");
    String base =
        ((Element) root.getElementsByTagNameNS("*", "resources").item(0)).getAttribute("base");
    for (int i = 0; i < methods.getLength(); i++) {
      Element method = (Element) methods.item(i);
      String path = ((Element) method.getParentNode()).getAttribute("path");
      described.add(
          method.getAttribute("name") + " " + base + "/" + path.replace("{ttlInMinutes}", "5"));
    }
    List<String> found = new ArrayList<>();
    for (String path :
        new TreeSet<>(described.stream().map(it -> it.substring(it.indexOf(' ') + 1)).toList())) {
      for (String method : List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")) {
        if (app.send(method, path).statusCode() == 401) {
          found.add(method + " " + path);
        }
      }
    }
    assertThat(described)
        .containsExactlyInAnyOrderElementsOf(found)
        .containsExactlyInAnyOrder(
            "GET " + SESSION + "5",
            "POST " + SESSION + "5",
            "GET " + OPEN + "5",
            "POST " + OPEN + "5",
            "GET " + LOGOUT,
            "POST " + LOGOUT);
  }

  private HttpResponse<String> requestToken(String path, String credentials)
      throws IOException, InterruptedException {
    return app.get(path, "Authorization", WebApp.basic(credentials));
  }

  private static void assertNotCacheable(HttpResponse<String> answer) {
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
  }
}
