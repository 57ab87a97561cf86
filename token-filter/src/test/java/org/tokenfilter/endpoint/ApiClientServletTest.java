package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;

/** The life of API clients' tokens. Rejections are in ApiClientServletRejectionsTest. */
final class ApiClientServletTest {

  private static final String SANDBOX = TokenApiFixture.SESSION_OPEN + "sandbox";
  private static final Duration DAY = Duration.ofDays(1);
  private static final int CLIENTS = 32;

  @TempDir private Path folder;
  private TokenApiFixture fixture;
  private WebApp app;

  @BeforeEach
  void startTheApplication() throws Exception {
    start(Map.of());
  }

  private void start(Map<String, String> settings) throws Exception {
    fixture = TokenApiFixture.of(folder, settings);
    app = fixture.app();
  }

  @AfterEach
  void stopTheApplication() {
    fixture.close();
  }

  @Test
  void tokenComesWithItsExpirationInGmtFlooredToTheSecond() throws Exception {
    HttpResponse<String> answer = open("alice", "test4");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(
            "{\"token\":\"%s\",\"expiration\":\"11/23/2026 10:00:00\"}"
                .formatted(WebApp.member(answer.body(), "token")));
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(
            type -> assertThat(type).isEqualToIgnoringCase("application/json;charset=UTF-8"));
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    assertThat(fixture.getPage(token(answer)).body()).isEqualTo("alice");
  }

  @Test
  void expirationIsCorrectOnCalendarEdges() throws Exception {
    int client = 0;
    for (String time :
        List.of(
            "2026-12-31T00:00:00Z",
            "2026-12-31T23:59:59.999Z",
            "2028-02-28T12:34:56.001Z",
            "2028-02-29T09:08:07.999Z",
            "2032-12-31T13:00:01Z",
            "2038-01-18T03:14:08Z",
            "2100-02-27T23:00:00.500Z")) {
      Instant now = Instant.parse(time);
      fixture.clock().set(now);
      HttpResponse<String> answer = open("alice", "client" + client++);
      assertThat(WebApp.member(answer.body(), "expiration"))
          .isEqualTo(inGmt(now.plus(DAY).getEpochSecond()));
    }
  }

  /** Formats seconds since 1970 as MM/DD/YYYY HH:mm:ss, without a calendar library. */
  private static String inGmt(long second) {
    long day = second / 86_400;
    int year = 1970;
    while (day >= (isLeap(year) ? 366 : 365)) {
      day -= isLeap(year) ? 366 : 365;
      year++;
    }
    int[] lengths = {31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int month = 0;
    while (day >= lengths[month]) {
      day -= lengths[month];
      month++;
    }
    return twoDigits(month + 1)
        + "/"
        + twoDigits(day + 1)
        + "/"
        + year
        + " "
        + twoDigits(second / 3600 % 24)
        + ":"
        + twoDigits(second / 60 % 60)
        + ":"
        + twoDigits(second % 60);
  }

  private static boolean isLeap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  }

  private static String twoDigits(long number) {
    return (number < 10 ? "0" : "") + number;
  }

  @Test
  void lifetimeIsConfigurable() throws Exception {
    stopTheApplication();
    start(Map.of("token.client.lifetime", "PT90S"));
    HttpResponse<String> answer = open("alice", "test4");
    assertThat(WebApp.member(answer.body(), "expiration")).isEqualTo("11/22/2026 10:01:30");
    fixture.clock().move(Duration.ofSeconds(90).minusMillis(1));
    assertThat(fixture.getPage(token(answer)).statusCode()).isEqualTo(200);
    fixture.clock().move(Duration.ofMillis(1));
    assertThat(fixture.getPage(token(answer)).body()).contains("\"reason\":\"expired\"");
  }

  @Test
  void loginWithLiveTokenIsAConflict() throws Exception {
    String token = token(open("alice", "test4"));
    HttpResponse<String> answer = open("alice", "test4");
    assertThat(answer.statusCode()).isEqualTo(409);
    String message =
        "Token has not expired for the api client 'test4'. Please use the /refreshToken api to get"
            + " a new token.";
    assertThat(answer.body())
        .isEqualTo(
            "{\"error\":\"temporary\",\"message\":\"%s\",\"messsage\":\"%s\"}"
                .formatted(message, message));
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(
            type -> assertThat(type).isEqualToIgnoringCase("application/json;charset=UTF-8"));
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(fixture.getPage(token).statusCode()).isEqualTo(200);
  }

