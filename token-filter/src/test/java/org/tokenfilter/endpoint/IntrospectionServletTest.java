package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.endpoint.AllEndpoints.and;
import static org.tokenfilter.endpoint.AllEndpoints.basic;
import static org.tokenfilter.endpoint.AllEndpoints.bearer;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Subject;

final class IntrospectionServletTest {

  private static final String PATH = "/oauth/introspect";
  private static final String INACTIVE = "{\"active\":false}";
  private static final String BASIC = "Basic realm=\"/shop\", charset=\"UTF-8\"";

  @TempDir private Path folder;
  private AllEndpoints all;

  @BeforeEach
  void startTheApplication() throws Exception {
    all = AllEndpoints.start(folder, Map.of("token.carriers", "bearer, cookie"));
  }

  @AfterEach
  void stopTheApplication() {
    all.close();
  }

  private HttpResponse<String> introspect(String token) throws Exception {
    return all.postForm(PATH, "token=" + token, basic(Accounts.ADMIN));
  }

  @Test
  void describesActiveToken() throws Exception {
    long iat = all.clock.instant().getEpochSecond();
    IssuedToken user = all.userToken("alice");
    HttpResponse<String> answer = introspect(user.value());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(
            "{\"active\":true,\"sub\":\"alice\",\"token_type\":\"user\",\"iat\":%d,\"exp\":%d,"
                    .formatted(iat, iat + Duration.ofDays(7).toSeconds())
                + "\"aud\":\"/shop\",\"jti\":\"%s\",\"remaining\":900000}"
                    .formatted(user.record().id()));
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(
            type -> assertThat(type).isEqualToIgnoringCase("application/json;charset=UTF-8"));
  }

  @Test
  void unlimitedOpenTokenHasNoExpiry() throws Exception {
    IssuedToken open = all.openToken("alice", 0);
    assertThat(introspect(open.value()).body())
        .isEqualTo(
            "{\"active\":true,\"sub\":\"alice\",\"token_type\":\"open\",\"iat\":%d,"
                    .formatted(all.clock.instant().getEpochSecond())
                + "\"aud\":\"/shop\",\"jti\":\"%s\",\"remaining\":null}"
                    .formatted(open.record().id()));
  }

  @Test
  void omitsSessionIdAndClientOfSessionToken() throws Exception {
    Session session = all.sessionToken("alice");
    assertThat(introspect(session.token()).body())
        .contains("\"active\":true", "\"token_type\":\"session\"", "\"remaining\":1800000")
        .doesNotContain(session.id(), session.token(), "127.0.0.1", "\"kid\"");
  }

  @Test
  void remainingCountsDownWithoutUse() throws Exception {
    IssuedToken user = all.userToken("alice");
    all.clock.move(Duration.ofMinutes(5));
    assertThat(introspect(user.value()).body()).endsWith("\"remaining\":600000}");
    all.clock.move(Duration.ofMinutes(5));
    assertThat(introspect(user.value()).body()).endsWith("\"remaining\":300000}");
    all.clock.move(Duration.ofMinutes(5));
    assertThat(introspect(user.value()).body()).isEqualTo(INACTIVE);
  }

  @Test
  void renewsNeitherTokenNorCallersToken() throws Exception {
    IssuedToken user = all.userToken("alice");
    IssuedToken caller = all.userToken("ada", "admin");
    TokenRecord before = all.recordOf(caller);
    all.clock.move(Duration.ofMinutes(5));
    assertThat(all.postForm(PATH, "token=" + user.value(), bearer(caller)).body())
        .contains("\"active\":true");
    assertThat(all.store.callCount(Call.RENEW)).isZero();
    assertThat(all.recordOf(caller)).isEqualTo(before);
  }

