package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.endpoint.AllEndpoints.and;
import static org.tokenfilter.endpoint.AllEndpoints.bearer;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;

/** The labels that users give their sessions. */
final class SessionLabelsTest {

  private static final String PATH = "/sessions";
  private static final String MY_PHONE = "{\"label\":\"my phone\"}";

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

  private HttpResponse<String> patch(TokenId id, String body, String... headers) throws Exception {
    return all.sendBody("PATCH", PATH + "/" + id, "application/json", body, headers);
  }

  private @Nullable String labelOf(TokenId id) {
    return all.store.find(id).orElseThrow().details().label();
  }

  @Test
  void labelIsStoredAndListed() throws Exception {
    IssuedToken user = all.userToken("alice");
    IssuedToken other = all.openToken("alice", 60);
    String phone = "{\"label\":\"\u00dc \ud83d\udcf1 \\\"my\\\" phone\",\"other\":1}";
    HttpResponse<String> answer = patch(other.record().id(), phone, bearer(user));

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
    JsonNode sessions = ApiDocument.read(all.get(PATH, bearer(user)).body()).get("sessions");
    for (JsonNode session : sessions) {
      boolean labelled = session.get("handle").asText().equals(other.record().id().toString());
      assertThat(session.get("label").textValue())
          .isEqualTo(labelled ? "\u00dc \ud83d\udcf1 \"my\" phone" : null);
    }
    assertThat(sessions).hasSize(2);
  }

  @Test
  void sessionOfAUserTokenHasALabelOfItsOwn() throws Exception {
    IssuedToken user = all.userToken("alice");
    TokenId session = SessionId.parse(all.openSession(user)).tokenId();

    assertThat(patch(session, MY_PHONE, bearer(user)).statusCode()).isEqualTo(204);

    assertThat(labelOf(session)).isEqualTo("my phone");
    assertThat(labelOf(user.record().id())).isNull();
  }

  @Test
  void emptyLabelRemovesIt() throws Exception {
    IssuedToken user = all.userToken("alice");
    patch(user.record().id(), MY_PHONE, bearer(user));

    assertThat(patch(user.record().id(), "{\"label\":\"\"}", bearer(user)).statusCode())
        .isEqualTo(204);
    assertThat(labelOf(user.record().id())).isNull();
  }

  @Test
  void labelHasAtMost64Characters() throws Exception {
    IssuedToken user = all.userToken("alice");
    TokenId id = user.record().id();
    String longest = "x".repeat(64);

    assertThat(patch(id, "{\"label\":\"" + longest + "\"}", bearer(user)).statusCode())
        .isEqualTo(204);
    assertThat(patch(id, "{\"label\":\"" + longest + "y\"}", bearer(user)).statusCode())
        .isEqualTo(400);
    assertThat(labelOf(id)).isEqualTo(longest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "null",
        "\"my phone\"",
        "{\"label\":null}",
        "{\"label\":1}",
        "{\"label\":[\"x\"]}",
        "{\"label\":\"x\",\"label\":\"y\"}",
        "{\"label\":\"\\u0000\"}",
        "{\"label\":\"\\ud800\"}",
        "{\"label\":\"x\"",
        "{\"label\":\"x\"}}"
      })
  void otherBodiesAreABadRequest(String body) throws Exception {
    IssuedToken user = all.userToken("alice");
    HttpResponse<String> answer = patch(user.record().id(), body, bearer(user));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(labelOf(user.record().id())).isNull();
  }

  @Test
  void bodyMustBeJson() throws Exception {
    IssuedToken user = all.userToken("alice");
    String path = PATH + "/" + user.record().id();
    for (String type :
        List.of("application/x-www-form-urlencoded", "text/plain", "application/json-patch+json")) {
      assertThat(all.sendBody("PATCH", path, type, MY_PHONE, bearer(user)).statusCode())
          .isEqualTo(415);
    }
    assertThat(labelOf(user.record().id())).isNull();
  }

  @Test
  void tokenOfAnotherUserIsNotFound() throws Exception {
    IssuedToken bobs = all.userToken("bob");
    IssuedToken user = all.userToken("alice");
    IssuedToken dead = all.revoked(all.openToken("alice", 5), RevocationReason.CLOSED);
    HttpResponse<String> unknown = patch(TokenId.of(new byte[32]), MY_PHONE, bearer(user));
    for (IssuedToken token : List.of(bobs, dead)) {
      HttpResponse<String> answer = patch(token.record().id(), MY_PHONE, bearer(user));
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.body()).isEqualTo(unknown.body());
      assertThat(labelOf(token.record().id())).isNull();
    }
  }

  @Test
  void callerNeedsATokenAndTheSameSite() throws Exception {
    IssuedToken user = all.userToken("alice");
    TokenId id = user.record().id();
    String[] cookie = {"Cookie", "token=" + user.value()};

    assertThat(patch(id, MY_PHONE).statusCode()).isEqualTo(401);
    assertThat(patch(id, MY_PHONE, bearer("forged")).statusCode()).isEqualTo(401);
    assertThat(patch(id, MY_PHONE, and(cookie, "Sec-Fetch-Site", "cross-site")).statusCode())
        .isEqualTo(403);
    assertThat(patch(id, MY_PHONE, and(cookie, "Origin", "https://evil.example")).statusCode())
        .isEqualTo(403);
    assertThat(labelOf(id)).isNull();
    assertThat(patch(id, MY_PHONE, and(cookie, "Sec-Fetch-Site", "same-origin")).statusCode())
        .isEqualTo(204);
  }

  @Test
  void labelCountsAsUseUnlessPassive() throws Exception {
    IssuedToken user = all.userToken("alice");
    all.clock.move(Duration.ofMinutes(10));
    patch(user.record().id(), MY_PHONE, and(bearer(user), "Token-Passive", "true"));
    assertThat(all.recordOf(user).lastUsedAt()).isEqualTo(user.record().issuedAt());

    patch(user.record().id(), MY_PHONE, bearer(user));
    assertThat(all.recordOf(user).lastUsedAt()).isEqualTo(all.clock.instant());
  }

  @Test
  void labelThatOthersOvertakeAFewTimesIsStored() throws Exception {
    IssuedToken user = all.userToken("alice");
    all.overtakeAmendments(user, 7);

    assertThat(patch(user.record().id(), MY_PHONE, bearer(user)).statusCode()).isEqualTo(204);
    assertThat(labelOf(user.record().id())).isEqualTo("my phone");
    assertThat(all.recordOf(user).details().data()).containsEntry("version", "7");
  }

  @Test
  void labelThatOthersOvertakeAgainAndAgainIsAConflict() throws Exception {
    IssuedToken user = all.userToken("alice");
    all.overtakeAmendments(user, 8);
    HttpResponse<String> answer = patch(user.record().id(), MY_PHONE, bearer(user));

    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(answer.body())
        .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409}");
    assertThat(labelOf(user.record().id())).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"FIND", "AMEND"})
  void storeFailureIsNotALabel(Call call) throws Exception {
    IssuedToken user = all.userToken("alice");
    all.store.failBefore(call, 1);

    assertThat(patch(user.record().id(), MY_PHONE, bearer(user)).statusCode()).isEqualTo(503);
    assertThat(labelOf(user.record().id())).isNull();
  }
}