  @Test
  void statusForLiveTokenIsConfigurable() throws Exception {
    String byDefault = "";
    for (String status : List.of("409", "200")) {
      stopTheApplication();
      start(Map.of("token.client.live-status", status));
      String token = token(open("alice", "test4"));
      HttpResponse<String> answer = open("alice", "test4");
      assertThat(answer.statusCode()).isEqualTo(Integer.parseInt(status));
      assertThat(answer.body()).contains("\"error\":\"temporary\"", "\"messsage\":\"Token has not");
      assertThat(byDefault).isIn("", answer.body());
      assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
      assertThat(fixture.getPage(token).body()).isEqualTo("alice");
      byDefault = answer.body();
    }
  }

  @Test
  void allowsOneTokenPerEnvironmentSubjectAndName() throws Exception {
    assertThat(open("alice", "a").statusCode()).isEqualTo(200);
    assertThat(open("alice", "A").statusCode()).isEqualTo(200);
    assertThat(open("alice", "a ").statusCode()).isEqualTo(200);
    assertThat(open("bob", "a").statusCode()).isEqualTo(200);
    assertThat(open("live", "alice", "a").statusCode()).isEqualTo(200);
    assertThat(open("alice", "a").statusCode()).isEqualTo(409);
  }

  @Test
  void doesNotRevealLiveTokenToOthers() throws Exception {
    assertThat(open("alice", "a").statusCode()).isEqualTo(200);
    HttpResponse<String> taken = app.post(SANDBOX, "application/json", json("alice", "wrong", "a"));
    HttpResponse<String> free = app.post(SANDBOX, "application/json", json("alice", "wrong", "b"));
    assertThat(taken.statusCode()).isEqualTo(401);
    assertThat(taken.body()).isEqualTo(free.body());
  }

  @Test
  void expiredTokenMakesRoomForANewOne() throws Exception {
    String first = token(open("alice", "test4"));
    fixture.clock().move(DAY.minusMillis(1));
    assertThat(open("alice", "test4").statusCode()).isEqualTo(409);
    fixture.clock().move(Duration.ofMillis(1));
    String second = token(open("alice", "test4"));
    assertThat(fixture.getPage(second).body()).isEqualTo("alice");
    assertThat(fixture.getPage(first).body()).contains("\"reason\":\"expired\"");
  }

  @Test
  void revokedTokenMakesRoomForANewOne() throws Exception {
    String first = token(open("alice", "test4"));
    HttpResponse<String> end =
        app.send("POST", "/security/rest/token/logout", "Authorization", "Bearer " + first);
    assertThat(end.statusCode()).isEqualTo(204);
    assertThat(open("alice", "test4").statusCode()).isEqualTo(200);
    assertThat(fixture.getPage(first).body()).contains("\"reason\":\"closed\"");
    assertRejected(refresh(first), "closed");
  }

  @Test
  void revokesLostTokenByItsHandle() throws Exception {
    String lost = token(open("alice", "test4"));
    String other = app.open(Accounts.ALICE, 5);
    String list = app.get("/sessions", "Authorization", "Bearer " + other).body();
    int named = list.indexOf("\"client\":\"test4\"");
    String handle = WebApp.member(list.substring(list.lastIndexOf('{', named)), "handle");
    assertThat(
            app.send("DELETE", "/sessions/" + handle, "Authorization", "Bearer " + other)
                .statusCode())
        .isEqualTo(204);
    assertRejected(refresh(lost), "closed");
    assertThat(open("alice", "test4").statusCode()).isEqualTo(200);
  }

  @Test
  void refreshIssuesNextTokenAndInvalidatesTheOld() throws Exception {
    String first = token(open("alice", "test4"));
    fixture.clock().move(Duration.ofHours(2));
    HttpResponse<String> answer = refresh(first);
    assertThat(answer.statusCode()).isEqualTo(200);
    String second = token(answer);
    assertThat(answer.body())
        .isEqualTo("{\"token\":\"" + second + "\",\"expiration\":\"11/23/2026 12:00:00\"}");
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(fixture.getPage(first).body()).contains("\"reason\":\"replaced\"");
    assertRejected(refresh(first), "replaced");
    assertThat(fixture.getPage(second).body()).isEqualTo("alice");
    assertThat(open("alice", "test4").statusCode()).isEqualTo(409);
    HttpResponse<String> posted = app.send("POST", TokenApiFixture.REFRESH, bearer(second));
    assertThat(posted.statusCode()).isEqualTo(200);
    assertThat(fixture.getPage(token(posted)).body()).isEqualTo("alice");
    assertRejected(refresh(second), "replaced");
  }

