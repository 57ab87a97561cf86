package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Logins and logouts by the application itself, by the request and by TokenSecurity. */
@SuppressWarnings("NullAway.Init") // each test starts the application by its own settings
final class ApplicationLoginTest {

  @TempDir private Path folder;
  private TokenSecurity security;
  private WebApp app;

  private void start(Map<String, String> settings) throws Exception {
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.paths.public", "/public/*")
            .settings(settings)
            .build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet("/api/who", (request, response) -> response.getWriter().print(who(request)))
            .servlet("/public/login", this::logIn)
            .servlet("/api/login", this::logIn)
            .servlet(
                "/public/logout",
                (request, response) -> {
                  logIn(request, response);
                  request.logout();
                  finish(request, response);
                })
            .servlet(
                "/api/logout",
                (request, response) -> {
                  request.logout();
                  finish(request, response);
                })
            .servlet(
                "/api/in-and-out",
                (request, response) -> {
                  logIn(request, response);
                  request.logout();
                })
            .servlet(
                "/public/late",
                (request, response) -> {
                  response.flushBuffer();
                  logIn(request, response);
                })
            .servlet(
                "/public/late-sso",
                (request, response) -> {
                  response.flushBuffer();
                  try {
                    security.login(request, response, Subject.of("alice"));
                  } catch (IllegalStateException late) {
                    response.getWriter().print("too late");
                  }
                })
            .servlet("/public/bye", (request, response) -> request.logout())
            .servlet(
                "/public/in-and-out",
                (request, response) -> {
                  Subject carol = Subject.of("carol", "user");
                  String token = security.loginUser(request, response, carol).value();
                  security.logout(request, response);
                  response.getWriter().print(token);
                })
            .servlet(
                "/gate/logout",
                (request, response) ->
                    TokenSecurity.of(request.getServletContext()).logout(request, response))
            .servlet(
                "/public/sso",
                (request, response) -> {
                  TokenSecurity security = TokenSecurity.of(request.getServletContext());
                  Subject carol = Subject.of("carol", "user");
                  IssuedToken token =
                      "USER".equals(request.getParameter("kind"))
                          ? security.loginUser(request, response, carol)
                          : security.login(request, response, carol);
                  response.getWriter().print(token.value());
                })
            .servlet(
                "/public/sso-logout",
                (request, response) ->
                    TokenSecurity.of(request.getServletContext()).logout(request, response))
            .start();
  }

  private void logIn(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    try {
      request.login(request.getParameter("name"), request.getParameter("password"));
    } catch (ServletException refused) {
      response.getWriter().print("refused ");
      if (refused.getCause() instanceof TokenRejectedException cause) {
        response.getWriter().print(cause.rejection() + " ");
      }
    }
    if (!request.getServletPath().endsWith("logout")) {
      finish(request, response);
    }
  }

  private static void finish(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    if (request.getParameter("forward") == null) {
      response.getWriter().print(who(request));
    } else {
      Objects.requireNonNull(request.getRequestDispatcher("/api/who")).forward(request, response);
    }
  }

  private static String who(HttpServletRequest request) {
    return request.getRemoteUser()
        + " "
        + (request.getUserPrincipal() == null)
        + " "
        + request.isUserInRole("user")
        + " "
        + request.getAuthType();
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  @Test
  void loginSetsSessionCookies() throws Exception {
    start(Map.of("token.carriers", "cookie"));
    HttpResponse<String> answer = app.get("/public/login?name=alice&password=wonderland");
    assertThat(answer.body()).isEqualTo("alice false true BEARER");
    assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    List<String> cookies = answer.headers().allValues("Set-Cookie");
    assertThat(cookies).hasSize(2);
    assertThat(app.get("/api/who", "Cookie", pairs(cookies)).body())
        .isEqualTo("alice false true BEARER");
  }

  /** The cookies would not arrive, so no client would know the session. */
  @Test
  void refusesLoginAfterResponseIsCommitted() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    String before = pairs(cookies("/public/login?name=alice&password=wonderland"));
    // A public page still knows the user of the existing session.
    assertThat(app.get("/public/late?name=alice&password=wonderland", "Cookie", before).body())
        .isEqualTo("refused alice false true BEARER");
    assertThat(app.get("/public/late?name=alice&password=wonderland").body())
        .isEqualTo("refused null true false null");
    assertThat(app.get("/public/late-sso", "Cookie", before).body()).isEqualTo("too late");
    assertThat(app.get("/api/who", "Cookie", before).body()).startsWith("alice ");
    assertThat(security.service().list("alice", null, 9)).hasSize(1);
  }

  @Test
  void wrongPasswordIsRefusedAndCounted() throws Exception {
    start(Map.of("token.carriers", "cookie", "token.login.failures", "2"));
    for (String expected : List.of("WRONG_CREDENTIALS", "WRONG_CREDENTIALS", "TOO_MANY_LOGINS")) {
      HttpResponse<String> answer = app.get("/public/login?name=alice&password=wrong");
      assertThat(answer.body()).isEqualTo("refused " + expected + " null true false null");
      assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    }
    assertThat(app.get("/public/login?forward&name=bob&password=wrong").statusCode())
        .isEqualTo(401);
  }