  @Test
  void answersEveryInactiveTokenAlike() throws Exception {
    IssuedToken expired = all.userToken("alice");
    all.clock.move(Duration.ofMinutes(15));
    List<String> tokens =
        List.of(
            expired.value(),
            all.revoked(all.openToken("alice", 5), RevocationReason.CLOSED).value(),
            all.revoked(all.openToken("alice", 5), RevocationReason.REPLACED).value(),
            all.revoked(all.openToken("alice", 5), RevocationReason.EVICTED).value(),
            tokenOfAnotherApplication(),
            all.openToken("alice", 5).value() + "A",
            "eyJhbGciOiJub25lIn0.e30.",
            "nothing",
            "%00",
            "%F0%9F%94%91",
            "x".repeat(8000));
    for (String token : tokens) {
      HttpResponse<String> answer = introspect(token);
      assertThat(answer.statusCode()).as(token).isEqualTo(token.equals("%00") ? 400 : 200);
      if (answer.statusCode() == 200) {
        assertThat(answer.body()).as(token).isEqualTo(INACTIVE);
      }
    }
  }

  /** Issues a token for another application that has the same keys. */
  private String tokenOfAnotherApplication() throws Exception {
    try (TokenSecurity other =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.audience", "/other")
            .clock(all.clock)
            .build()) {
      return other.service().issueUser(Subject.of("alice"), null, AllEndpoints.CLIENT).value();
    }
  }

  @Test
  void tokenWhoseRecordIsGoneIsInactive() throws Exception {
    IssuedToken user = all.revoked(all.userToken("alice"), RevocationReason.CLOSED);
    Instant later = all.clock.instant().plus(Duration.ofHours(2));
    all.clock.set(later);
    all.store.sweep(0, later, later, 10);
    assertThat(all.store.find(user.record().id())).isEmpty();
    assertThat(introspect(user.value()).body()).isEqualTo(INACTIVE);
  }

  @Test
  void challengesAnonymousCallerWithBothSchemes() throws Exception {
    for (String[] headers : List.of(new String[0], new String[] {"Authorization", "Digest x"})) {
      HttpResponse<String> answer = all.postForm(PATH, "token=x", headers);
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactlyInAnyOrder("Bearer realm=\"/shop\"", BASIC);
      assertThat(answer.body()).doesNotContain("active");
    }
  }

  @Test
  void challengesCallerWithTheSchemeUsed() throws Exception {
    HttpResponse<String> wrong = all.postForm(PATH, "token=x", basic("admin:wrong"));
    assertThat(wrong.statusCode()).isEqualTo(401);
    assertThat(wrong.headers().allValues("WWW-Authenticate")).containsExactly(BASIC);
    HttpResponse<String> forged = all.postForm(PATH, "token=x", bearer("forged"));
    assertThat(forged.statusCode()).isEqualTo(401);
    assertThat(forged.headers().allValues("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"/shop\", error=\"invalid_token\"");
    HttpResponse<String> dead =
        all.postForm(
            PATH,
            "token=x",
            bearer(all.revoked(all.openToken("ada", 5, "admin"), RevocationReason.CLOSED)));
    assertThat(dead.statusCode()).isEqualTo(401);
    assertThat(dead.body()).contains("\"reason\":\"closed\"");
  }

  @Test
  void callerNeedsTheRole() throws Exception {
    String form = "token=" + all.userToken("alice").value();
    for (String[] headers :
        List.of(basic(Accounts.ALICE), bearer(all.openToken("bob", 5, "user")))) {
      HttpResponse<String> answer = all.postForm(PATH, form, headers);
      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"/shop\", error=\"insufficient_scope\"");
      assertThat(answer.body()).doesNotContain("active");
    }
    assertThat(all.postForm(PATH, form, bearer(all.openToken("bob", 5, "admin"))).body())
        .contains("\"active\":true");
  }

  @Test
  void callersSessionTokenNeedsItsSessionId() throws Exception {
    Session session = all.sessionToken("ada", "admin");
    assertThat(all.postForm(PATH, "token=x", session.headers()).body()).isEqualTo(INACTIVE);
    assertThat(all.postForm(PATH, "token=x", bearer(session.token())).statusCode()).isEqualTo(401);
  }