  @Test
  void repeatsRefreshResponseWithinGrace() throws Exception {
    stopTheApplication();
    start(Map.of("token.refresh.grace", "PT30S"));
    String first = token(open("alice", "test4"));
    assertThat(refresh(first).statusCode()).isEqualTo(200);
    fixture.clock().move(Duration.ofSeconds(30).minusMillis(1));
    HttpResponse<String> again = refresh(first);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(WebApp.member(again.body(), "expiration")).isEqualTo("11/23/2026 10:00:00");
    assertThat(fixture.getPage(first).body()).contains("\"reason\":\"replaced\"");
    fixture.clock().move(Duration.ofMillis(1));
    assertRejected(refresh(first), "replaced");
    assertThat(fixture.getPage(token(again)).statusCode()).isEqualTo(200);
  }

  @Test
  void expiredTokenIsNotRefreshed() throws Exception {
    String token = token(open("alice", "test4"));
    fixture.clock().move(DAY);
    assertRejected(refresh(token), "expired");
    fixture.clock().move(Duration.ofHours(2));
    fixture.sweep();
    assertNotAuthentic(refresh(token));
  }

  @Test
  void refusesRefreshOfOtherKindsWithoutReason() throws Exception {
    Subject alice = Subject.of("alice");
    ClientAddress client = ClientAddress.parse("127.0.0.1");
    WebApp.Session session = app.session(Accounts.ALICE, 5);
    String open = app.open(Accounts.ALICE, 5);
    String user = fixture.security().service().issueUser(alice, null, client).value();
    for (int i = 0; i < 2; i++) {
      assertNotAuthentic(app.get(TokenApiFixture.REFRESH, session.headers()));
      assertNotAuthentic(refresh(session.token()));
      assertNotAuthentic(refresh(open));
      assertNotAuthentic(refresh(user));
      fixture.clock().move(Duration.ofHours(1));
    }
    assertNotAuthentic(refresh("x"));
    assertNotAuthentic(refresh(token(open("alice", "test4")) + "="));
  }

  @Test
  void challengesRefreshWithoutToken() throws Exception {
    for (String[] headers :
        List.of(
            new String[0],
            new String[] {"Authorization", "Bearer"},
            new String[] {"Authorization", WebApp.basic(Accounts.ALICE)},
            new String[] {"token", "x"},
            new String[] {"Cookie", "token=x"})) {
      HttpResponse<String> answer = app.get(TokenApiFixture.REFRESH, headers);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"ROOT\"");
    }
    String token = token(open("alice", "test4"));
    assertThat(app.get(TokenApiFixture.REFRESH + "?token=" + token).statusCode()).isEqualTo(401);
    assertThat(
            app.post(TokenApiFixture.REFRESH, "application/json", "{\"token\":\"" + token + "\"}")
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void oneOfManyConcurrentRefreshesSucceeds() throws Exception {
    String token = token(open("alice", "test4"));
    List<HttpResponse<String>> answers = sendConcurrently(() -> refresh(token));
    List<String> given = new ArrayList<>();
    for (HttpResponse<String> answer : answers) {
      if (answer.statusCode() == 200) {
        given.add(token(answer));
      } else {
        assertRejected(answer, "replaced");
      }
    }
    assertThat(given).hasSize(1);
    assertThat(fixture.getPage(given.get(0)).statusCode()).isEqualTo(200);
  }

  @Test
  void oneOfManyConcurrentLoginsGetsTheToken() throws Exception {
    List<Integer> statuses = new ArrayList<>();
    for (HttpResponse<String> answer : sendConcurrently(() -> open("alice", "test4"))) {
      statuses.add(answer.statusCode());
    }
    assertThat(Collections.frequency(statuses, 200)).isEqualTo(1);
    // Logins beyond the concurrent limit are answered 429.
    assertThat(statuses).isSubsetOf(200, 409, 429);
  }

  private static List<HttpResponse<String>> sendConcurrently(Callable<HttpResponse<String>> request)
      throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(CLIENTS);
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<HttpResponse<String>>> asked = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        asked.add(
            clients.submit(
                () -> {
                  barrier.await();
                  return request.call();
                }));
      }
      List<HttpResponse<String>> answers = new ArrayList<>();
      for (Future<HttpResponse<String>> answer : asked) {
        answers.add(answer.get());
      }
      return answers;
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void storeFailureIsAnsweredWith503() throws Exception {
    fixture.store().failBefore(Call.INSERT, 1);
    assertUnavailable(open("alice", "test4"));
    String token = token(open("alice", "test4"));
    fixture.store().failBefore(Call.FIND, 1);
    assertUnavailable(refresh(token));
    fixture.store().failBefore(Call.REPLACE, 1);
    assertUnavailable(refresh(token));
    assertThat(fixture.getPage(token).statusCode()).isEqualTo(200);
    fixture.store().failAfter(Call.REPLACE, 1);
    assertUnavailable(refresh(token));
    assertRejected(refresh(token), "replaced");
  }

