package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/** Rejected token queries, each with its Errors. */
final class TokenQueryServletRejectionsTest {

  private static final String GET = "/GetSessionToken";
  private static final String QUERY = "/QuerySessionToken";
  private static final String RENEW = "/RenewSessionToken";
  private static final String REVOKE = "/RevokeSessionToken";
  private static final List<String> TOKEN_PATHS = List.of(QUERY, RENEW, REVOKE);
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String BASIC = WebApp.basic(Accounts.ALICE);
  private static final String INVALID = "Bearer realm=\"ROOT\", error=\"invalid_token\"";

  @TempDir private Path folder;
  private TokenApiFixture fixture;
  private WebApp app;
  private RawHttp client;

  @BeforeEach
  void startTheApplication() throws Exception {
    start(Map.of("token.login.failures", "1000"));
  }

  private void start(Map<String, String> settings) throws Exception {
    fixture = TokenApiFixture.of(folder, settings);
    app = fixture.app();
    client = RawHttp.to(app);
  }

  @AfterEach
  void stopTheApplication() {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Minutes=0|Minutes is 1 to 1440",
        "Minutes=1441|Minutes is 1 to 1440",
        "Minutes=2147483647|Minutes is 1 to 1440",
        "Minutes=2147483648|not a number of minutes",
        "Minutes=99999999999999999999|not a number of minutes",
        "Minutes=-1|not a number of minutes",
        "Minutes=%2B5|not a number of minutes",
        "Minutes=+5|not a number of minutes",
        "Minutes=1.5|not a number of minutes",
        "Minutes=1e3|not a number of minutes",
        "Minutes=05|not a number of minutes",
        "Minutes=%D9%A5|not a number of minutes",
        "Minutes=canary|not a number of minutes",
        "Minutes=|not a number of minutes",
        "Minutes|not a number of minutes",
        "Minutes=5&Minutes=5|Minutes is given twice",
        "Minutes=5&M%69nutes=6|Minutes is given twice",
        "Minutes=%zz|a malformed form",
        "%zz=canary|a malformed form",
        "Minutes=5%00|a value that is no text"
      })
  void describesBadMinutes(String query, String detail) throws Exception {
    Answer inQuery = client.get(GET + "?" + query, "Authorization: " + BASIC);
    assertThat(inQuery.status()).isEqualTo(400);
    assertThat(inQuery.body()).endsWith("{\"Status\":400,\"Detail\":\"" + detail + "\"}}");
    assertErrors(app.post(GET, FORM, query, "Authorization", BASIC), 400, detail);
  }

  @Test
  void differingMinutesAreABadRequest() throws Exception {
    assertErrors(
        app.post(GET + "?Minutes=5", FORM, "Minutes=6", "Authorization", BASIC),
        400,
        "two of Minutes that differ");
  }

  @Test
  void missingOrRepeatedTokenIsABadRequest() throws Exception {
    String token = issueToken();
    String other = issueToken();
    for (String path : TOKEN_PATHS) {
      assertErrors(app.get(path), 400, "SessionToken is missing");
      assertErrors(app.get(path + "?SessionToken="), 400, "SessionToken is missing");
      assertErrors(app.get(path + "?sessiontoken=" + token), 400, "SessionToken is missing");
      assertErrors(app.send("POST", path), 400, "SessionToken is missing");
      assertErrors(app.post(path, FORM, "x=canary"), 400, "SessionToken is missing");
      assertErrors(
          app.get(path, "Authorization", BASIC, "Cookie", "token=" + token),
          400,
          "SessionToken is missing");
      String parameter = path + "?SessionToken=" + token;
      assertErrors(
          app.get(parameter + "&SessionToken=" + other), 400, "SessionToken is given twice");
      assertErrors(
          app.get(parameter + "&SessionToken=" + token), 400, "SessionToken is given twice");
      String differ = "two of SessionToken that differ";
      assertErrors(app.get(parameter, "Authorization", "Bearer " + other), 400, differ);
      assertErrors(app.post(parameter, FORM, "SessionToken=" + other), 400, differ);
      assertErrors(
          app.post(path, FORM, "SessionToken=" + token, "Authorization", "Bearer " + other),
          400,
          differ);
      assertErrors(
          app.get(path + "?SessionToken=", "Authorization", "Bearer " + token), 400, differ);
      assertThat(client.get(path + "?SessionToken=%zz").body())
          .contains("\"Errors\":{\"Status\":400,\"Detail\":\"a malformed form\"}");
      Answer twice =
          client.get(parameter, "Authorization: Bearer " + token, "Authorization: Bearer " + token);
      assertThat(twice.status()).isEqualTo(400);
      assertThat(twice.body()).contains("\"Detail\":\"two Authorization headers\"");
    }
    assertThat(app.get(QUERY + "?SessionToken=" + token).statusCode()).isEqualTo(200);
  }

  @Test
  void badRequestNamesTheChallenge() throws Exception {
    assertThat(app.get(QUERY).headers().allValues("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"ROOT\", error=\"invalid_request\"");
  }

  @Test
  void refusesBodyOfOtherTypeOrTooLarge() throws Exception {
    for (String path : List.of(GET, QUERY, RENEW, REVOKE)) {
      assertErrors(app.post(path, "application/json", "{}"), 415, "refused");
      assertErrors(app.post(path, "", "x=y"), 415, "refused");
      assertErrors(app.post(path, FORM + ";charset=iso-8859-1", "x=y"), 415, "refused");
      assertErrors(app.post(path, FORM, "x=y", "Content-Encoding", "gzip"), 415, "refused");
      assertErrors(app.post(path, FORM, "x=" + "y".repeat(8191)), 413, "refused");
    }
  }

  @Test
  void invalidTokenIsNotAuthentic() throws Exception {
    String token = issueToken();
    for (String path : TOKEN_PATHS) {
      for (String bad :
          List.of("x", "canary", token + "=", token + "%3D", "%20" + token, token.substring(1))) {
        assertNotAuthentic(app.get(path + "?SessionToken=" + bad));
      }
      assertNotAuthentic(app.get(path, "Authorization", "Bearer " + token + "="));
    }
  }

  @Test
  void otherKindsAreNotAuthenticLiveOrDead() throws Exception {
    WebApp.Session session = app.session(Accounts.ALICE, 5);
    String open = app.open(Accounts.ALICE, 5);
    String closed = app.open(Accounts.ALICE, 5);
    app.send("POST", "/security/rest/token/logout", "Authorization", "Bearer " + closed);
    String client =
        WebApp.member(
            app.post(
                    TokenApiFixture.SESSION_OPEN + "live",
                    "application/json",
                    "{\"username\":\"bob\",\"password\":\"builder\",\"apiClientName\":\"c\"}")
                .body(),
            "token");
    for (int i = 0; i < 3; i++) {
      for (String path : TOKEN_PATHS) {
        for (String token : List.of(session.token(), open, closed, client)) {
          assertNotAuthentic(app.get(path + "?SessionToken=" + token));
        }
        assertNotAuthentic(
            app.get(
                path + "?SessionToken=" + session.token(), "Cookie", "SESSION=" + session.id()));
      }
      // First the tokens expire, then their records are deleted.
      fixture.clock().move(Duration.ofDays(2));
      if (i > 0) {
        fixture.sweep();
      }
    }
  }

  private static void assertNotAuthentic(HttpResponse<String> answer) {
    assertErrors(answer, 401, "not authenticated");
    assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly(INVALID);
  }

  @Test
  void revokedTokenIs401UntilItsRecordIsDeletedThen410() throws Exception {
    String token = issueToken();
    assertThat(app.get(REVOKE + "?SessionToken=" + token).statusCode()).isEqualTo(200);
    for (String path : TOKEN_PATHS) {
      assertErrors(app.get(path + "?SessionToken=" + token), 401, "not authenticated");
    }
    fixture.clock().move(Duration.ofHours(1).plusMillis(1));
    fixture.sweep();
    for (String path : TOKEN_PATHS) {
      assertErrors(app.get(path + "?SessionToken=" + token), 410, "expired");
    }
  }

  @Test
  void expiredTokenIs410WithOrWithoutItsRecord() throws Exception {
    String token = issueToken();
    fixture.clock().move(Duration.ofMinutes(30));
    for (String path : TOKEN_PATHS) {
      HttpResponse<String> answer = app.get(path + "?SessionToken=" + token);
      assertErrors(answer, 410, "expired");
      assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
    }
    fixture.clock().move(Duration.ofHours(2));
    fixture.sweep();
    for (String path : TOKEN_PATHS) {
      assertErrors(app.get(path, "Authorization", "Bearer " + token), 410, "expired");
    }
  }

  @Test
  void answersOtherMethodsWithAllowHeader() throws Exception {
    for (String path : List.of(GET, QUERY, RENEW, REVOKE, "/base/GetSessionToken")) {
      for (String method : List.of("PUT", "DELETE", "OPTIONS", "PATCH")) {
        HttpResponse<String> answer = app.send(method, path);
        assertErrors(answer, 405, "allowed are GET, POST");
        assertThat(answer.headers().allValues("Allow")).containsExactly("GET, POST");
      }
      assertThat(app.send("HEAD", path).statusCode()).isEqualTo(405);
      assertThat(client.send("TRACE", path).status()).isEqualTo(405);
    }
  }

  @Test
  void storeFailureIsAnsweredWith500() throws Exception {
    String token = issueToken();
    fixture.store().failBefore(Call.INSERT, 1);
    assertErrors(app.get(GET, "Authorization", BASIC), 500, "not available");
    fixture.store().failBefore(Call.FIND, 1);
    assertErrors(app.get(QUERY + "?SessionToken=" + token), 500, "not available");
    fixture.store().failBefore(Call.RENEW, 1);
    assertErrors(app.get(RENEW + "?SessionToken=" + token), 500, "not available");
    fixture.store().failBefore(Call.REVOKE, 1);
    assertErrors(app.get(REVOKE + "?SessionToken=" + token), 500, "not available");
    assertThat(app.get(QUERY + "?SessionToken=" + token).statusCode()).isEqualTo(200);
    fixture.store().failAfter(Call.REVOKE, 1);
    assertErrors(app.get(REVOKE + "?SessionToken=" + token), 500, "not available");
    assertErrors(app.get(REVOKE + "?SessionToken=" + token), 401, "not authenticated");
  }

  @Test
  void tokenRevokedDuringRenewalIsNotAuthentic() throws Exception {
    String token = issueToken();
    fixture
        .store()
        .before(
            Call.RENEW,
            1,
            () -> {
              try {
                assertThat(app.get(REVOKE + "?SessionToken=" + token).statusCode()).isEqualTo(200);
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    assertErrors(app.get(RENEW + "?SessionToken=" + token), 401, "not authenticated");
  }

  @Test
  void answersAllWrongCredentialsAlike() throws Exception {
    String basic = "Basic realm=\"ROOT\", charset=\"UTF-8\"";
    Set<String> answers = new HashSet<>();
    for (String credentials :
        List.of(
            "alice:wrong", "nobody:wonderland", "alice", ":", "a\u0000:b", "Alice:wonderland")) {
      HttpResponse<String> answer = app.get(GET, "Authorization", WebApp.basic(credentials));
      assertErrors(answer, 401, "not authenticated");
      assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly(basic);
      answers.add(answer.headers().map().keySet() + errors(answer));
    }
    assertErrors(app.get(GET), 401, "not authenticated");
    assertErrors(app.get(GET + "?email=alice&password=wonderland"), 401, "not authenticated");
    assertErrors(app.get(GET, "Authorization", "Bearer " + issueToken()), 401, "not authenticated");
    assertThat(app.send("POST", GET).headers().allValues("WWW-Authenticate"))
        .containsExactly(basic);
    for (String form :
        List.of(
            "email=alice&password=wrong",
            "email=nobody&password=wonderland",
            "email=alice%0A&password=wonderland",
            "email=Alice&password=wonderland",
            "email=alice&password=" + "p".repeat(1025))) {
      HttpResponse<String> answer = app.post(GET, FORM, form);
      assertErrors(answer, 401, "not authenticated");
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"ROOT\"");
    }
    assertThat(answers).hasSize(1);
  }

  @Test
  void incompleteOrRepeatedCredentialsAreABadRequest() throws Exception {
    assertErrors(app.post(GET, FORM, "email=canary"), 400, "password is missing");
    assertErrors(app.post(GET, FORM, "password=canary"), 400, "email is missing");
    assertErrors(app.post(GET, FORM, "email=&password=canary"), 400, "email is missing");
    assertErrors(app.post(GET, FORM, "email=canary&password="), 400, "password is missing");
    assertErrors(app.post(GET, FORM, "email=a&email=a&password=b"), 400, "email is given twice");
    String both = "credentials are given twice";
    String form = "email=alice&password=wonderland";
    assertErrors(app.post(GET, FORM, form, "Authorization", BASIC), 400, both);
    assertErrors(app.post(GET, FORM, "email=alice", "Authorization", BASIC), 400, both);
    assertThat(app.post(GET, FORM, form, "Authorization", "Bearer x").statusCode()).isEqualTo(200);
  }

  @Test
  void afterTooManyFailuresTheRightPasswordIsRefusedToo() throws Exception {
    stopTheApplication();
    start(Map.of("token.login.failures", "2"));
    assertThat(app.get(GET, "Authorization", WebApp.basic("alice:wrong")).statusCode())
        .isEqualTo(401);
    assertThat(app.post(GET, FORM, "email=alice&password=wrong").statusCode()).isEqualTo(401);
    HttpResponse<String> byBasic = app.get(GET, "Authorization", BASIC);
    HttpResponse<String> byForm = app.post(GET, FORM, "email=alice&password=wonderland");
    for (HttpResponse<String> answer : List.of(byBasic, byForm)) {
      assertErrors(answer, 429, "refused");
      assertThat(answer.headers().firstValue("Retry-After")).hasValue("300");
      assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
    }
  }

  /** Case P15. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Origin: https://evil.example",
        "Origin: null"
      })
  void refusesCrossSiteTokenRequest(String header) throws Exception {
    String name = header.substring(0, header.indexOf(':'));
    String value = header.substring(header.indexOf(' ') + 1);
    for (String method : List.of("GET", "POST")) {
      HttpResponse<String> answer = app.send(method, GET, "Authorization", BASIC, name, value);
      assertErrors(answer, 403, "refused");
      assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
    }
    HttpResponse<String> own =
        app.get(GET, "Authorization", BASIC, "Sec-Fetch-Site", "same-origin");
    assertThat(own.statusCode()).isEqualTo(200);
  }

  @Test
  void badRequestRevealsNothingAboutProxies() throws Exception {
    stopTheApplication();
    start(Map.of("token.trusted-proxies", "127.0.0.1"));
    for (String header :
        List.of("X-Forwarded-For: canary", "Forwarded: for=1.2.3.4\r\nX-Forwarded-For: 1.2.3.5")) {
      Answer answer = client.get(QUERY + "?SessionToken=x", header);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body())
          .contains("\"Errors\":{\"Status\":400,")
          .doesNotContainIgnoringCase("canary")
          .doesNotContainIgnoringCase("trusted")
          .doesNotContainIgnoringCase("proxy");
    }
  }

  @Test
  void logsNeitherQueryNorTokenNorPassword() throws Exception {
    try (LogLines all = new LogLines("org.tokenfilter");
        LogLines audit = new LogLines("org.tokenfilter.audit")) {
      String token = issueToken();
      for (String path : List.of(QUERY, RENEW, REVOKE, REVOKE)) {
        app.get(path + "?SessionToken=" + token + "&x=query-canary");
        app.post(path, FORM, "SessionToken=" + token + "&x=query-canary");
        app.get(path + "?SessionToken=" + token + "=");
        app.get(path + "?SessionToken=" + token + "&SessionToken=query-canary");
        client.get(path + "?SessionToken=" + token + "%zz");
      }
      app.get(GET + "?Minutes=query-canary", "Authorization", BASIC);
      app.get("/base/x?SessionToken=" + token + "&x=query-canary");
      app.post(GET, FORM, "email=alice&password=secret-canary");
      fixture.store().failAll();
      app.get(QUERY + "?SessionToken=" + token + "&x=query-canary");
      app.post(GET, FORM, "email=alice&password=wonderland");
      fixture.store().clearFaults();
      List<String> lines = new ArrayList<>(all.lines());
      lines.addAll(audit.lines());
      assertThat(lines).hasSizeGreaterThan(20);
      String end = token.substring(token.length() - 16);
      for (String secret :
          List.of("query-canary", "secret-canary", "wonderland", "SessionToken=", end)) {
        assertThat(lines).noneMatch(line -> line.contains(secret));
      }
    }
  }

  private static String errors(HttpResponse<String> answer) {
    return answer.body().substring(answer.body().indexOf("\"Errors\""));
  }

  private String issueToken() throws IOException, InterruptedException {
    return WebApp.member(app.get(GET, "Authorization", BASIC).body(), "SessionToken");
  }

  private static void assertErrors(HttpResponse<String> answer, int status, String detail) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body())
        .matches(
            "\\{\"ServerDateTime\":\"[-0-9:.TZ]{24}\",\"TimeStamp\":\\d{7}\\.\\d{9},"
                + "\"ExecutionTime\":\\d+\\.\\d+(?:E-?\\d+)?,\"Errors\":\\{\"Status\":"
                + status
                + ",\"Detail\":\""
                + Pattern.quote(detail)
                + "\"}}");
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(
            type -> assertThat(type).isEqualToIgnoringCase("application/json;charset=UTF-8"));
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(answer.headers().firstValue("Pragma")).hasValue("no-cache");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(answer.headers().allValues("Referrer-Policy")).containsExactly("no-referrer");
  }
}
