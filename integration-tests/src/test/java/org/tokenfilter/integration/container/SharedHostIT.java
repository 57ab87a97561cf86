package org.tokenfilter.integration.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.integration.container.Client.Session;

/**
 * Two applications of one host, at {@code /} and at {@code /shop}, with the default names of
 * cookies: a browser sends both applications' cookies to the second one, those of the longer path
 * first. Also an application that uses an HttpSession.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Container.class)
final class SharedHostIT {

  private static final String LOGOUT = "/security/rest/token/logout";

  /** The cookie {@code SESSION} as Spring Session sets it. */
  private static final String SPRING_SESSION_COOKIE =
      "SESSION="
          + Base64.getEncoder()
              .encodeToString(
                  Client.bytes(new UUID(0x123456789abc4defL, 0x8123456789abcdefL).toString()));

  private static final String SETTINGS =
      """
      <context-param>
        <param-name>token.carriers</param-name>
        <param-value>bearer, cookie</param-value>
      </context-param>
      <context-param>
        <param-name>token.paths.public</param-name>
        <param-value>/public/*</param-value>
      </context-param>
      <servlet>
        <servlet-name>probe</servlet-name>
        <servlet-class>Probe</servlet-class>
      </servlet>
      <servlet-mapping>
        <servlet-name>probe</servlet-name>
        <url-pattern>/api/*</url-pattern>
        <url-pattern>/public/*</url-pattern>
      </servlet-mapping>
      """;

  private static final String PROBE =
      """
      import jakarta.servlet.ServletException;
      import jakarta.servlet.http.HttpServlet;
      import jakarta.servlet.http.HttpServletRequest;
      import jakarta.servlet.http.HttpServletResponse;
      import jakarta.servlet.http.HttpSession;
      import java.io.IOException;
      import java.time.Duration;
      import org.tokenfilter.config.TokenSecurity;
            import org.tokenfilter.token.Subject;
      import org.tokenfilter.token.TokenRejectedException;

      public class Probe extends HttpServlet {
        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
          TokenSecurity security = TokenSecurity.of(getServletContext());
          try {
            switch (request.getPathInfo()) {
              case "/login" -> request.login("alice", "wonderland-4711");
              case "/sso" ->
                  security.login(
                      request, response, Subject.of(request.getParameter("name"), "user"));
              case "/open" ->
                  response.setHeader(
                      "open",
                      security
                          .service()
                          .issueOpen(
                              Subject.of(request.getParameter("name"), "user"),
                              Duration.ofHours(1),
                              security.proxies().clientOf(request))
                          .value());
              case "/logout" -> request.logout();
              case "/bye" -> security.logout(request, response);
              case "/hold" -> request.getSession().setAttribute("held", "kept");
              default -> {}
            }
            HttpSession session = request.getSession(false);
            response.setContentType("text/plain");
            response.getWriter().print(request.getRemoteUser());
            response.getWriter().print(
                session == null
                    ? " none"
                    : " " + session.getId() + " " + session.getAttribute("held"));
          } catch (TokenRejectedException refused) {
            response.sendError(400);
          } catch (ServletException refused) {
            response.sendError(refused.getCause() instanceof TokenRejectedException ? 400 : 500);
          }
        }
      }
      """;

  private static @Nullable RunningServer server;

  @Parameter(0)
  private Container container = Container.TOMCAT_10;

  private final Client root = new Client(Objects.requireNonNull(server).port());
  private final Client shop = new Client(Objects.requireNonNull(server).port(), "/shop");

  @BeforeParameterizedClassInvocation
  static void start(Container container) throws Exception {
    server = container.start();
    SilencedLog.silence();
    server.deploy(application("root"), "");
    server.deploy(application("shop"), "/shop");
  }

  private static Path application(String name) throws Exception {
    Shop shop = new Shop("shared-" + name).webXml(SETTINGS);
    shop.compile("Probe", PROBE);
    return shop.war();
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    Objects.requireNonNull(server).close();
  }

  /** Logs in without a password, whose check is slow. */
  private static Session loggedIn(Client application, String user) throws Exception {
    CookieJar jar = new CookieJar();
    jar.take(application.get("/public/sso?name=" + user));
    return new Session(jar.value("token"), jar.value("SESSION"));
  }

  private static String cookies(Session session) {
    return "SESSION=" + session.id() + "; token=" + session.token();
  }

  /** Returns both cookies in the order of a browser: the longer path comes first. */
  private static String[] browserCookies(Session ofShop, Session ofRoot) {
    return new String[] {"Cookie", cookies(ofShop) + "; " + cookies(ofRoot)};
  }

  @Test
  void applicationsWithDefaultCookieNamesDoNotInterfere() throws Exception {
    Session ofRoot = loggedIn(root, "bob");
    Session ofShop = loggedIn(shop, "alice");
    assertUser(root.get("/api/who", "Cookie", cookies(ofRoot)), "bob");
    assertUser(shop.get("/api/who", browserCookies(ofShop, ofRoot)), "alice");
    // A path that was set later, or a proxy, may turn the order around.
    assertUser(shop.get("/api/who", browserCookies(ofRoot, ofShop)), "alice");
    assertUser(root.get("/api/who", browserCookies(ofShop, ofRoot)), "bob");
  }

  @Test
  void ownHeadersWinOverCookiesOfOtherApplications() throws Exception {
    Session ofRoot = loggedIn(root, "bob");
    Session ofShop = loggedIn(shop, "alice");
    String[] headers = Client.withHeader(Client.bearer(ofShop.token()), "session", ofShop.id());
    assertUser(
        shop.get("/api/who", Client.withHeader(headers, "Cookie", SPRING_SESSION_COOKIE)), "alice");
    assertUser(
        shop.get("/api/who", Client.withHeader(headers, "Cookie", cookies(ofRoot))), "alice");
    String open = Objects.requireNonNull(shop.get("/public/open?name=alice").header("open"));
    assertUser(
        shop.get("/api/who", Client.withHeader(Client.bearer(open), "Cookie", cookies(ofRoot))),
        "alice");
  }

  @Test
  void ignoresCookieOfSpringSession() throws Exception {
    Session alice = loggedIn(shop, "alice");
    assertUser(
        shop.get("/api/who", "Cookie", SPRING_SESSION_COOKIE + "; " + cookies(alice)), "alice");
    assertUser(
        shop.get("/api/who", "Cookie", cookies(alice) + "; " + SPRING_SESSION_COOKIE), "alice");
    assertUser(
        shop.get("/api/who", "Cookie", cookies(alice), "Cookie", SPRING_SESSION_COOKIE), "alice");
  }

  @Test
  void loginDespiteForeignCookiesStartsNewSession() throws Exception {
    Session ofRoot = loggedIn(root, "alice");
    Answer login =
        shop.get(
            "/security/rest/token/access/session/30",
            Client.withHeader(
                browserCookies(ofRoot, ofRoot), "Authorization", Client.basic(Client.ALICE)));
    assertThat(login.status()).isEqualTo(200);
    assertThat(login.member("session")).isNotEqualTo(ofRoot.id());
  }

  @ParameterizedTest
  @ValueSource(strings = {LOGOUT, "/api/logout", "/public/logout", "/api/bye", "/public/bye"})
  void logoutDespiteForeignCookiesRevokesOwnToken(String path) throws Exception {
    Session ofRoot = loggedIn(root, "bob");
    Session ofShop = loggedIn(shop, "alice");
    Answer out = shop.post(path, new byte[0], browserCookies(ofShop, ofRoot));
    assertThat(out.status()).isIn(200, 204);
    assertCookiesCleared(out);
    assertClosed(shop.get("/api/who", "Cookie", cookies(ofShop)));
    assertUser(root.get("/api/who", "Cookie", cookies(ofRoot)), "bob");
  }

  /** The session id of the token need not be present any more. */
  @ParameterizedTest
  @ValueSource(strings = {"/public/logout", "/public/bye"})
  void publicPageRevokesPresentedToken(String path) throws Exception {
    Session alice = loggedIn(shop, "alice");
    Answer out = shop.get(path, "Cookie", SPRING_SESSION_COOKIE + "; token=" + alice.token());
    assertThat(out.status()).isEqualTo(200);
    assertClosed(shop.get("/api/who", "Cookie", cookies(alice)));
  }

  @ParameterizedTest
  @ValueSource(strings = {LOGOUT, "/api/logout", "/public/logout", "/api/bye", "/public/bye"})
  void refusesLogoutOfAmbiguousToken(String path) throws Exception {
    Session alice = loggedIn(shop, "alice");
    Session bob = loggedIn(shop, "bob");
    Answer out = shop.post(path, new byte[0], browserCookies(alice, bob));
    assertThat(out.status()).isEqualTo(400);
    assertUser(shop.get("/api/who", "Cookie", cookies(alice)), "alice");
    assertUser(shop.get("/api/who", "Cookie", cookies(bob)), "bob");
  }

  @Test
  void refusedLogoutStillClearsCookies() throws Exception {
    Session alice = loggedIn(shop, "alice");
    Session bob = loggedIn(shop, "bob");
    Answer two = shop.post(LOGOUT, new byte[0], browserCookies(alice, bob));
    assertThat(two.status()).isEqualTo(400);
    assertCookiesCleared(two);
    Answer without = shop.post(LOGOUT, new byte[0], "Cookie", "token=" + alice.token());
    assertThat(without.status()).isEqualTo(401);
    assertCookiesCleared(without);
    Answer ofAnotherSite =
        shop.post(LOGOUT, new byte[0], "Cookie", "token=x", "Sec-Fetch-Site", "cross-site");
    assertThat(ofAnotherSite.status()).isEqualTo(403);
    assertThat(ofAnotherSite.headers().allValues("Set-Cookie")).isEmpty();
  }

  @Test
  void refusesDifferentOwnTokensAndIgnoresForeignOnes() throws Exception {
    Session alice = loggedIn(shop, "alice");
    Session second = loggedIn(shop, "alice");
    Session foreign = loggedIn(root, "bob");
    String own = cookies(alice);
    assertThat(shop.get("/api/who", browserCookies(alice, second)).status()).isEqualTo(400);
    assertThat(shop.get("/api/who", "Cookie", own, "Cookie", cookies(second)).status())
        .isEqualTo(400);
    for (String other : List.of("x", foreign.token(), alice.token() + "A", "\"quoted\"")) {
      assertUser(shop.get("/api/who", "Cookie", "token=" + other + "; " + own), "alice");
      assertUser(shop.get("/api/who", "Cookie", own + "; token=" + other), "alice");
      assertThat(shop.get("/api/who", "Cookie", "token=" + other + "; token=y").status())
          .isEqualTo(401);
    }
  }

  @Test
  void refusesDifferentSessionHeaders() throws Exception {
    Session alice = loggedIn(shop, "alice");
    String[] headers = Client.withHeader(Client.bearer(alice.token()), "session", alice.id());
    assertUser(shop.get("/api/who", headers), "alice");
    assertThat(shop.get("/api/who", Client.withHeader(headers, "session", "x")).status())
        .isEqualTo(400);
  }

  /** None of these cookies may cause a refusal of a valid token, in the header or in its cookie. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=\"b",
        "a=b\"c",
        "=x",
        "=; ==; ;;; ;;",
        "{\"a\":1}",
        "a=b,c",
        "a=b c",
        "a=\"x; y\"",
        "$Version=1",
        "$Version=\"1\"; a=\"b\"; $Path=\"/shop\"",
        "a=\u00fc",
        "a=\tb",
        "a",
        "a@b=c",
        "Expires=Wed, 21 Oct 2026 07:28:00 GMT",
        "SESSION=\"open; token=\"open"
      })
  void ignoresUnreadableForeignCookie(String foreign) throws Exception {
    assumeFalse(
        container == Container.UNDERTOW && foreign.contains("\u00fc"),
        "Undertow answers 500 by itself, before any filter: it looks for an HttpSession");
    Session alice = loggedIn(shop, "alice");
    String open = Objects.requireNonNull(shop.get("/public/open?name=alice").header("open"));
    String own = cookies(alice);
    for (String line : List.of(foreign + "; " + own, own + "; " + foreign)) {
      RawResponse answer =
          RawResponse.get(Objects.requireNonNull(server).port(), "/shop/api/who", line);
      assertThat(answer.status()).as(line).isEqualTo(200);
      assertThat(answer.text()).startsWith("alice ");
    }
    RawResponse answer =
        RawResponse.get(
            Objects.requireNonNull(server).port(),
            "/shop/api/who",
            foreign,
            "Authorization: Bearer " + open);
    assertThat(answer.status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "/public/login, /api/logout",
    "/public/sso?name=carol, /public/bye",
    "/public/sso?name=carol, /api/bye"
  })
  void loginRenewsHttpSessionIdAndLogoutInvalidatesIt(String login, String logout)
      throws Exception {
    CookieJar jar = new CookieJar();
    jar.take(shop.get("/public/hold"));
    String before = httpSession(shop.get("/public/look", jar.headers()));
    assertThat(before).endsWith(" kept");

    Answer in = jar.take(shop.get(login, jar.headers()));
    assertThat(in.status()).isEqualTo(200);
    String after = httpSession(shop.get("/api/who", jar.headers()));
    assertThat(after).endsWith(" kept").isNotEqualTo(before);
    String planted = before.substring(0, before.indexOf(' '));
    assertThat(httpSession(shop.get("/public/look", "Cookie", "JSESSIONID=" + planted)))
        .isEqualTo("none");

    String[] still = jar.headers();
    assertThat(jar.take(shop.get(logout, still)).status()).isEqualTo(200);
    assertThat(httpSession(shop.get("/public/look", still))).isEqualTo("none");
    assertClosed(shop.get("/api/who", still));
  }

  /** Neither login nor logout creates an HttpSession. */
  @Test
  void createsNoHttpSession() throws Exception {
    CookieJar jar = new CookieJar();
    Answer in = jar.take(shop.get("/public/sso?name=alice"));
    assertThat(in.text()).endsWith(" none");
    assertThat(jar.take(shop.get("/api/logout", jar.headers())).text()).isEqualTo("null none");
  }

  private static void assertUser(Answer answer, String user) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    assertThat(answer.text()).startsWith(user + " ");
  }

  private static void assertClosed(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(401);
    assertThat(answer.text()).contains("\"reason\":\"closed\"");
  }

  private static void assertCookiesCleared(Answer answer) {
    assertThat(answer.headers().allValues("Set-Cookie"))
        .contains(
            "SESSION=; HttpOnly; Path=/shop; SameSite=Lax; Max-Age=0",
            "token=; HttpOnly; Path=/shop; SameSite=Lax; Max-Age=0");
  }

  /** Returns the HttpSession that a page shows, without the user. */
  private static String httpSession(Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    return answer.text().substring(answer.text().indexOf(' ') + 1);
  }
}
