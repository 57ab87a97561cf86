package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.endpoint.AllEndpoints.GATEWAY;
import static org.tokenfilter.endpoint.AllEndpoints.and;
import static org.tokenfilter.endpoint.AllEndpoints.bearer;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;

final class SessionsServletTest {

  private static final String PATH = "/sessions";
  private static final String OTHERS = "/sessions?others=true";

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

  private JsonNode list(String... headers) throws Exception {
    HttpResponse<String> answer = all.get(PATH, headers);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return ApiDocument.read(answer.body()).get("sessions");
  }

  private static String handle(IssuedToken token) {
    return token.record().id().toString();
  }

  private boolean isLive(TokenId id) {
    return all.store.find(id).orElseThrow().liveAt(all.clock.instant());
  }

  private boolean isLive(IssuedToken token) {
    return isLive(token.record().id());
  }

  @Test
  void listsOnlyLiveTokensOfTheCaller() throws Exception {
    IssuedToken ended = all.revoked(all.openToken("alice", 5), RevocationReason.CLOSED);
    IssuedToken open = all.openToken("alice", 0);
    all.clock.move(Duration.ofSeconds(1));
    all.userToken("bob");
    IssuedToken user = all.userToken("alice");
    HttpResponse<String> answer = all.get(PATH, bearer(user));
    assertThat(answer.body())
        .isEqualTo(
            ("{\"sessions\":[{\"handle\":\"%s\",\"kind\":\"user\","
                    + "\"issued\":\"2026-11-22T10:00:01.000Z\",\"lastUsed\":\"2026-11-22T10:00:01.000Z\","
                    + "\"remaining\":900000,\"client\":\"127.0.0.1\",\"label\":null,\"current\":true},"
                    + "{\"handle\":\"%s\",\"kind\":\"open\","
                    + "\"issued\":\"2026-11-22T10:00:00.000Z\",\"lastUsed\":\"2026-11-22T10:00:00.000Z\","
                    + "\"remaining\":null,\"client\":\"127.0.0.1\",\"label\":null,\"current\":false}]}")
                .formatted(handle(user), handle(open)))
        .doesNotContain(handle(ended));
    assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
  }

  @Test
  void apiClientIsShownByItsName() throws Exception {
    IssuedToken client = all.clientToken("alice");
    assertThat(list(bearer(client)).get(0).get("client").asText()).isEqualTo("app1");
  }

  @Test
  void responseContainsNoSecret() throws Exception {
    IssuedToken user = all.userToken("alice");
    String gateway = all.openSession(user);
    Session session = all.sessionToken("alice");
    HttpResponse<String> answer = all.get(PATH, session.headers());
    assertThat(list(session.headers())).hasSize(3);
    assertThat(answer.body() + answer.headers().map())
        .doesNotContain(user.value(), gateway, session.id(), session.token());
  }

  @Test
  void listsSessionsOfUserTokenWithIt() throws Exception {
    IssuedToken user = all.userToken("alice");
    String id = SessionId.parse(all.openSession(user)).tokenId().toString();
    List<String> handles = new ArrayList<>();
    for (JsonNode session : list(bearer(user))) {
      handles.add(
          session.get("handle").asText()
              + session.get("kind").asText()
              + session.get("current").asBoolean());
    }
    assertThat(handles).containsExactlyInAnyOrder(handle(user) + "usertrue", id + "sessionfalse");
  }

