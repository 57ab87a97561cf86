package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;
import org.tokenfilter.testsupport.WebApp.Session;

/**
 * Cookies that no correct client sends. They are refused or ignored and never mistaken for others.
 * Cases D13 and D14. The parsing by Jetty is tested as well.
 */
final class CookieCarrierTest {

  private static final String LOGIN = "/security/rest/token/access/session/5";
  private static final String LOGOUT = "/security/rest/token/logout";

  private static final Pattern PLACEHOLDER = Pattern.compile("(=\"?)([ABTU])");

  @TempDir private Path folder;
  private TokenSecurity security;
  private WebApp app;
  private RawHttp client;
  private Session alice;
  private Session bob;

  @BeforeEach
  void startTheApplication() throws Exception {
    start(Map.of());
  }

  private void start(Map<String, String> settings) throws Exception {
    security =
        TokenSecurity.builder()
            .settings(Accounts.settings(folder))
            .setting("token.carriers", "bearer,cookie")
            .settings(settings)
            .build();
    app =
        new WebApp("/shop")
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet(
                "/api/who",
                (request, response) -> response.getWriter().print(request.getRemoteUser()))
            .start();
    client = RawHttp.to(app);
    alice = app.session(Accounts.ALICE, 5);
    bob = app.session(Accounts.BOB, 5);
  }

