package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
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
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.IssuedToken;

final class RevocationServletTest {

  private static final String PATH = "/oauth/revoke";

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

  private HttpResponse<String> revoke(String token) throws Exception {
    return all.postForm(PATH, "token=" + token);
  }

  @Test
  void revokesTokenOfEachKindForItsHolder() throws Exception {
    IssuedToken user = all.userToken("alice");
    IssuedToken open = all.openToken("alice", 0);
    Session session = all.sessionToken("alice");
    for (String[] headers : List.of(bearer(user), bearer(open), session.headers())) {
      assertThat(all.get("/api", headers).statusCode()).isEqualTo(AllEndpoints.PASSED_ON);
      HttpResponse<String> answer = revoke(headers[1].substring("Bearer ".length()));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
      assertThat(all.get("/api", headers).body()).contains("\"reason\":\"closed\"");
    }
  }

  @Test
  void revokesSessionsOfUserToken() throws Exception {
    IssuedToken user = all.userToken("alice");
    all.openSession(user);
    revoke(user.value());
    assertThat(all.security.service().list("alice", null, 10)).isEmpty();
  }

  @Test
  void inactiveTokenIsASuccess() throws Exception {
    IssuedToken expired = all.userToken("alice");
    all.clock.move(Duration.ofMinutes(15));
    IssuedToken closed = all.revoked(all.openToken("alice", 5), RevocationReason.CLOSED);
    for (String token : List.of(expired.value(), closed.value(), "nothing", "a.b.c.d.e")) {
      HttpResponse<String> answer = revoke(token);
      assertThat(answer.statusCode()).as(token).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
    }
  }

  @Test
  void handleOfAnotherTokenRevokesNothing() throws Exception {
    IssuedToken bobs = all.openToken("bob", 5);
    assertThat(
            all.postForm(PATH, "token=" + bobs.record().id(), bearer(all.userToken("alice")))
                .statusCode())
        .isEqualTo(200);
    assertThat(all.get("/api", bearer(bobs)).body()).isEqualTo("bob");
  }

  @Test
  void doesNotRevokeCallersOwnToken() throws Exception {
    IssuedToken caller = all.userToken("alice");
    IssuedToken other = all.userToken("alice");
    assertThat(
            all.postForm(
                    PATH,
                    "token=" + other.value(),
                    and(bearer(caller), "Cookie", "token=" + caller.value()))
                .statusCode())
        .isEqualTo(200);
    assertThat(all.get("/api", bearer(caller)).body()).isEqualTo("alice");
    assertThat(all.get("/api", bearer(other)).statusCode()).isEqualTo(401);
    assertThat(all.postForm(PATH, "", bearer(caller)).statusCode()).isEqualTo(400);
    assertThat(all.get("/api", bearer(caller)).body()).isEqualTo("alice");
  }

  @Test
  void allowsCrossSiteRevocationByBody() throws Exception {
    IssuedToken user = all.userToken("alice");
    HttpResponse<String> answer =
        all.postForm(
            PATH,
            "token=" + user.value(),
            "Sec-Fetch-Site",
            "cross-site",
            "Origin",
            "https://app.example",
            "Cookie",
            "SESSION=left-from-somewhere");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(all.get("/api", bearer(user)).statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "token", "token=", "token_type_hint=x", "token=a&token=a"})
  void formHasExactlyOneToken(String form) throws Exception {
    HttpResponse<String> answer = all.postForm(PATH, form);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).isEqualTo("{\"error\":\"invalid_request\"}");
  }

  @Test
  void ignoresHint() throws Exception {
    IssuedToken user = all.userToken("alice");
    assertThat(
            all.postForm(PATH, "token=" + user.value() + "&token_type_hint=refresh_token")
                .statusCode())
        .isEqualTo(200);
    assertThat(all.get("/api", bearer(user)).statusCode()).isEqualTo(401);
  }

  @Test
  void ignoresTokenInQuery() throws Exception {
    IssuedToken user = all.userToken("alice");
    assertThat(all.postForm(PATH + "?token=" + user.value(), "").statusCode()).isEqualTo(400);
    assertThat(all.get("/api", bearer(user)).statusCode()).isEqualTo(AllEndpoints.PASSED_ON);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/json", "multipart/form-data; boundary=x"})
  void acceptsFormBodyOnly(String type) throws Exception {
    assertThat(all.post(PATH, type, "token=x").statusCode()).isEqualTo(415);
    assertThat(all.send("POST", PATH).statusCode()).isEqualTo(415);
  }

  @Test
  void bodyHasAtMost8KiB() throws Exception {
    assertThat(revoke("x".repeat(8192 - "token=".length())).statusCode()).isEqualTo(200);
    assertThat(revoke("x".repeat(8193 - "token=".length())).statusCode()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FIND", "REVOKE"})
  void storeFailureIsAnsweredWith503(Call call) throws Exception {
    IssuedToken user = all.userToken("alice");
    all.store.failBefore(call, 1);
    HttpResponse<String> answer = revoke(user.value());
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(all.get("/api", bearer(user)).statusCode()).isEqualTo(AllEndpoints.PASSED_ON);
    assertThat(revoke(user.value()).statusCode()).isEqualTo(200);
  }

  @Test
  void allowsPostOnly() throws Exception {
    HttpResponse<String> get = all.get(PATH);
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("Allow")).hasValue("POST");
  }
}
