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
import org.tokenfilter.Accounts;
import org.tokenfilter.WebApp;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Subject;

/** The life of API clients' tokens. Rejections are in ApiClientServletRejectionsTest. */
final class ApiClientServletTest {

  private static final String SANDBOX = Served.SESSION_OPEN + "sandbox";
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MANY = 32;

  @TempDir private Path folder;
  private Served served;
  private WebApp app;

  @BeforeEach
  void startTheApplication() throws Exception {
    start(Map.of());
  }

  private void start(Map<String, String> settings) throws Exception {
    served = Served.of(folder, settings);
    app = served.app();
  }

  @AfterEach
  void stopTheApplication() {
    served.close();
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
    assertThat(served.page(token(answer)).body()).isEqualTo("alice");
  }

  @Test
  void expirationIsThatOfTheCalendarAtAnyTime() throws Exception {
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
      served.clock().set(now);
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
    return two(month + 1)
        + "/"
        + two(day + 1)
        + "/"
        + year
        + " "
        + two(second / 3600 % 24)
        + ":"
        + two(second / 60 % 60)
        + ":"
        + two(second % 60);
  }

  private static boolean isLeap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  }

  private static String two(long number) {
    return (number < 10 ? "0" : "") + number;
  }

  @Test
  void lifetimeIsASetting() throws Exception {
    stopTheApplication();
    start(Map.of("token.client.lifetime", "PT90S"));
    HttpResponse<String> answer = open("alice", "test4");
    assertThat(WebApp.member(answer.body(), "expiration")).isEqualTo("11/22/2026 10:01:30");
    served.clock().move(Duration.ofSeconds(90).minusMillis(1));
    assertThat(served.page(token(answer)).statusCode()).isEqualTo(200);
    served.clock().move(Duration.ofMillis(1));
    assertThat(served.page(token(answer)).body()).contains("\"reason\":\"expired\"");
  }

  @Test
  void clientWithALiveTokenIsToldToRefreshIt() throws Exception {
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
    assertThat(served.page(token).statusCode()).isEqualTo(200);
  }

  @Test
  void clientWithALiveTokenIsToldSoBy200WhereItThrowsErrorsAway() throws Exception {
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
      assertThat(served.page(token).body()).isEqualTo("alice");
      byDefault = answer.body();
    }
  }

  @Test
  void tokenIsOneOfItsEnvironmentItsSubjectAndItsName() throws Exception {
    assertThat(open("alice", "a").statusCode()).isEqualTo(200);
    assertThat(open("alice", "A").statusCode()).isEqualTo(200);
    assertThat(open("alice", "a ").statusCode()).isEqualTo(200);
    assertThat(open("bob", "a").statusCode()).isEqualTo(200);
    assertThat(open("live", "alice", "a").statusCode()).isEqualTo(200);
    assertThat(open("alice", "a").statusCode()).isEqualTo(409);
  }

  @Test
  void liveTokenIsToldToNobodyButItsOwner() throws Exception {
    assertThat(open("alice", "a").statusCode()).isEqualTo(200);
    HttpResponse<String> taken = app.post(SANDBOX, "application/json", json("alice", "wrong", "a"));
    HttpResponse<String> free = app.post(SANDBOX, "application/json", json("alice", "wrong", "b"));
    assertThat(taken.statusCode()).isEqualTo(401);
    assertThat(taken.body()).isEqualTo(free.body());
  }

  @Test
  void expiredTokenMakesRoomForANewOne() throws Exception {
    String first = token(open("alice", "test4"));
    served.clock().move(DAY.minusMillis(1));
    assertThat(open("alice", "test4").statusCode()).isEqualTo(409);
    served.clock().move(Duration.ofMillis(1));
    String second = token(open("alice", "test4"));
    assertThat(served.page(second).body()).isEqualTo("alice");
    assertThat(served.page(first).body()).contains("\"reason\":\"expired\"");
  }

  @Test
  void endedTokenMakesRoomForANewOne() throws Exception {
    String first = token(open("alice", "test4"));
    HttpResponse<String> end =
        app.send("POST", "/security/rest/token/logout", "Authorization", "Bearer " + first);
    assertThat(end.statusCode()).isEqualTo(204);
    assertThat(open("alice", "test4").statusCode()).isEqualTo(200);
    assertThat(served.page(first).body()).contains("\"reason\":\"closed\"");
    assertDead(refresh(first), "closed");
  }

  @Test
  void lostTokenIsEndedByItsHandle() throws Exception {
    String lost = token(open("alice", "test4"));
    String other = app.open(Accounts.ALICE, 5);
    String list = app.get("/sessions", "Authorization", "Bearer " + other).body();
    int named = list.indexOf("\"client\":\"test4\"");
    String handle = WebApp.member(list.substring(list.lastIndexOf('{', named)), "handle");
    assertThat(
            app.send("DELETE", "/sessions/" + handle, "Authorization", "Bearer " + other)
                .statusCode())
        .isEqualTo(204);
    assertDead(refresh(lost), "closed");
    assertThat(open("alice", "test4").statusCode()).isEqualTo(200);
  }

  @Test
  void refreshGivesTheNextTokenAndTheOldOneIsRefusedAtOnce() throws Exception {
    String first = token(open("alice", "test4"));
    served.clock().move(Duration.ofHours(2));
    HttpResponse<String> answer = refresh(first);
    assertThat(answer.statusCode()).isEqualTo(200);
    String second = token(answer);
    assertThat(answer.body())
        .isEqualTo("{\"token\":\"" + second + "\",\"expiration\":\"11/23/2026 12:00:00\"}");
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(served.page(first).body()).contains("\"reason\":\"replaced\"");
    assertDead(refresh(first), "replaced");
    assertThat(served.page(second).body()).isEqualTo("alice");
    assertThat(open("alice", "test4").statusCode()).isEqualTo(409);
    HttpResponse<String> posted = app.send("POST", Served.REFRESH, bearer(second));
    assertThat(posted.statusCode()).isEqualTo(200);
    assertThat(served.page(token(posted)).body()).isEqualTo("alice");
    assertDead(refresh(second), "replaced");
  }

  @Test
  void lostAnswerOfARefreshIsGivenAgainWithinTheGrace() throws Exception {
    stopTheApplication();
    start(Map.of("token.refresh.grace", "PT30S"));
    String first = token(open("alice", "test4"));
    assertThat(refresh(first).statusCode()).isEqualTo(200);
    served.clock().move(Duration.ofSeconds(30).minusMillis(1));
    HttpResponse<String> again = refresh(first);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(WebApp.member(again.body(), "expiration")).isEqualTo("11/23/2026 10:00:00");
    assertThat(served.page(first).body()).contains("\"reason\":\"replaced\"");
    served.clock().move(Duration.ofMillis(1));
    assertDead(refresh(first), "replaced");
    assertThat(served.page(token(again)).statusCode()).isEqualTo(200);
  }

  @Test
  void expiredTokenIsNotRefreshed() throws Exception {
    String token = token(open("alice", "test4"));
    served.clock().move(DAY);
    assertDead(refresh(token), "expired");
    served.clock().move(Duration.ofHours(2));
    served.sweep();
    assertForeign(refresh(token));
  }

  @Test
  void otherKindsAreNotRefreshedAndNotToldWhyTheyDied() throws Exception {
    Subject alice = Subject.of("alice");
    ClientAddress client = ClientAddress.parse("127.0.0.1");
    WebApp.Session session = app.session(Accounts.ALICE, 5);
    String open = app.open(Accounts.ALICE, 5);
    String user = served.security().service().issueUser(alice, null, client).value();
    for (int i = 0; i < 2; i++) {
      assertForeign(app.get(Served.REFRESH, session.headers()));
      assertForeign(refresh(session.token()));
      assertForeign(refresh(open));
      assertForeign(refresh(user));
      served.clock().move(Duration.ofHours(1));
    }
    assertForeign(refresh("x"));
    assertForeign(refresh(token(open("alice", "test4")) + "="));
  }

  @Test
  void refreshWithoutATokenIsAskedForOne() throws Exception {
    for (String[] headers :
        List.of(
            new String[0],
            new String[] {"Authorization", "Bearer"},
            new String[] {"Authorization", WebApp.basic(Accounts.ALICE)},
            new String[] {"token", "x"},
            new String[] {"Cookie", "token=x"})) {
      HttpResponse<String> answer = app.get(Served.REFRESH, headers);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"ROOT\"");
    }
    String token = token(open("alice", "test4"));
    assertThat(app.get(Served.REFRESH + "?token=" + token).statusCode()).isEqualTo(401);
    assertThat(
            app.post(Served.REFRESH, "application/json", "{\"token\":\"" + token + "\"}")
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void ofManyRefreshesAtOnceOneSucceeds() throws Exception {
    String token = token(open("alice", "test4"));
    List<HttpResponse<String>> answers = atOnce(() -> refresh(token));
    List<String> given = new ArrayList<>();
    for (HttpResponse<String> answer : answers) {
      if (answer.statusCode() == 200) {
        given.add(token(answer));
      } else {
        assertDead(answer, "replaced");
      }
    }
    assertThat(given).hasSize(1);
    assertThat(served.page(given.get(0)).statusCode()).isEqualTo(200);
  }

  @Test
  void ofManyWhoAskAtOnceOneIsGivenTheToken() throws Exception {
    List<Integer> statuses = new ArrayList<>();
    for (HttpResponse<String> answer : atOnce(() -> open("alice", "test4"))) {
      statuses.add(answer.statusCode());
    }
    assertThat(Collections.frequency(statuses, 200)).isEqualTo(1);
    // Logins beyond the concurrent limit are answered 429.
    assertThat(statuses).isSubsetOf(200, 409, 429);
  }

  private static List<HttpResponse<String>> atOnce(Callable<HttpResponse<String>> request)
      throws Exception {
    CyclicBarrier barrier = new CyclicBarrier(MANY);
    ExecutorService clients = Executors.newFixedThreadPool(MANY);
    try {
      List<Future<HttpResponse<String>>> asked = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
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
  void storeThatFailsIsNoRefusalAndNoSuccess() throws Exception {
    served.store().failBefore(Call.INSERT, 1);
    assertUnavailable(open("alice", "test4"));
    String token = token(open("alice", "test4"));
    served.store().failBefore(Call.FIND, 1);
    assertUnavailable(refresh(token));
    served.store().failBefore(Call.REPLACE, 1);
    assertUnavailable(refresh(token));
    assertThat(served.page(token).statusCode()).isEqualTo(200);
    served.store().failAfter(Call.REPLACE, 1);
    assertUnavailable(refresh(token));
    assertDead(refresh(token), "replaced");
  }

  private static void assertUnavailable(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
    assertThat(answer.body())
        .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503}");
  }

  @Test
  void environmentsAreASetting() throws Exception {
    stopTheApplication();
    start(Map.of("token.client.environments", "stage"));
    assertThat(open("stage", "alice", "a").statusCode()).isEqualTo(200);
    assertThat(open("sandbox", "alice", "a").statusCode()).isEqualTo(404);
  }

  /** Case P15. */
  @Test
  void tokenInACookieIsRefreshedForThisSiteAlone() throws Exception {
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
            app.send(method, Served.REFRESH, "Cookie", "token=" + token, site[0], site[1]);
        assertThat(answer.statusCode()).as("%s %s", method, site[1]).isEqualTo(403);
        assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
      }
    }
    assertThat(app.get(Served.REFRESH, "Cookie", "token=" + token).statusCode()).isEqualTo(403);
    HttpResponse<String> own =
        app.get(Served.REFRESH, "Cookie", "token=" + token, "Sec-Fetch-Site", "same-origin");
    assertThat(own.statusCode()).isEqualTo(200);
    HttpResponse<String> inHeader =
        app.get(
            Served.REFRESH,
            "Authorization",
            "Bearer " + token(own),
            "Sec-Fetch-Site",
            "cross-site");
    assertThat(inHeader.statusCode()).isEqualTo(200);
    HttpResponse<String> noBrowser =
        app.send("POST", Served.REFRESH, "Cookie", "token=" + token(inHeader));
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
        Served.SESSION_OPEN + environment, "application/json", json(user, password, client));
  }

  private static String json(String user, String password, String client) {
    return "{\"username\":\"%s\",\"password\":\"%s\",\"apiClientName\":\"%s\"}"
        .formatted(user, password, client);
  }

  private HttpResponse<String> refresh(String token) throws IOException, InterruptedException {
    return app.get(Served.REFRESH, bearer(token));
  }

  private static String[] bearer(String token) {
    return new String[] {"Authorization", "Bearer " + token};
  }

  private static String token(HttpResponse<String> answer) {
    return WebApp.member(answer.body(), "token");
  }

  private static void assertDead(HttpResponse<String> answer, String reason) {
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().allValues("WWW-Authenticate"))
        .containsExactly(
            "Bearer realm=\"ROOT\", error=\"invalid_token\", error_description=\"" + reason + "\"");
    assertThat(answer.body())
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401,\"reason\":\"%s\"}"
                .formatted(reason));
  }

  private static void assertForeign(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().allValues("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"ROOT\", error=\"invalid_token\"");
    assertThat(answer.body())
        .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401}");
  }
}