  @Test
  void pagesListAllTokensNewestFirst() throws Exception {
    List<String> issued = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      issued.add(handle(all.openToken("alice", 60)));
      all.clock.move(Duration.ofSeconds(i % 2));
    }
    IssuedToken user = all.userToken("alice");
    issued.add(handle(user));
    for (int limit : List.of(1, 2, 3, 7, 8, 100)) {
      List<String> found = new ArrayList<>();
      List<String> times = new ArrayList<>();
      int pages = 0;
      String next = AllEndpoints.CONTEXT + PATH + "?limit=" + limit;
      while (!next.isEmpty()) {
        JsonNode page = ApiDocument.read(all.app.get(next, bearer(user)).body());
        page.get("sessions").forEach(session -> found.add(session.get("handle").asText()));
        page.get("sessions").forEach(session -> times.add(session.get("issued").asText()));
        assertThat(page.get("sessions").size()).isBetween(1, limit);
        next = page.path("next").asText("");
        assertThat(++pages).isLessThan(10);
      }
      assertThat(pages).as("pages of %s", limit).isEqualTo((8 + limit - 1) / limit);
      assertThat(found).containsExactlyInAnyOrderElementsOf(issued).doesNotHaveDuplicates();
      assertThat(times).isSortedAccordingTo(Collections.reverseOrder());
    }
  }

  @Test
  void defaultPageHasFiftyEntries() throws Exception {
    for (int i = 0; i < 50; i++) {
      all.openToken("alice", 60);
    }
    IssuedToken user = all.userToken("alice");
    HttpResponse<String> answer = all.get(PATH, bearer(user));
    assertThat(ApiDocument.read(answer.body()).get("sessions")).hasSize(50);
    assertThat(WebApp.member(answer.body(), "next")).startsWith("/shop/sessions?limit=50&after=");
    assertThat(answer.body()).doesNotContain(user.value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=+5",
        "limit=05",
        "limit=1.5",
        "limit=",
        "limit=1&limit=1",
        "after=",
        "after=nonsense",
        "after=1795309323456",
        "after=1795309323456.",
        "after=1795309323456.AAAA",
        "after=.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "after=-1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "after=1234567890123456.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void invalidPageParametersAreABadRequest(String query) throws Exception {
    HttpResponse<String> answer = all.get(PATH + "?" + query, bearer(all.userToken("alice")));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().allValues("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"/shop\", error=\"invalid_request\"");
  }

  @Test
  void acceptsCursorOutsideTheList() throws Exception {
    String[] user = bearer(all.userToken("alice"));
    String handle = "A".repeat(43);
    assertThat(all.get(PATH + "?after=0." + handle, user).body()).isEqualTo("{\"sessions\":[]}");
    assertThat(all.get(PATH + "?after=999999999999999." + handle, user).body())
        .contains("\"current\":true");
  }

  @Test
  void listingRenewsUnlessPassive() throws Exception {
    IssuedToken user = all.userToken("alice");
    all.clock.move(Duration.ofMinutes(10));
    JsonNode shown = list(and(bearer(user), "Token-Passive", "true")).get(0);
    assertThat(shown.get("remaining").asLong()).isEqualTo(300_000);
    assertThat(all.recordOf(user).lastUsedAt()).isEqualTo(user.record().issuedAt());
    list(bearer(user));
    assertThat(all.recordOf(user).lastUsedAt()).isEqualTo(all.clock.instant());
    all.clock.move(Duration.ofMinutes(14));
    assertThat(all.get(PATH, bearer(user)).statusCode()).isEqualTo(200);
  }

  @Test
  void recordsUseBeforeSendingTheList() throws Exception {
    IssuedToken user = all.userToken("alice");
    all.store.failBefore(Call.RENEW, 1);
    assertThat(all.get(PATH, bearer(user)).statusCode()).isEqualTo(503);
    assertThat(list(bearer(user))).hasSize(1);
  }

  @Test
  void revocationCountsAsUseUnlessPassive() throws Exception {
    IssuedToken user = all.userToken("alice");
    IssuedToken other = all.openToken("alice", 60);
    all.clock.move(Duration.ofMinutes(10));
    all.send("DELETE", PATH + "/" + handle(other), and(bearer(user), "Token-Passive", "true"));
    assertThat(isLive(other)).isFalse();
    all.send("DELETE", OTHERS, and(bearer(user), "Token-Passive", "true"));
    assertThat(all.recordOf(user).lastUsedAt()).isEqualTo(user.record().issuedAt());
    all.send("DELETE", OTHERS, bearer(user));
    assertThat(all.recordOf(user).lastUsedAt()).isEqualTo(all.clock.instant());
  }

  @Test
  void callerNeedsAToken() throws Exception {
    for (String method : List.of("GET", "DELETE")) {
      HttpResponse<String> nothing = all.send(method, OTHERS);
      assertThat(nothing.statusCode()).isEqualTo(401);
      assertThat(nothing.headers().allValues("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"/shop\"");
      assertThat(all.send(method, OTHERS, bearer("forged")).statusCode()).isEqualTo(401);
      IssuedToken dead = all.revoked(all.openToken("alice", 5), RevocationReason.EVICTED);
      assertThat(all.send(method, OTHERS, bearer(dead)).body()).contains("\"evicted\"");
      assertThat(all.send(method, OTHERS, bearer(all.sessionToken("alice").token())).statusCode())
          .isEqualTo(401);
    }
    assertThat(all.send("DELETE", PATH + "/" + "A".repeat(43)).statusCode()).isEqualTo(401);
  }

  @Test
  void revokesOwnTokenByItsHandle() throws Exception {
    IssuedToken user = all.userToken("alice");
    IssuedToken lost = all.clientToken("alice");
    String path = PATH + "/" + handle(lost);
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> answer = all.send("DELETE", path, bearer(user));
      assertThat(answer.statusCode()).isEqualTo(204);
      assertThat(answer.body()).isEmpty();
      assertThat(isLive(lost)).isFalse();
    }
    assertThat(all.get("/api", bearer(lost)).body()).contains("\"reason\":\"closed\"");
    assertThat(all.send("DELETE", PATH + "/" + handle(user), bearer(user)).statusCode())
        .isEqualTo(204);
    assertThat(isLive(user)).isFalse();
  }

  @Test
  void tokenOfAnotherUserIsNotFound() throws Exception {
    IssuedToken bobs = all.userToken("bob");
    String[] alice = bearer(all.userToken("alice"));
    HttpResponse<String> others = all.send("DELETE", PATH + "/" + handle(bobs), alice);
    HttpResponse<String> unknown = all.send("DELETE", PATH + "/" + "A".repeat(43), alice);
    HttpResponse<String> malformed = all.send("DELETE", PATH + "/handle", alice);
    for (HttpResponse<String> answer : List.of(others, unknown, malformed)) {
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.body()).isEqualTo(unknown.body());
      assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }
    assertThat(isLive(bobs)).isTrue();
  }

  @Test
  void sessionIdIsNotAcceptedAsHandle() throws Exception {
    IssuedToken user = all.userToken("alice");
    String id = all.openSession(user);
    assertThat(all.send("DELETE", PATH + "/" + id, bearer(user)).statusCode()).isEqualTo(404);
    assertThat(isLive(SessionId.parse(id).tokenId())).isTrue();
  }

  @Test
  void revokesAllButCurrentTokenAndItsSessions() throws Exception {
    IssuedToken user = all.userToken("alice");
    TokenId child = SessionId.parse(all.openSession(user)).tokenId();
    IssuedToken other = all.userToken("alice");
    TokenId othersChild = SessionId.parse(all.openSession(other)).tokenId();
    Session session = all.sessionToken("alice");
    IssuedToken bobs = all.userToken("bob");
    HttpResponse<String> answer = all.send("DELETE", OTHERS, bearer(user));
    assertThat(answer.statusCode()).isEqualTo(204);
    assertThat(isLive(user)).isTrue();
    assertThat(isLive(child)).isTrue();
    assertThat(isLive(other)).isFalse();
    assertThat(isLive(othersChild)).isFalse();
    assertThat(isLive(SessionId.parse(session.id()).tokenId())).isFalse();
    assertThat(isLive(bobs)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "?others=false",
        "?others",
        "?others=",
        "?others=TRUE",
        "?other=true",
        "?others=true&others=true"
      })
  void deleteRequiresOthersParameter(String query) throws Exception {
    IssuedToken user = all.userToken("alice");
    IssuedToken other = all.userToken("alice");
    assertThat(all.send("DELETE", PATH + query, bearer(user)).statusCode()).isEqualTo(400);
    assertThat(isLive(other)).isTrue();
  }

  @Test
  void refusesCrossSiteRevocation() throws Exception {
    IssuedToken user = all.userToken("alice");
    IssuedToken other = all.userToken("alice");
    String[] cookie = {"Cookie", "token=" + user.value()};
    for (String target : List.of(OTHERS, PATH + "/" + handle(other))) {
      for (List<String> header :
          List.of(
              List.of("Sec-Fetch-Site", "cross-site"),
              List.of("Sec-Fetch-Site", "same-site"),
              List.of("Origin", "https://evil.example"))) {
        String[] headers = and(cookie, header.get(0), header.get(1));
        assertThat(all.send("DELETE", target, headers).statusCode()).isEqualTo(403);
      }
      assertThat(isLive(other)).isTrue();
    }
    assertThat(
            all.send("DELETE", OTHERS, and(bearer(user), "Sec-Fetch-Site", "cross-site"))
                .statusCode())
        .isEqualTo(204);
    assertThat(
            all.send("DELETE", OTHERS, and(cookie, "Sec-Fetch-Site", "same-origin")).statusCode())
        .isEqualTo(204);
  }

  @Test
  void userTokenHeaderCountsOnlyAtTheGateway() throws Exception {
    assertThat(all.get(PATH, "userToken", all.userToken("alice").value()).statusCode())
        .isEqualTo(401);
    assertThat(all.get(GATEWAY + "/s1/data", "userToken", all.userToken("alice").value()).body())
        .isEqualTo("alice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"FIND", "LIST"})
  void storeFailureIsNotAnEmptyList(Call call) throws Exception {
    IssuedToken user = all.userToken("alice");
    all.store.failBefore(call, 1);
    HttpResponse<String> answer = all.get(PATH, bearer(user));
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).doesNotContain("sessions");
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
  }

  @Test
  void storeFailureIsNotARevocation() throws Exception {
    IssuedToken user = all.userToken("alice");
    IssuedToken other = all.userToken("alice");
    all.store.failBefore(Call.REVOKE, 1);
    assertThat(all.send("DELETE", PATH + "/" + handle(other), bearer(user)).statusCode())
        .isEqualTo(503);
    all.store.failBefore(Call.REVOKE_ALL, 1);
    assertThat(all.send("DELETE", OTHERS, bearer(user)).statusCode()).isEqualTo(503);
    assertThat(isLive(other)).isTrue();
  }

  @Test
  void answersOtherMethodsWith405AndOtherPathsWith404() throws Exception {
    String[] user = bearer(all.userToken("alice"));
    HttpResponse<String> posted = all.send("POST", PATH, user);
    assertThat(posted.statusCode()).isEqualTo(405);
    assertThat(posted.headers().firstValue("Allow")).hasValue("GET, DELETE");
    HttpResponse<String> got = all.get(PATH + "/" + "A".repeat(43), user);
    assertThat(got.statusCode()).isEqualTo(405);
    assertThat(got.headers().firstValue("Allow")).hasValue("PATCH, DELETE");
    for (String path : List.of("/", "/a/b", "/" + "A".repeat(43) + "/", "/" + "A".repeat(44))) {
      assertThat(all.send("DELETE", PATH + path, user).statusCode()).as(path).isEqualTo(404);
    }
  }
}