  private static void assertUnavailable(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
    assertThat(answer.body())
        .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503}");
  }

  @Test
  void environmentsAreConfigurable() throws Exception {
    stopTheApplication();
    start(Map.of("token.client.environments", "stage"));
    assertThat(open("stage", "alice", "a").statusCode()).isEqualTo(200);
    assertThat(open("sandbox", "alice", "a").statusCode()).isEqualTo(404);
  }

  /** Case P15. */
  @Test
  void refreshesCookieTokenForSameOriginOnly() throws Exception {
    stopTheApplication();
    start(Map.of("token.carriers", "bearer, cookie"));
    String token = token(open("alice", "test4"));
    for (String method : List.of("GET", "POST")) {
      for (String[] site :
          List.of(
              new String[] {"Sec-Fetch-Site", "cross-site"},
              new String[] {"Sec-Fetch-Site", "same-site"},
              new String[] {"Origin", "https://evil.example"},
              new String[] {"Origin", "null"})) {
        HttpResponse<String> answer =
            app.send(method, TokenApiFixture.REFRESH, "Cookie", "token=" + token, site[0], site[1]);
        assertThat(answer.statusCode()).as("%s %s", method, site[1]).isEqualTo(403);
        assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
      }
    }
    assertThat(app.get(TokenApiFixture.REFRESH, "Cookie", "token=" + token).statusCode())
        .isEqualTo(403);
    HttpResponse<String> own =
        app.get(
            TokenApiFixture.REFRESH, "Cookie", "token=" + token, "Sec-Fetch-Site", "same-origin");
    assertThat(own.statusCode()).isEqualTo(200);
    HttpResponse<String> inHeader =
        app.get(
            TokenApiFixture.REFRESH,
            "Authorization",
            "Bearer " + token(own),
            "Sec-Fetch-Site",
            "cross-site");
    assertThat(inHeader.statusCode()).isEqualTo(200);
    HttpResponse<String> noBrowser =
        app.send("POST", TokenApiFixture.REFRESH, "Cookie", "token=" + token(inHeader));
    assertThat(noBrowser.statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> open(String user, String client)
      throws IOException, InterruptedException {
    return open("sandbox", user, client);
  }

  private HttpResponse<String> open(String environment, String user, String client)
      throws IOException, InterruptedException {
    String password = user.equals("alice") ? "wonderland" : "builder";
    return app.post(
        TokenApiFixture.SESSION_OPEN + environment,
        "application/json",
        json(user, password, client));
  }

  private static String json(String user, String password, String client) {
    return "{\"username\":\"%s\",\"password\":\"%s\",\"apiClientName\":\"%s\"}"
        .formatted(user, password, client);
  }

  private HttpResponse<String> refresh(String token) throws IOException, InterruptedException {
    return app.get(TokenApiFixture.REFRESH, bearer(token));
  }

  private static String[] bearer(String token) {
    return new String[] {"Authorization", "Bearer " + token};
  }

  private static String token(HttpResponse<String> answer) {
    return WebApp.member(answer.body(), "token");
  }

  private static void assertRejected(HttpResponse<String> answer, String reason) {
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().allValues("WWW-Authenticate"))
        .containsExactly(
            "Bearer realm=\"ROOT\", error=\"invalid_token\", error_description=\"" + reason + "\"");
    assertThat(answer.body())
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,\"reason\":\"%s\"}"
                .formatted(reason));
  }

  private static void assertNotAuthentic(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().allValues("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"ROOT\", error=\"invalid_token\"");
    assertThat(answer.body())
        .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401}");
  }
}
