package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.endpoint.AllEndpoints.CAPITALIZED_GATEWAY;
import static org.tokenfilter.endpoint.AllEndpoints.GATEWAY;
import static org.tokenfilter.endpoint.AllEndpoints.PASSED_ON;
import static org.tokenfilter.endpoint.AllEndpoints.and;
import static org.tokenfilter.endpoint.AllEndpoints.bearer;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;

final class ServiceGatewayFilterTest {

  private static final String ALICE = "{\"username\":\"alice\",\"password\":\"wonderland\"}";
  private static final String ALICE_FORM = "username=alice&password=wonderland";
  private static final String SERVICE = GATEWAY + "/s1";
  private static final String KEEP_ALIVE = SERVICE + "/keepAlive";
  private static final String CLOSE = SERVICE + "?close=true";
  private static final List<String> GET_AND_POST = List.of("GET", "POST");

  @TempDir private Path folder;
  private AllEndpoints all;

  @BeforeEach
  void startTheApplication() throws Exception {
    start(Map.of());
  }

  private void start(Map<String, String> settings) throws Exception {
    all = AllEndpoints.start(folder, settings);
  }

  private void restart(Map<String, String> settings) throws Exception {
    all.close();
    start(settings);
  }

  @AfterEach
  void stopTheApplication() {
    all.close();
  }

  private TokenRecord record(String session) {
    return all.store.find(SessionId.parse(session).tokenId()).orElseThrow();
  }

  private boolean isLive(String session) {
    return record(session).liveAt(all.clock.instant());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/login", "/logon"})
  void loginIssuesUserToken(String verb) throws Exception {
    for (String base : List.of(GATEWAY, CAPITALIZED_GATEWAY)) {
      for (HttpResponse<String> answer :
          List.of(
              all.postJson(base + "/s1" + verb, ALICE),
              all.postForm(base + "/Service-2_x.y" + verb, ALICE_FORM),
              all.post(base + "/s1" + verb, "application/json; charset=utf-8", ALICE))) {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).matches("\\{\"userToken\":\"[^\"]+\"}");
        assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
        assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
        String token = WebApp.member(answer.body(), "userToken");
        assertThat(all.get(SERVICE + "/data", "userToken", token).body()).isEqualTo("alice");
        assertThat(all.get("/api", bearer(token)).body()).isEqualTo("alice");
      }
    }
  }

