package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyCollection;
import static org.mockito.Mockito.doCallRealMethod;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.spy;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.RequestDispatcher;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.store.InMemoryTokenStore;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.SettableClock;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

final class TokenFilterTest {

  private static final String PROBLEM_401 =
      "{\"type\":\"about:blank\",\"title\":\"Unauthorized\",\"status\":401}";

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T10:00:00Z"));
  private final AtomicInteger served = new AtomicInteger();
  private final TokenStore store = spy(new InMemoryTokenStore());
  @TempDir private Path folder;
  private TokenSecurity security;
  private WebApp app;

  @BeforeEach
  void startTheApplication() throws Exception {
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.paths.public", "/public/*")
            .setting("token.carriers", "bearer,cookie")
            .clock(clock)
            .store(store)
            .build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet(
                "/api/who",
                (request, response) -> {
                  served.incrementAndGet();
                  TokenPrincipal who = (TokenPrincipal) request.getUserPrincipal();
                  response
                      .getWriter()
                      .print(
                          who.name()
                              + " "
                              + request.getRemoteUser()
                              + " "
                              + request.getAuthType()
                              + " "
                              + request.isUserInRole("user")
                              + " "
                              + request.isUserInRole("admin")
                              + " "
                              + who.kind());
                })
            .servlet(
                "/api/status",
                (request, response) ->
                    response.setStatus(Integer.parseInt(request.getQueryString())))
            .servlet(
                "/api/throw",
                (request, response) -> {
                  throw new IllegalStateException("the application's own");
                })
            .servlet(
                "/api/logout",
                (request, response) -> {
                  request.logout();
                  response.getWriter().print(request.getUserPrincipal() == null);
                })
            .servlet("/api/async", (request, response) -> answerLater(request.startAsync()))
            .servlet(
                "/api/dispatch",
                (request, response) -> {
                  AsyncContext async = request.startAsync();
                  async.dispatch("/api/who");
                })
            .servlet(
                "/public/forward",
                (request, response) ->
                    dispatcher(request.getRequestDispatcher("/api/who")).forward(request, response))
            .servlet(
                "/public/include",
                (request, response) -> {
                  response.getWriter().print("[");
                  dispatcher(request.getRequestDispatcher("/api/who")).include(request, response);
                  response.getWriter().print("]");
                })
            .servlet("/public/page", (request, response) -> response.getWriter().print("hello"))
            .start();
  }

  private static RequestDispatcher dispatcher(@Nullable RequestDispatcher dispatcher) {
    if (dispatcher == null) {
      throw new AssertionError("no such target");
    }
    return dispatcher;
  }

  private static void answerLater(AsyncContext async) {
    async.start(
        () -> {
          try {
            async.getResponse().getWriter().print("later");
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          async.complete();
        });
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  @Test
  void challengesRequestWithoutToken() throws Exception {
    HttpResponse<String> answer = app.get("/api/who");
    assertRefused(answer, 401, "Bearer realm=\"ROOT\"", PROBLEM_401);
  }

  @Test
  void applicationSeesTheUser() throws Exception {
    HttpResponse<String> answer = app.get("/api/who", app.session(Accounts.ALICE, 5).headers());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("alice alice BEARER true false SESSION");
    assertThat(answer.headers().firstValue("Token-Remaining")).hasValue("300000");
    assertThat(answer.headers().firstValue("Cache-Control")).isEmpty();
  }

  @Test
  void answersAllInvalidTokensAlike() throws Exception {
    Session alice = app.session(Accounts.ALICE, 5);
    Session bob = app.session(Accounts.BOB, 5);
    char other = alice.token().charAt(150) == '-' ? '_' : '-';
    String changed = alice.token().substring(0, 150) + other + alice.token().substring(151);
    List<HttpResponse<String>> answers =
        List.of(
            app.get("/api/who", "Authorization", "Bearer " + alice.token()),
            app.get("/api/who", new Session(alice.token(), bob.id()).headers()),
            app.get("/api/who", new Session(changed, alice.id()).headers()),
            app.get("/api/who", "Authorization", "Bearer nonsense"));
    for (HttpResponse<String> answer : answers) {
      assertRefused(answer, 401, "Bearer realm=\"ROOT\", error=\"invalid_token\"", PROBLEM_401);
    }
  }

  @Test
  void refusesClosedTokenWithReason() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    assertThat(app.get("/api/logout", session.headers()).body()).isEqualTo("true");
    assertRefused(
        app.get("/api/who", session.headers()),
        401,
        "Bearer realm=\"ROOT\", error=\"invalid_token\", error_description=\"closed\"",
        PROBLEM_401.replace("}", ",\"reason\":\"closed\"}"));
  }

  @Test
  void refusesExpiredTokenWithReason() throws Exception {
    Session session = app.session(Accounts.ALICE, 0);
    clock.move(Duration.ofMinutes(30).minusMillis(1));
    assertThat(app.get("/api/status?500", session.headers()).statusCode()).isEqualTo(500);
    clock.move(Duration.ofMillis(1));
    assertRefused(
        app.get("/api/who", session.headers()),
        401,
        "Bearer realm=\"ROOT\", error=\"invalid_token\", error_description=\"expired\"",
        PROBLEM_401.replace("}", ",\"reason\":\"expired\"}"));
  }

  @Test
  void twoTokensThatDifferAreABadRequest() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    assertRefused(
        app.get(
            "/api/who",
            "Authorization",
            "Bearer " + session.token(),
            "Cookie",
            "SESSION=" + session.id() + "; token=" + app.open(Accounts.ALICE, 5)),
        400,
        "Bearer realm=\"ROOT\", error=\"invalid_request\"",
        "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400}");
  }

  @Test
  void refusesCrossSiteRequestWithTokenCookie() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    String cookies = "SESSION=" + session.id() + "; token=" + session.token();
    assertThat(app.get("/api/who", "Cookie", cookies).statusCode()).isEqualTo(200);
    assertThat(app.send("POST", "/api/who", "Cookie", cookies).statusCode()).isEqualTo(200);
    HttpResponse<String> answer =
        app.send("POST", "/api/who", "Cookie", cookies, "Sec-Fetch-Site", "cross-site");
    assertThat(served).hasValue(2);
    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.headers().firstValue("WWW-Authenticate")).isEmpty();
  }

  @Test
  void storeFailureIsAnsweredWith503() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    for (Throwable failure :
        List.of(
            new TokenStoreException("gone", null, true),
            new IllegalStateException("a broken plugin"),
            new StackOverflowError())) {
      doThrow(failure).when(store).find(anyCollection());
      HttpResponse<String> answer = app.get("/api/who", session.headers());
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
      assertThat(answer.body())
          .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503}");
    }
    assertThat(served).hasValue(0);
    doCallRealMethod().when(store).find(anyCollection());
    assertThat(app.get("/api/who", session.headers()).statusCode()).isEqualTo(200);
  }

  @Test
  void nullFromStoreIsAFailure() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    doReturn(null).when(store).find(anyCollection());
    assertThat(app.get("/api/who", session.headers()).statusCode()).isEqualTo(503);
  }

  @Test
  void onlySuccessRenews() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    assertThat(app.get("/api/status?200", session.headers()).statusCode()).isEqualTo(200);
    assertRenewed(1);
    assertThat(app.get("/api/status?304", session.headers()).statusCode()).isEqualTo(304);
    assertRenewed(2);
    for (String failing : List.of("/api/status?400", "/api/status?500", "/api/throw", "/nothing")) {
      assertThat(app.get(failing, session.headers()).statusCode()).isGreaterThanOrEqualTo(400);
    }
    assertRenewed(2);
  }

  @Test
  void asynchronousRequestRenewsOnce() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    assertThat(app.get("/api/async", session.headers()).body()).isEqualTo("later");
    // The client may have the response before the container has notified the listeners.
    assertRenewed(1);
    assertThat(app.get("/api/dispatch", session.headers()).body()).startsWith("alice");
    assertRenewed(2);
    assertThat(served).hasValue(1);
  }

  @Test
  void failedRenewalDoesNotChangeTheResponse() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    doThrow(new TokenStoreException("gone", null, true)).when(store).renew(any(), any());
    assertThat(app.get("/api/who", session.headers()).statusCode()).isEqualTo(200);
  }

  @Test
  void publicPathsAreServedWithAnyToken() throws Exception {
    assertThat(app.get("/public/page").body()).isEqualTo("hello");
    assertThat(app.get("/public/page", "Authorization", "Bearer nonsense").body())
        .isEqualTo("hello");
  }

  @Test
  void forwardFromPublicPageNeedsAToken() throws Exception {
    assertThat(app.get("/public/forward").statusCode()).isEqualTo(401);
    assertThat(served).hasValue(0);
    HttpResponse<String> answer =
        app.get("/public/forward", app.session(Accounts.ALICE, 5).headers());
    assertThat(answer.body()).startsWith("alice");
    assertRenewed(1);
  }

  @Test
  void refusedIncludeLeavesThePageAsItIs() throws Exception {
    HttpResponse<String> refused = app.get("/public/include");
    assertThat(refused.statusCode()).isEqualTo(200);
    assertThat(refused.body()).isEqualTo("[]");
    assertThat(served).hasValue(0);
    HttpResponse<String> answer =
        app.get("/public/include", app.session(Accounts.ALICE, 5).headers());
    assertThat(answer.body()).startsWith("[alice").endsWith("]");
    assertRenewed(1);
  }

  @Test
  void unlimitedOpenTokenHasNoRemainingHeader() throws Exception {
    HttpResponse<String> answer =
        app.get("/api/who", "Authorization", "Bearer " + app.open(Accounts.ADMIN, 0));
    assertThat(answer.body()).isEqualTo("admin admin BEARER true true OPEN");
    assertThat(answer.headers().firstValue("Token-Remaining")).isEmpty();
  }

  @Test
  void refusesMethodsThatEchoTheRequest() throws Exception {
    Session session = app.session(Accounts.ALICE, 5);
    for (String path : List.of("/api/who", "/public/page")) {
      HttpResponse<String> answer = app.send("TRACK", path, session.headers());
      assertThat(answer.statusCode()).isEqualTo(405);
      assertThat(answer.body()).doesNotContain(session.token());
    }
    assertThat(served).hasValue(0);
  }

  /** Waits, because the container may report completion after the client has the response. */
  private void assertRenewed(int times) {
    await().untilAsserted(() -> verify(store, times(times)).renew(any(), any()));
  }

  private void assertRefused(
      HttpResponse<String> answer, int status, String challenge, String body) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly(challenge);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(answer.body()).isEqualTo(body);
    assertThat(served).hasValue(0);
  }
}