  @Test
  void refusesLoginWithoutNameOrPassword() throws Exception {
    start(Map.of("token.carriers", "cookie"));
    for (String query : List.of("", "?name=alice", "?password=wonderland", "?name=&password=")) {
      assertThat(app.get("/public/login" + query).body())
          .isEqualTo("refused WRONG_CREDENTIALS null true false null");
    }
  }

  @Test
  void forwardAfterLoginIsAllowed() throws Exception {
    start(Map.of("token.carriers", "cookie"));
    HttpResponse<String> answer = app.get("/public/login?forward&name=alice&password=wonderland");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("alice false true BEARER");
    assertThat(answer.headers().allValues("Set-Cookie")).hasSize(2);
  }

  @Test
  void forwardAfterLogoutIsRefused() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    HttpResponse<String> both = app.get("/public/logout?forward&name=alice&password=wonderland");
    assertThat(both.statusCode()).isEqualTo(401);
    assertThat(both.body()).doesNotContain("alice");

    Session session = app.session(Accounts.ALICE, 5);
    HttpResponse<String> answer = app.get("/api/logout?forward", session.headers());
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().allValues("Set-Cookie"))
        .hasSize(2)
        .allMatch(cookie -> cookie.endsWith("; Max-Age=0"));
    assertThat(app.get("/api/who", session.headers()).body()).contains("closed");
  }

  @Test
  void logoutRemovesUserFromRequest() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    HttpResponse<String> answer = app.get("/public/logout?name=alice&password=wonderland");
    assertThat(answer.body()).isEqualTo("null true false null");
    // The cookies are set and then deleted.
    List<String> cookies = answer.headers().allValues("Set-Cookie");
    assertThat(cookies).hasSize(4);
    assertThat(cookies.subList(2, 4)).allMatch(cookie -> cookie.endsWith("; Max-Age=0"));
    assertThat(app.get("/api/who", "Cookie", pairs(cookies.subList(0, 2))).body())
        .contains("closed");
  }

  @Test
  void logoutOnPublicPageRevokesPresentedToken() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    Session session = app.session(Accounts.ALICE, 5);
    HttpResponse<String> answer =
        app.get("/public/bye", "Cookie", "SESSION=" + session.id() + "; token=" + session.token());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().allValues("Set-Cookie"))
        .hasSize(2)
        .allMatch(cookie -> cookie.endsWith("; Max-Age=0"));
    assertThat(app.get("/api/who", session.headers()).body()).contains("closed");
  }

  @Test
  void refusesLoginWithoutCookieCarrier() throws Exception {
    start(Map.of("token.carriers", "bearer"));
    assertThat(app.get("/public/login?name=alice&password=wonderland").body())
        .isEqualTo("refused null true false null");
    HttpResponse<String> answer =
        app.get("/api/login?name=bob&password=builder", app.session(Accounts.ALICE, 5).headers());
    assertThat(answer.body()).isEqualTo("refused alice false true BEARER");
    assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
  }

  @Test
  void applicationLogsInAndOutKnownUsers() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    HttpResponse<String> login = app.get("/public/sso?kind=SESSION");
    List<String> cookies = login.headers().allValues("Set-Cookie");
    assertThat(cookies).hasSize(2);
    assertThat(login.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(pairs(cookies)).contains("token=" + login.body());
    assertThat(app.get("/api/who", "Cookie", pairs(cookies)).body())
        .isEqualTo("carol false true BEARER");

    HttpResponse<String> logout = app.get("/public/sso-logout", "Cookie", pairs(cookies));
    assertThat(logout.headers().allValues("Set-Cookie"))
        .hasSize(2)
        .allMatch(cookie -> cookie.endsWith("; Max-Age=0"));
    assertThat(app.get("/api/who", "Cookie", pairs(cookies)).body()).contains("closed");
    assertThat(app.get("/public/sso-logout").statusCode()).isEqualTo(200);
    assertThat(app.get("/public/sso-logout", "Cookie", "token=nonsense").statusCode())
        .isEqualTo(200);
  }

  /** ASVS 5.0, 7.2.4. */
  @Test
  void loginRevokesTheSessionItReplaces() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie", "token.sessions.limit", "1"));
    String first = pairs(cookies("/public/login?name=alice&password=wonderland"));
    String second = pairs(cookies("/public/login?name=alice&password=wonderland", first));
    assertThat(app.get("/api/who", "Cookie", first).body()).contains("closed");
    assertThat(app.get("/api/who", "Cookie", second).body()).startsWith("alice ");
    assertThat(second.split("; ")).doesNotContain(first.split("; "));

    // The same applies at a protected page and to another user.
    String third = pairs(cookies("/api/login?name=bob&password=builder", second));
    String carol = pairs(cookies("/public/sso?kind=SESSION", third));
    assertThat(app.get("/api/who", "Cookie", second).body()).contains("closed");
    assertThat(app.get("/api/who", "Cookie", third).body()).contains("closed");
    assertThat(app.get("/api/who", "Cookie", carol).body()).startsWith("carol ");
  }

  /** The cookies of the new session replace none of these tokens. */
  @Test
  void loginRevokesOnlySessionsProvedByCookies() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    Session session = app.session(Accounts.ALICE, 5);
    String open = app.open(Accounts.ALICE, 5);
    cookies("/public/sso?kind=SESSION", "token=" + open);
    cookies("/public/sso?kind=SESSION", "token=" + session.token());
    cookies("/public/sso?kind=SESSION", "token=" + session.token() + "; SESSION=x");
    app.get("/public/sso?kind=SESSION", session.headers());
    assertThat(app.get("/api/who", session.headers()).statusCode()).isEqualTo(200);
    assertThat(app.get("/api/who", "Authorization", "Bearer " + open).statusCode()).isEqualTo(200);
  }

  /** The tokens of scripts in other tabs need the session id. */
  @Test
  void loginReusesSessionIfScriptsHoldTokens() throws Exception {
    start(Map.of("token.carriers", "bearer"));
    HttpResponse<String> first = app.get("/public/sso?kind=SESSION");
    String id = pairs(first.headers().allValues("Set-Cookie"));
    HttpResponse<String> second = app.get("/public/sso?kind=SESSION", "Cookie", id);
    assertThat(pairs(second.headers().allValues("Set-Cookie"))).isEqualTo(id);
    for (HttpResponse<String> login : List.of(first, second)) {
      assertThat(
              app.get("/api/who", "Authorization", "Bearer " + login.body(), "Cookie", id).body())
          .startsWith("carol ");
    }
  }

  @Test
  void logoutOnPublicPageWorksWithBearerOnly() throws Exception {
    start(Map.of("token.carriers", "bearer"));
    Session session = app.session(Accounts.ALICE, 5);
    assertThat(app.get("/public/bye", session.headers()).statusCode()).isEqualTo(200);
    assertThat(app.get("/api/who", session.headers()).body()).contains("closed");
  }

  @Test
  void ambiguousLogoutFailsAndRevokesNothing() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    Session alice = app.session(Accounts.ALICE, 5);
    Session bob = app.session(Accounts.BOB, 5);
    for (String path : List.of("/public/bye", "/public/sso-logout")) {
      HttpResponse<String> answer =
          app.get(path, "Cookie", "token=" + alice.token() + "; token=" + bob.token());
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    }
    assertThat(app.get("/api/who", alice.headers()).statusCode()).isEqualTo(200);
    assertThat(app.get("/api/who", bob.headers()).statusCode()).isEqualTo(200);
  }

  @Test
  void logoutRevokesTokenOfAnyCarrier() throws Exception {
    start(Map.of("token.carriers", "cookie", "token.gateway.paths", "/gate/*"));
    String user = app.get("/public/sso?kind=USER").body();
    assertThat(app.get("/gate/logout", "userToken", user).statusCode()).isEqualTo(200);
    assertThat(security.service().introspect(user)).isEmpty();
  }

  @Test
  void logoutAfterLoginAlsoRevokesOriginalToken() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    String open = app.open(Accounts.ALICE, 5);
    HttpResponse<String> answer =
        app.get("/api/in-and-out?name=bob&password=builder", "Authorization", "Bearer " + open);
    assertThat(answer.statusCode()).isEqualTo(200);
    List<String> cookies = answer.headers().allValues("Set-Cookie");
    assertThat(app.get("/api/who", "Cookie", pairs(cookies.subList(0, 2))).body())
        .contains("closed");
    assertThat(security.service().introspect(open)).isEmpty();
  }

  @Test
  void logoutRevokesTokenOfSameRequestsLogin() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    String user = app.get("/public/in-and-out").body();
    assertThat(user).startsWith("eyJ");
    assertThat(security.service().introspect(user)).isEmpty();
  }

  private List<String> cookies(String path, String... sent) throws Exception {
    HttpResponse<String> answer =
        sent.length == 0 ? app.get(path) : app.get(path, "Cookie", sent[0]);
    List<String> cookies = answer.headers().allValues("Set-Cookie");
    assertThat(cookies).hasSize(2);
    return cookies;
  }

  @Test
  void loginWithUserTokenSetsNoCookies() throws Exception {
    start(Map.of("token.carriers", "bearer,cookie"));
    HttpResponse<String> login = app.get("/public/sso?kind=USER");
    assertThat(login.headers().allValues("Set-Cookie")).isEmpty();
    assertThat(app.get("/api/who", "Authorization", "Bearer " + login.body()).body())
        .isEqualTo("carol false true BEARER");
    assertThat(login.headers().firstValue("Cache-Control")).hasValue("no-store");
  }

  /** Returns the Cookie header that a browser would send. */
  private static String pairs(List<String> cookies) {
    return String.join(
        "; ", cookies.stream().map(cookie -> cookie.substring(0, cookie.indexOf(';'))).toList());
  }
}