  @Test
  void challengesWrongLoginWithBearer() throws Exception {
    for (HttpResponse<String> answer :
        List.of(
            all.postJson(SERVICE + "/login", "{\"username\":\"alice\",\"password\":\"wrong\"}"),
            all.postForm(SERVICE + "/login", "username=nobody&password=wonderland"))) {
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"/shop\"");
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }
  }

  @Test
  void loginDoesNotAcceptBasic() throws Exception {
    assertThat(
            all.send("POST", SERVICE + "/login", AllEndpoints.basic("alice:wonderland"))
                .statusCode())
        .isEqualTo(415);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"username\":\"alice\"}",
        "{\"username\":\"alice\",\"password\":\"\"}",
        "{\"username\":\"alice\",\"password\":1}",
        "{\"username\":\"alice\",\"password\":\"a\",\"password\":\"a\"}",
        "{\"username\":\"alice\",\"password\":\"a\"}x",
        "username=alice&password=a"
      })
  void malformedLoginIsABadRequest(String body) throws Exception {
    assertThat(all.postJson(SERVICE + "/login", body).statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/json;charset=utf-16",
        "application/json, text/html",
        "multipart/form-data; boundary=x"
      })
  void acceptsJsonOrFormBodyOnly(String type) throws Exception {
    assertThat(all.post(SERVICE + "/login", type, ALICE).statusCode()).isEqualTo(415);
    assertThat(all.post(KEEP_ALIVE, type, "{}").statusCode()).isEqualTo(415);
  }

  @Test
  void bodyHasAtMost8KiB() throws Exception {
    assertThat(all.postJson(SERVICE + "/login", "x".repeat(8193)).statusCode()).isEqualTo(413);
    assertThat(all.postForm(KEEP_ALIVE, "x".repeat(8193)).statusCode()).isEqualTo(413);
    assertThat(all.postJson(SERVICE + "/login", "x".repeat(8192)).statusCode()).isEqualTo(400);
  }

  @Test
  void loginWithoutStoreIsUnavailable() throws Exception {
    all.store.failBefore(Call.INSERT, 1);
    HttpResponse<String> answer = all.postJson(SERVICE + "/login", ALICE);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
  }

  @Test
  void throttlesTooManyFailures() throws Exception {
    for (int i = 0; i < 10; i++) {
      all.postForm(SERVICE + "/login", "username=alice&password=wrong");
    }
    HttpResponse<String> answer = all.postForm(SERVICE + "/login", ALICE_FORM);
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("300");
  }

  @ParameterizedTest
  @CsvSource({"PT1M, 300000", "PT4M59S, 300000", "PT48H, 86400000", "PT24H0.001S, 86400000"})
  void timeoutIsClampedWithAWarning(String set, long millis) throws Exception {
    all.close();
    try (LogLines logged = LogLines.warningsOf(ServiceGatewayFilter.class)) {
      start(Map.of("token.user.idle-timeout", set));
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .contains("token.user.idle-timeout", Duration.parse(set).toString());
    }
    assertThat(remaining(token())).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT5M", "PT15M", "PT24H"})
  void timeoutWithinTheBoundsIsKeptSilently(String set) throws Exception {
    all.close();
    try (LogLines logged = LogLines.warningsOf(ServiceGatewayFilter.class)) {
      start(Map.of("token.user.idle-timeout", set));
      assertThat(logged.messages()).isEmpty();
    }
    assertThat(remaining(token())).isEqualTo(Duration.parse(set).toMillis());
  }

  private String token() throws Exception {
    return WebApp.member(all.postJson(SERVICE + "/login", ALICE).body(), "userToken");
  }

  private long remaining(String token) throws Exception {
    HttpResponse<String> answer = all.send("POST", KEEP_ALIVE, "userToken", token);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return ApiDocument.read(answer.body()).get("remaining").asLong();
  }

  @Test
  void keepAliveAcceptsTokenFromEveryPlace() throws Exception {
    IssuedToken user = all.userToken("alice");
    for (int i = 0; i < 3; i++) {
      all.clock.move(Duration.ofMinutes(14));
      List<HttpResponse<String>> answers =
          List.of(
              all.postJson(KEEP_ALIVE, "{\"userToken\":\"" + user.value() + "\"}"),
              all.postForm(KEEP_ALIVE, "userToken=" + user.value()),
              all.postForm(KEEP_ALIVE, "userToken=" + user.value(), bearer(user)),
              all.postJson(KEEP_ALIVE, "{}", "userToken", user.value()),
              all.send("POST", KEEP_ALIVE, bearer(user)),
              all.send("POST", KEEP_ALIVE, "userToken", user.value()));
      for (HttpResponse<String> answer : answers) {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"remaining\":900000}");
        assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
      }
      assertThat(all.recordOf(user).lastUsedAt()).isEqualTo(all.clock.instant());
    }
  }

  @Test
  void keepAliveOpensNoSession() throws Exception {
    HttpResponse<String> answer =
        all.postForm(KEEP_ALIVE, "userToken=" + all.userToken("alice").value());
    assertThat(answer.headers().firstValue("session")).isEmpty();
    assertThat(all.security.service().list("alice", null, 10)).hasSize(1);
  }

  @Test
  void keepAliveOfASessionKeepsItsUserTokenAlive() throws Exception {
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    for (int i = 0; i < 4; i++) {
      all.clock.move(Duration.ofMinutes(14));
      HttpResponse<String> answer =
          all.postForm(KEEP_ALIVE, "userToken=" + user.value(), "session", session);
      assertThat(answer.body()).isEqualTo("{\"remaining\":900000}");
      assertThat(record(session).lastUsedAt()).isEqualTo(all.clock.instant());
      assertThat(all.recordOf(user).lastUsedAt()).isEqualTo(all.clock.instant());
    }
    all.clock.move(Duration.ofMinutes(14));
    assertThat(all.get("/api", bearer(user)).statusCode()).isEqualTo(PASSED_ON);
  }

  @Test
  void keepAliveAfterTimeoutIsRefused() throws Exception {
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    all.clock.move(Duration.ofMinutes(14));
    all.send("POST", KEEP_ALIVE, bearer(user));
    all.clock.move(Duration.ofMinutes(1));
    HttpResponse<String> late = all.send("POST", KEEP_ALIVE, and(bearer(user), "session", session));
    assertThat(late.statusCode()).isEqualTo(401);
    assertThat(late.body()).contains("\"reason\":\"expired\"");
    all.clock.move(Duration.ofMinutes(14));
    assertThat(all.send("POST", KEEP_ALIVE, bearer(user)).body())
        .contains("\"reason\":\"expired\"");
  }

  @Test
  void keepAliveIsBoundedByHardLimit() throws Exception {
    restart(Map.of("token.max-lifetime", "PT20M", "token.idle-timeout", "PT20M"));
    IssuedToken user = all.userToken("alice");
    all.clock.move(Duration.ofMinutes(10));
    assertThat(all.send("POST", KEEP_ALIVE, bearer(user)).body())
        .isEqualTo("{\"remaining\":600000}");
  }

  @Test
  void keepAliveWithoutAUserTokenIsRefused() throws Exception {
    HttpResponse<String> nothing = all.send("POST", KEEP_ALIVE);
    assertThat(nothing.statusCode()).isEqualTo(401);
    assertThat(nothing.headers().allValues("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"/shop\"");
    for (String[] headers :
        List.of(
            bearer("forged"),
            bearer(all.openToken("alice", 5)),
            all.sessionToken("alice").headers())) {
      HttpResponse<String> answer = all.send("POST", KEEP_ALIVE, headers);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"/shop\", error=\"invalid_token\"");
      assertThat(answer.body()).doesNotContain("reason");
    }
    IssuedToken closed = all.revoked(all.userToken("alice"), RevocationReason.CLOSED);
    assertThat(all.send("POST", KEEP_ALIVE, bearer(closed)).body()).contains("\"closed\"");
  }

  @Test
  void differingTokensOrSessionsAreABadRequest() throws Exception {
    IssuedToken user = all.userToken("alice");
    IssuedToken other = all.userToken("alice");
    assertThat(all.postForm(KEEP_ALIVE, "userToken=" + user.value(), bearer(other)).statusCode())
        .isEqualTo(400);
    assertThat(
            all.postForm(KEEP_ALIVE, "userToken=" + user.value(), "userToken", other.value())
                .statusCode())
        .isEqualTo(400);
    String[] sessions = {"session", all.openSession(user), "session", all.openSession(user)};
    assertThat(all.send("POST", KEEP_ALIVE, and(bearer(user), sessions)).statusCode())
        .isEqualTo(400);
    assertThat(all.send("POST", CLOSE, and(bearer(user), sessions)).statusCode()).isEqualTo(400);
  }

  @Test
  void sessionOfAnotherUserTokenIsRefused() throws Exception {
    IssuedToken user = all.userToken("alice");
    List<String> foreign =
        List.of(
            all.openSession(all.userToken("bob")),
            all.openSession(all.userToken("alice")),
            all.sessionToken("alice").id(),
            "A".repeat(43),
            "nonsense");
    for (String session : foreign) {
      for (String target : List.of(KEEP_ALIVE, CLOSE)) {
        HttpResponse<String> answer =
            all.send("POST", target, and(bearer(user), "session", session));
        assertThat(answer.statusCode()).as("%s %s", target, session).isEqualTo(401);
        assertThat(answer.headers().allValues("WWW-Authenticate"))
            .containsExactly("Bearer realm=\"/shop\", error=\"invalid_token\"");
        assertThat(answer.body()).doesNotContain("reason");
      }
    }
    assertThat(isLive(foreign.get(0))).isTrue();
    assertThat(isLive(foreign.get(1))).isTrue();
    assertThat(isLive(foreign.get(2))).isTrue();
  }

  @Test
  void closingRevokesSessionAndKeepsUserToken() throws Exception {
    IssuedToken user = all.userToken("alice");
    for (String method : GET_AND_POST) {
      String session = all.openSession(user);
      String other = all.openSession(user);
      String[] headers = and(bearer(user), "session", session);
      for (int i = 0; i < 2; i++) {
        HttpResponse<String> answer = all.send(method, CLOSE, headers);
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(isLive(session)).isFalse();
      }
      assertThat(isLive(other)).isTrue();
      assertThat(all.get(SERVICE + "/data", headers).body()).contains("\"reason\":\"closed\"");
      assertThat(all.get(SERVICE + "/data", bearer(user)).body()).isEqualTo("alice");
    }
  }

  @Test
  void closingCountsAsAUseUnlessPassive() throws Exception {
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    TokenId id = user.record().id();
    all.clock.move(Duration.ofMinutes(10));
    all.send("POST", CLOSE, and(bearer(user), "session", session, "Token-Passive", "true"));
    assertThat(isLive(session)).isFalse();
    assertThat(all.store.find(id).orElseThrow().lastUsedAt()).isBefore(all.clock.instant());
    all.send("POST", CLOSE, and(bearer(user), "session", session));
    assertThat(all.store.find(id).orElseThrow().lastUsedAt()).isEqualTo(all.clock.instant());
  }

  /** An earlier close may have failed with 503 before all nodes were notified. */
  @Test
  void closingDeadSessionRevokesItAgain() throws Exception {
    IssuedToken user = all.userToken("alice");
    String[] headers = and(bearer(user), "session", all.openSession(user));
    assertThat(all.send("POST", CLOSE, headers).statusCode()).isEqualTo(204);
    int before = all.store.callCount(Call.REVOKE);
    assertThat(all.send("POST", CLOSE, headers).statusCode()).isEqualTo(204);
    assertThat(all.store.callCount(Call.REVOKE)).isEqualTo(before + 1);
    all.store.failBefore(Call.REVOKE, 1);
    assertThat(all.send("POST", CLOSE, headers).statusCode()).isEqualTo(503);
  }

  /** The session has expired on this node but is live for nodes whose clocks are behind. */
  @Test
  void closingRevokesLocallyExpiredSession() throws Exception {
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    all.clock.move(Duration.ofMinutes(14));
    all.send("POST", KEEP_ALIVE, bearer(user));
    all.clock.move(Duration.ofMinutes(2));
    assertThat(all.send("POST", CLOSE, and(bearer(user), "session", session)).statusCode())
        .isEqualTo(204);
    assertThat(record(session).revocation()).isNotNull();
  }

  @Test
  void closingNeedsTheHeader() throws Exception {
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    for (String method : GET_AND_POST) {
      for (String[] headers :
          List.of(
              bearer(user),
              and(bearer(user), "session", ""),
              and(bearer(user), "Cookie", "SESSION=" + session))) {
        HttpResponse<String> answer = all.send(method, CLOSE, headers);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type"))
            .hasValue("application/problem+json");
      }
      assertThat(all.send(method, CLOSE, "session", session).statusCode()).isEqualTo(401);
    }
    assertThat(isLive(session)).isTrue();
  }

  @Test
  void closingWithoutStoreIsUnavailable() throws Exception {
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    all.store.failBefore(Call.REVOKE, 1);
    assertThat(all.send("POST", CLOSE, and(bearer(user), "session", session)).statusCode())
        .isEqualTo(503);
    assertThat(isLive(session)).isTrue();
    all.store.failBefore(Call.RENEW, 1);
    assertThat(all.send("POST", KEEP_ALIVE, bearer(user)).statusCode()).isEqualTo(503);
  }

  @Test
  void refusesCrossSiteRequestsWithCookie() throws Exception {
    restart(Map.of("token.carriers", "bearer, cookie"));
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    String[] cookie = {"Cookie", "token=" + user.value(), "session", session};
    for (String site : List.of("cross-site", "same-site")) {
      String[] headers = and(cookie, "Sec-Fetch-Site", site);
      assertThat(all.send("POST", KEEP_ALIVE, headers).statusCode()).isEqualTo(403);
      for (String method : GET_AND_POST) {
        assertThat(all.send(method, CLOSE, headers).statusCode()).isEqualTo(403);
      }
    }
    assertThat(all.send("GET", CLOSE, cookie).statusCode()).isEqualTo(403);
    assertThat(isLive(session)).isTrue();
    assertThat(
            all.send(
                    "GET",
                    CLOSE,
                    and(bearer(user), "session", session, "Sec-Fetch-Site", "cross-site"))
                .statusCode())
        .isEqualTo(204);
    assertThat(all.send("POST", CLOSE, cookie).statusCode()).isEqualTo(204);
  }

  @Test
  void passesOtherRequestsToTheApplication() throws Exception {
    String[] user = bearer(all.userToken("alice"));
    for (String target :
        List.of(
            "GET " + SERVICE + "/login",
            "PUT " + SERVICE + "/login",
            "HEAD " + SERVICE + "/logon",
            "GET " + KEEP_ALIVE,
            "DELETE " + CLOSE,
            "POST " + SERVICE,
            "GET " + SERVICE + "?close=false",
            "GET " + SERVICE + "?closed=true",
            "POST " + SERVICE + "/log%C4%B1n",
            "POST " + SERVICE + "/%E2%84%AAeepAlive",
            "GET " + SERVICE + "/logoff",
            "POST " + SERVICE + "/logout",
            "POST " + GATEWAY + "/login/",
            "GET " + GATEWAY + "/Logoff",
            "POST " + GATEWAY + "/",
            "POST " + GATEWAY,
            "POST " + GATEWAY + "/products/p/views/v/data?close=true",
            "POST " + SERVICE + "/login/",
            "POST " + SERVICE + "/login/more",
            "POST " + SERVICE + "/y/login",
            "POST " + SERVICE + "/data?close=true",
            "POST " + GATEWAY + "/" + "s".repeat(65) + "/login",
            "POST " + GATEWAY + "/s%20t/login",
            "POST " + GATEWAY + "/s~t/login",
            "POST /cra/serviceGateway/login",
            "POST /cra/servicegateway/services/s1/login",
            "POST /s1/login")) {
      String[] parts = target.split(" ", 2);
      assertThat(all.send(parts[0], parts[1], user).statusCode()).as(target).isEqualTo(PASSED_ON);
      if (!parts[0].equals("HEAD")) {
        assertThat(all.send(parts[0], parts[1]).statusCode()).as(target).isEqualTo(401);
      }
    }
    assertThat(all.postJson(GATEWAY + "/" + "s".repeat(64) + "/login", ALICE).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/s1/Logon",
        "/s1/LOGIN",
        "/s1/logON",
        "/login",
        "/Logon",
      })
  void acceptsVerbInAnyCaseAndWithoutService(String path) throws Exception {
    for (String base : List.of(GATEWAY, CAPITALIZED_GATEWAY)) {
      HttpResponse<String> answer = all.postForm(base + path, "username=alice&password=wonderland");
      assertThat(answer.statusCode()).as(base + path).isEqualTo(200);
      String token = WebApp.member(answer.body(), "userToken");
      assertThat(all.get("/api", bearer(token)).body()).isEqualTo("alice");
    }
  }

  @Test
  void sessionIsKeptAliveAndClosedWithoutAService() throws Exception {
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    String[] headers = and(bearer(user), "session", session);
    for (String path : List.of("/keepAlive", "/KeepAlive", "/s1/keepalive", "/s1/KEEPALIVE")) {
      assertThat(all.send("POST", GATEWAY + path, headers).body())
          .as(path)
          .isEqualTo("{\"remaining\":900000}");
    }
    assertThat(all.send("POST", GATEWAY + "?close=true", bearer(user)).statusCode()).isEqualTo(400);
    assertThat(isLive(session)).isTrue();
    assertThat(all.send("POST", GATEWAY + "?close=Y", headers).statusCode()).isEqualTo(204);
    assertThat(isLive(session)).isFalse();
  }

  @Test
  void logoffRevokesUserTokenAndItsSessions() throws Exception {
    for (String path : List.of("/s1/logoff", "/s1/Logoff", "/Logoff")) {
      IssuedToken user = all.userToken("alice");
      String session = all.openSession(user);
      for (int i = 0; i < 2; i++) {
        HttpResponse<String> answer = all.postForm(GATEWAY + path, "userToken=" + user.value());
        assertThat(answer.statusCode()).as(path).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
      }
      assertThat(isLive(session)).isFalse();
      assertThat(all.get("/api", bearer(user)).body()).contains("\"reason\":\"closed\"");
    }
    IssuedToken byHeader = all.userToken("alice");
    assertThat(all.send("POST", SERVICE + "/logoff", bearer(byHeader)).statusCode()).isEqualTo(204);
    assertThat(all.get("/api", bearer(byHeader)).statusCode()).isEqualTo(401);
  }

  @Test
  void logoffAcceptsUserTokensOnlyAndIsGuarded() throws Exception {
    String open = all.openToken("alice", 5).value();
    String path = SERVICE + "/Logoff";
    assertThat(all.postForm(path, "userToken=" + open).statusCode()).isEqualTo(401);
    assertThat(all.postForm(path, "userToken=forged").statusCode()).isEqualTo(401);
    assertThat(all.send("POST", path).statusCode()).isEqualTo(401);
    assertThat(all.get("/api", bearer(open)).statusCode()).isEqualTo(PASSED_ON);
    IssuedToken user = all.userToken("alice");
    all.store.failBefore(Call.REVOKE, 1);
    assertThat(all.send("POST", path, bearer(user)).statusCode()).isEqualTo(503);
    restart(Map.of("token.carriers", "bearer, cookie"));
    IssuedToken cookie = all.userToken("alice");
    String[] crossSite = {"Cookie", "token=" + cookie.value(), "Sec-Fetch-Site", "cross-site"};
    assertThat(all.send("POST", path, crossSite).statusCode()).isEqualTo(403);
    assertThat(all.get("/api", bearer(cookie)).statusCode()).isEqualTo(PASSED_ON);
  }

  @Test
  void logoffStatusCanBeSetTo200() throws Exception {
    restart(Map.of("token.logout.status", "200"));
    IssuedToken user = all.userToken("alice");
    HttpResponse<String> answer = all.send("POST", SERVICE + "/Logoff", bearer(user));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
    assertThat(all.get("/api", bearer(user)).statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"maybe", "", "TRUE", "true&close=true", "true&close=false"})
  void invalidCloseParameterIsABadRequest(String close) throws Exception {
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    for (String method : GET_AND_POST) {
      HttpResponse<String> answer =
          all.send(method, SERVICE + "?close=" + close, and(bearer(user), "session", session));
      assertThat(answer.statusCode()).isEqualTo(400);
    }
    assertThat(isLive(session)).isTrue();
  }

  @Test
  void ignoresCloseInBody() throws Exception {
    IssuedToken user = all.userToken("alice");
    String session = all.openSession(user);
    assertThat(
            all.postForm(SERVICE, "close=true", and(bearer(user), "session", session)).statusCode())
        .isEqualTo(PASSED_ON);
    assertThat(isLive(session)).isTrue();
  }
}