  private void restart(Map<String, String> settings) throws Exception {
    stopTheApplication();
    start(settings);
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  /** Reads cookies in which A and B are session ids, T and U the tokens of these sessions. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SESSION=A; token=T | 200",
        // equal ones count once; of several session ids the token's own counts
        "SESSION=A; SESSION=A; token=T; token=T | 200",
        "SESSION=A; SESSION=B; token=T | 200",
        "SESSION=B; SESSION=A; token=T | 200",
        "SESSION=nonsense; SESSION=A; token=T | 200",
        "SESSION=B; SESSION=nonsense; token=T | 401",
        // two differing valid tokens are refused in either order, other values are ignored
        "SESSION=A; token=T; token=U | 400",
        "SESSION=A; token=U; token=T | 400",
        "SESSION=A; token=T; token=nonsense | 200",
        "SESSION=A; token=nonsense; token=T | 200",
        "SESSION=A; token=nonsense; token=more | 401",
        "SESSION=A; token=nonsense; token=T; token=U | 400",
        "SESSION=B; token=T | 401",
        // quotes
        "SESSION=\"A\"; token=\"T\" | 200",
        "SESSION=\"A; token=T | 401",
        "token=T; SESSION=\"A | 401",
        "SESSION=A\"; token=T | 401",
        "SESSION=\"A; SESSION=B\"; token=T | 401",
        "x=\"a; SESSION=B\"; SESSION=A; token=T | 200",
        "x=\"a\\\"; SESSION=B\"; SESSION=A; token=T | 200",
        // empty values
        "SESSION=; token=T | 401",
        "SESSION=; SESSION=A; token=T | 200",
        "SESSION; token=T | 401",
        "SESSION=A; token= | 401",
        "SESSION=A; token | 401",
        "=A; token=T | 401",
        "=; ==; ;;; ;; token=T; SESSION=A | 200",
        // RFC 2965
        "$Version=1; SESSION=A; token=T | 200",
        "$Version=1; SESSION=\"A\"; $Path=/; token=\"T\" | 200",
        "$Version=1; $SESSION=A; token=T | 401",
        // names are compared exactly
        "session=B; SESSION=A; token=T | 200",
        "session=A; token=T | 401",
        "SESSION=A; TOKEN=T | 401",
        "SESSION_=A; token=T | 401",
        "xSESSION=A; token=T | 401",
        // values are compared exactly
        "SESSION=A x; token=T | 401",
        "SESSION=Ax; token=T | 401",
        "SESSION=A,SESSION=B; token=T | 401",
        "SESSION=B,SESSION=A; token=T | 401",
        "SESSION=A\\; token=T | 401",
        "SESSION=%41; token=T | 401",
        "SESSION=A; token=TT | 401",
        "SESSION=A; token=nonsense | 401",
        // cookies of other applications
        "x=\u00fc; SESSION=A; token=T | 200",
        "{\"a\":1}; SESSION=A; token=T | 200",
        "x=a\tb; SESSION=A; token=T | 200",
        "SESSION=A\tb; token=T | 401",
        // Jetty refuses control characters in a header
        "x=\u0001; SESSION=A; token=T | 400",
        "SESSION=A\u0001; token=T | 400"
      })
  void neverMistakesOneCookieForAnother(String cookies, int status) throws Exception {
    assertAnswer(client.get("/shop/api/who", "Cookie: " + fillIn(cookies)), status);
  }

  @ParameterizedTest
  @CsvSource({
    "'SESSION=A; token=T', T, 200",
    "'SESSION=A; token=T', U, 400",
    "'SESSION=A; token=U', T, 400",
    "'SESSION=B; token=T', T, 401",
    "'SESSION=A; token=', T, 200",
    "'SESSION=A', T, 200",
    "'SESSION=A; token=T; token=U', T, 400",
    // A cookie of another application is ignored, but a bad Authorization header is refused.
    "'SESSION=A; token=nonsense', T, 200",
    "'SESSION=A; token=nonsense; token=T', T, 200",
    "'SESSION=A; token=T', nonsense, 401"
  })
  void tokenInHeaderAndCookieMustMatch(String cookies, String token, int status) throws Exception {
    assertAnswer(
        client.get(
            "/shop/api/who",
            "Cookie: " + fillIn(cookies),
            "Authorization: Bearer" + fillIn("=" + token).replace('=', ' ')),
        status);
  }

  @Test
  void readsSeveralCookieHeadersAsOne() throws Exception {
    String[] lines = {"Cookie: " + fillIn("SESSION=A"), "Cookie: " + fillIn("token=T")};
    assertAnswer(client.get("/shop/api/who", lines), 200);
    String[] more = {lines[0], lines[1], "Cookie: " + fillIn("SESSION=B")};
    assertAnswer(client.get("/shop/api/who", more), 200);
    String[] two = {lines[0], lines[1], "Cookie: " + fillIn("token=U")};
    assertAnswer(client.get("/shop/api/who", two), 400);
  }

  /** Case D13. The container's limit of 8 KiB of headers applies first. */
  @Test
  void thousandCookiesDoNoHarm() throws Exception {
    String own = "Cookie: " + fillIn("SESSION=A; token=T");
    assertAnswer(client.get("/shop/api/who", own + "; a=b".repeat(1000)), 200);
    assertAnswer(client.get("/shop/api/who", own + "; SESSION=x".repeat(600)), 200);
    assertAnswer(client.get("/shop/api/who", own + "; token=x".repeat(600)), 200);
    assertAnswer(client.get("/shop/api/who", own + "; SESSION=x".repeat(1000)), 431);
  }

  @Test
  void cookiesHaveTheSameAttributesWhenTheyAreSetAndDeleted() throws Exception {
    String attributes = "; HttpOnly; Path=/shop; SameSite=Lax";
    Answer given = login();
    assertThat(given.all("Set-Cookie"))
        .containsExactly(
            "SESSION=" + WebApp.member(given.body(), "session") + attributes,
            "token=" + WebApp.member(given.body(), "access_token") + attributes);
    Answer taken = client.send("POST", "/shop" + LOGOUT, "Cookie: " + fillIn("SESSION=A; token=T"));
    assertThat(taken.status()).isEqualTo(204);
    assertThat(taken.all("Set-Cookie"))
        .containsExactly(
            "SESSION=" + attributes + "; Max-Age=0", "token=" + attributes + "; Max-Age=0");
    assertThat(taken.all("Cache-Control")).containsExactly("no-store");
  }

  @Test
  void cookiesHaveConfiguredNamesAndAttributes() throws Exception {
    restart(
        Map.of(
            "token.cookie", "spectrum.authentication.token",
            "token.session.cookie", "__Host-session",
            "token.cookie.secure", "true",
            "token.cookie.path", "/",
            "token.cookie.same-site", "None"));
    Answer given = login();
    assertThat(given.all("Set-Cookie"))
        .hasSize(2)
        .allMatch(cookie -> cookie.endsWith("; HttpOnly; Path=/; SameSite=None; Secure"))
        .anyMatch(cookie -> cookie.startsWith("spectrum.authentication.token=eyJ"))
        .anyMatch(cookie -> cookie.startsWith("__Host-session="));
    String cookies = fillIn("spectrum.authentication.token=T; __Host-session=A");
    assertAnswer(client.get("/shop/api/who", "Cookie: " + cookies), 200);
    assertAnswer(client.get("/shop/api/who", "Cookie: " + fillIn("token=T; SESSION=A")), 401);
  }

  private Answer login() throws Exception {
    return client.get("/shop" + LOGIN, "Authorization: " + WebApp.basic(Accounts.ALICE));
  }

  private String fillIn(String text) {
    Map<String, String> values =
        Map.of("A", alice.id(), "B", bob.id(), "T", alice.token(), "U", bob.token());
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(found -> found.group(1) + values.get(found.group(2)));
  }

  private static void assertAnswer(Answer answer, int status) {
    assertThat(answer.status()).isEqualTo(status);
    if (status == 200) {
      assertThat(answer.body()).isEqualTo("alice");
    }
  }
}
