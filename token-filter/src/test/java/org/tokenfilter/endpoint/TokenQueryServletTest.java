package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.filter.TokenFilter;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Subject;

/** The life of queried tokens. Rejections are in TokenQueryServletRejectionsTest. */
final class TokenQueryServletTest {

  private static final String GET = "/GetSessionToken";
  private static final String QUERY = "/QuerySessionToken";
  private static final String RENEW = "/RenewSessionToken";
  private static final String REVOKE = "/RevokeSessionToken";
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String CREDENTIALS = "email=alice&password=wonderland";
  private static final Pattern RESULT =
      Pattern.compile(
          "\\{\"ServerDateTime\":\"(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z)\","
              + "\"TimeStamp\":(\\d{7}\\.\\d{9}),"
              + "\"ExecutionTime\":(\\d+\\.\\d+(?:E-?\\d+)?),"
              + "\"Result\":(\\{.*})}");

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
    app.close();
    fixture.close();
  }

  @Test
  void responseHasServerTimeAsTextAndJulianDate() throws Exception {
    fixture.clock().set(Instant.parse("2026-11-22T11:02:03.456999Z"));
    HttpResponse<String> answer = basic(GET);
    Matcher body = RESULT.matcher(answer.body());
    assertThat(body.matches()).as(answer.body()).isTrue();
    assertThat(body.group(1)).isEqualTo("2026-11-22T11:02:03.456Z");
    assertThat(new BigDecimal(body.group(2))).isEqualTo(new BigDecimal("2461366.959762222"));
    assertThat(Double.parseDouble(body.group(3))).isPositive();
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(
            type -> assertThat(type).isEqualToIgnoringCase("application/json;charset=UTF-8"));
  }

  @Test
  void issuesTokenForBasicByGetAndPost() throws Exception {
    for (String method : List.of("GET", "POST")) {
      HttpResponse<String> answer =
          app.send(method, GET + "?Minutes=7", "Authorization", WebApp.basic(Accounts.ALICE));
      String token = token(answer);
      assertResult(answer, "{\"SessionToken\":\"" + token + "\",\"Remaining\":420000}");
      assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
      assertThat(fixture.getPage(token).body()).isEqualTo("alice");
    }
  }

  @Test
  void issuesTokenForFormWithEmailAndPassword() throws Exception {
    HttpResponse<String> answer = app.post(GET, FORM, CREDENTIALS + "&Minutes=7");
    assertResult(answer, "{\"SessionToken\":\"" + token(answer) + "\",\"Remaining\":420000}");
    assertThat(fixture.getPage(token(answer)).body()).isEqualTo("alice");
    assertThat(remaining(app.post(GET + "?Minutes=8", FORM, CREDENTIALS))).isEqualTo(480_000);
    assertThat(remaining(app.post(GET + "?Minutes=8", FORM, CREDENTIALS + "&Minutes=8")))
        .isEqualTo(480_000);
    HttpResponse<String> byBasic =
        app.post(GET, FORM, "Minutes=9", "Authorization", WebApp.basic(Accounts.BOB));
    assertThat(fixture.getPage(token(byBasic)).body()).isEqualTo("bob");
  }

  @Test
  void minutesDefaultTo30AndRangeFrom1To1440() throws Exception {
    assertThat(remaining(basic(GET))).isEqualTo(1_800_000);
    assertThat(remaining(basic(GET + "?Minutes=1"))).isEqualTo(60_000);
    assertThat(remaining(basic(GET + "?Minutes=1440"))).isEqualTo(86_400_000);
    assertThat(remaining(basic(GET + "?Other=x&minutes=7"))).isEqualTo(1_800_000);
  }

  @Test
  void hardLimitBoundsRemaining() throws Exception {
    stopTheApplication();
    start(Map.of("token.max-lifetime", "PT40M"));
    String token = token(basic(GET));
    assertThat(remaining(basic(GET + "?Minutes=60"))).isEqualTo(2_400_000);
    fixture.clock().move(Duration.ofMinutes(20));
    assertResult(
        requestWithToken(RENEW, token),
        "{\"LastActive\":\"2026-11-22T10:20:00Z\",\"SessionToken\":\"%s\",\"Remaining\":1200000}"
            .formatted(token));
  }

  @Test
  void queryReportsRemainingWithoutRenewal() throws Exception {
    String token = token(basic(GET + "?Minutes=2"));
    fixture.clock().move(Duration.ofMillis(877));
    assertResult(requestWithToken(QUERY, token), "{\"Remaining\":119123}");
    fixture.clock().move(Duration.ofMinutes(1));
    assertResult(requestWithToken(QUERY, token), "{\"Remaining\":59123}");
    fixture.clock().move(Duration.ofMillis(59_122));
    assertResult(requestWithToken(QUERY, token), "{\"Remaining\":1}");
    fixture.clock().move(Duration.ofMillis(1));
    assertThat(requestWithToken(QUERY, token).statusCode()).isEqualTo(410);
  }

  @Test
  void renewRestoresFullLifetime() throws Exception {
    String token = token(basic(GET + "?Minutes=2"));
    for (int i = 0; i < 3; i++) {
      fixture.clock().move(Duration.ofSeconds(119));
      HttpResponse<String> answer = requestWithToken(RENEW, token);
      String time = "2026-11-22T10:0%d:%02dZ".formatted((i + 1) * 119 / 60, (i + 1) * 119 % 60);
      assertResult(
          answer,
          "{\"LastActive\":\"%s\",\"SessionToken\":\"%s\",\"Remaining\":120000}"
              .formatted(time, token));
    }
    fixture.clock().move(Duration.ofMinutes(2));
    assertThat(requestWithToken(RENEW, token).statusCode()).isEqualTo(410);
    assertThat(requestWithToken(QUERY, token).statusCode()).isEqualTo(410);
  }

  @Test
  void minutesAreTheIdleTimeoutThatEveryUseRenews() throws Exception {
    String token = token(basic(GET + "?Minutes=1"));
    for (int i = 0; i < 3; i++) {
      fixture.clock().move(Duration.ofSeconds(59));
      assertThat(fixture.getPage(token).body()).isEqualTo("alice");
    }
    assertResult(requestWithToken(QUERY, token), "{\"Remaining\":60000}");
    fixture.clock().move(Duration.ofSeconds(30));
    HttpResponse<String> passive =
        app.get(TokenApiFixture.PAGE, "Authorization", "Bearer " + token, "Token-Passive", "true");
    assertThat(passive.statusCode()).isEqualTo(200);
    assertResult(requestWithToken(QUERY, token), "{\"Remaining\":30000}");
    fixture.clock().move(Duration.ofSeconds(30));
    assertThat(fixture.getPage(token).statusCode()).isEqualTo(401);
  }

  @Test
  void revokesTokenWithItsSessions() throws Exception {
    String token = token(basic(GET));
    ActiveToken user =
        fixture.security().service().validate(new PresentedToken(token, Set.of(), client(), false));
    String session = fixture.security().service().openSession(user).id().value();
    assertResult(
        requestWithToken(REVOKE, token),
        "{\"Status\":200,\"Detail\":\"The session token is revoked.\"}");
    assertThat(fixture.getPage(token).body()).contains("\"reason\":\"closed\"");
    for (String path : List.of(QUERY, RENEW, REVOKE)) {
      assertThat(requestWithToken(path, token).statusCode()).as(path).isEqualTo(401);
    }
    HttpResponse<String> inSession =
        app.get("/cra/serviceGateway/services/s1/x", "userToken", token, "session", session);
    assertThat(inSession.statusCode()).isEqualTo(401);
  }

  @Test
  void acceptsTokenInQueryFormOrHeader() throws Exception {
    String token = token(basic(GET));
    List<HttpResponse<String>> answers =
        List.of(
            app.get(QUERY + "?SessionToken=" + token),
            app.send("POST", QUERY + "?SessionToken=" + token),
            app.post(QUERY, FORM, "SessionToken=" + token),
            app.post(QUERY, FORM + ";charset=UTF-8", "x=y&SessionToken=" + token),
            app.get(QUERY, "Authorization", "bEARER " + token),
            app.post(QUERY, FORM, "", "Authorization", "Bearer " + token),
            app.get(QUERY + "?SessionToken=" + token, "Authorization", "Bearer " + token),
            app.post(
                QUERY + "?SessionToken=" + token,
                FORM,
                "SessionToken=" + token,
                "Authorization",
                "Bearer " + token),
            app.get(
                QUERY + "?SessionToken=" + token,
                "Authorization",
                WebApp.basic(Accounts.BOB),
                "Cookie",
                "SESSION=x; token=y",
                "session",
                "z"));
    for (HttpResponse<String> answer : answers) {
      assertResult(answer, "{\"Remaining\":1800000}");
    }
  }

  /** A browser does not add a token to the query by itself, so no other site can use it. */
  @Test
  void allowsCrossSiteUseOfExplicitToken() throws Exception {
    String token = token(basic(GET));
    for (String path : List.of(QUERY, RENEW, REVOKE)) {
      HttpResponse<String> answer =
          app.get(
              path + "?SessionToken=" + token,
              "Sec-Fetch-Site",
              "cross-site",
              "Origin",
              "https://other.example");
      assertThat(answer.statusCode()).as(path).isEqualTo(200);
    }
  }

  @Test
  void acceptsUserTokenOfEachFamily() throws Exception {
    String ours = fixture.security().service().issueUser(Subject.of("bob"), null, client()).value();
    String gateways =
        WebApp.member(
            app.post(
                    "/cra/serviceGateway/services/s1/login",
                    FORM,
                    "username=alice&password=wonderland")
                .body(),
            "userToken");
    for (String token : List.of(ours, gateways)) {
      assertResult(requestWithToken(QUERY, token), "{\"Remaining\":900000}");
      assertThat(requestWithToken(RENEW, token).statusCode()).isEqualTo(200);
      assertThat(requestWithToken(REVOKE, token).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void servletMayBeMappedToABase() throws Exception {
    String token = token(basic("/base/GetSessionToken"));
    assertThat(requestWithToken("/base/QuerySessionToken", token).statusCode()).isEqualTo(200);
    assertThat(requestWithToken("/base/RenewSessionToken", token).statusCode()).isEqualTo(200);
    assertThat(requestWithToken("/base/RevokeSessionToken", token).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/*"})
  void servletMayBeMappedToAllPaths(String mapping) throws Exception {
    stopTheApplication();
    startWith(mapping);
    assertThat(basic(GET).statusCode()).isEqualTo(200);
    assertThat(basic("/x" + GET).statusCode()).isEqualTo(404);
    assertThat(basic(GET + "/x").statusCode()).isEqualTo(404);
    assertThat(basic("/").statusCode()).isEqualTo(404);
  }

  @Test
  void servletMayBeMappedToWholePathsAnywhere() throws Exception {
    stopTheApplication();
    startWith("/old/base/GetSessionToken");
    assertThat(basic("/old/base/GetSessionToken").statusCode()).isEqualTo(200);
    assertThat(basic("/old/base/QuerySessionToken").statusCode()).isEqualTo(401);
  }

  private void startWith(String mapping) throws Exception {
    fixture = TokenApiFixture.of(folder, Map.of());
    app =
        new WebApp()
            .filter(new TokenFilter(fixture.security()), Map.of())
            .servlet(mapping, new TokenQueryServlet())
            .start();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/base",
        "/base/",
        "/base/x",
        "/base/x/GetSessionToken",
        "/base/GetSessionToken/",
        "/base/GetSessionToken/x",
        "/base/x/y/GetSessionToken",
        "/base/getsessiontoken",
        "/base/XGetSessionToken",
        "/base/GetSessionToken%20"
      })
  void otherPathsBelowItsBaseAreNotFound(String path) throws Exception {
    HttpResponse<String> answer = basic(path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("\"Errors\":{\"Status\":404,\"Detail\":\"refused\"}");
    assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
  }

  private static ClientAddress client() {
    return ClientAddress.parse("127.0.0.1");
  }

  private HttpResponse<String> basic(String path) throws IOException, InterruptedException {
    return app.get(path, "Authorization", WebApp.basic(Accounts.ALICE));
  }

  private HttpResponse<String> requestWithToken(String path, String token)
      throws IOException, InterruptedException {
    return app.get(path + "?SessionToken=" + token);
  }

  private static String token(HttpResponse<String> answer) {
    return WebApp.member(answer.body(), "SessionToken");
  }

  private static long remaining(HttpResponse<String> answer) {
    Matcher matcher = Pattern.compile("\"Remaining\":(\\d+)}}").matcher(answer.body());
    assertThat(matcher.find()).as(answer.body()).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  private static void assertResult(HttpResponse<String> answer, String result) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    Matcher body = RESULT.matcher(answer.body());
    assertThat(body.matches()).as(answer.body()).isTrue();
    assertThat(body.group(4)).isEqualTo(result);
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().allValues("Referrer-Policy")).containsExactly("no-referrer");
  }
}