  @Test
  void roleIsIntrospectUnlessSet() throws Exception {
    all.close();
    all = AllEndpoints.start(folder, Map.of("token.introspection.role", "introspect"));
    assertThat(all.postForm(PATH, "token=x", basic(Accounts.ADMIN)).statusCode()).isEqualTo(403);
    assertThat(
            all.postForm(PATH, "token=x", bearer(all.openToken("a", 5, "introspect"))).statusCode())
        .isEqualTo(200);
  }

  @Test
  void refusesCrossSiteRequests() throws Exception {
    String[] cookie = {"Cookie", "token=" + all.openToken("ada", 5, "admin").value()};
    for (String[] headers : List.of(basic(Accounts.ADMIN), cookie)) {
      for (String site : List.of("cross-site", "same-site")) {
        HttpResponse<String> answer =
            all.postForm(PATH, "token=x", and(headers, "Sec-Fetch-Site", site));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
      }
      assertThat(
              all.postForm(PATH, "token=x", and(headers, "Origin", "https://evil.example"))
                  .statusCode())
          .isEqualTo(403);
      assertThat(all.postForm(PATH, "token=x", headers).statusCode()).isEqualTo(200);
      assertThat(
              all.postForm(PATH, "token=x", and(headers, "Sec-Fetch-Site", "same-origin"))
                  .statusCode())
          .isEqualTo(200);
    }
    String[] inHeader = bearer(all.openToken("ada", 5, "admin"));
    assertThat(
            all.postForm(PATH, "token=x", and(inHeader, "Sec-Fetch-Site", "cross-site"))
                .statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "token", "token=", "tokens=x", "token=a&token=a", "token=a&token=b"})
  void formHasExactlyOneToken(String form) throws Exception {
    HttpResponse<String> answer = all.postForm(PATH, form, basic(Accounts.ADMIN));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).isEqualTo("{\"error\":\"invalid_request\"}");
  }

  @Test
  void ignoresTokenInQuery() throws Exception {
    String token = all.userToken("alice").value();
    assertThat(all.postForm(PATH + "?token=" + token, "", basic(Accounts.ADMIN)).statusCode())
        .isEqualTo(400);
  }

  @Test
  void ignoresHintAndOtherFields() throws Exception {
    assertThat(
            all.postForm(
                    PATH,
                    "token_type_hint=access_token&a=b&token=" + all.userToken("alice").value(),
                    basic(Accounts.ADMIN))
                .body())
        .contains("\"active\":true");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/json",
        "application/x-www-form-urlencoded;charset=utf-16",
        "application/x-www-form-urlencoded, text/html",
        "multipart/form-data; boundary=x"
      })
  void acceptsFormBodyOnly(String type) throws Exception {
    assertThat(all.post(PATH, type, "token=x", basic(Accounts.ADMIN)).statusCode()).isEqualTo(415);
    assertThat(all.send("POST", PATH, basic(Accounts.ADMIN)).statusCode()).isEqualTo(415);
  }

  @Test
  void bodyHasAtMost8KiB() throws Exception {
    String form = "token=" + "x".repeat(8192 - "token=".length());
    assertThat(all.postForm(PATH, form, basic(Accounts.ADMIN)).body()).isEqualTo(INACTIVE);
    assertThat(all.postForm(PATH, form + "x", basic(Accounts.ADMIN)).statusCode()).isEqualTo(413);
  }

  @Test
  void storeFailureIsNotReportedAsInactive() throws Exception {
    String form = "token=" + all.userToken("alice").value();
    all.store.failBefore(Call.FIND, 1);
    HttpResponse<String> answer = all.postForm(PATH, form, basic(Accounts.ADMIN));
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(answer.body()).doesNotContain("active");
    assertThat(all.postForm(PATH, form, basic(Accounts.ADMIN)).body()).contains("true");
  }

  @Test
  void allowsPostOnly() throws Exception {
    HttpResponse<String> get = all.get(PATH, basic(Accounts.ADMIN));
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("Allow")).hasValue("POST");
  }
}
