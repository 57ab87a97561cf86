package org.tokenfilter.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.endpoint.AccessTokenServlet;
import org.tokenfilter.testsupport.Accounts;
import org.tokenfilter.testsupport.RawHttp;
import org.tokenfilter.testsupport.RawHttp.Answer;
import org.tokenfilter.testsupport.WebApp;

/**
 * Session tokens used from different addresses, directly and behind 127.0.0.1 as a proxy. Cases
 * C14, C15 and C18.
 */
@SuppressWarnings("NullAway.Init") // each test starts the application by its own settings
final class TrustedProxyOverHttpTest {

  private static final String LOGIN = "/security/rest/token/access/session/5";
  private static final String BASIC = "Authorization: " + WebApp.basic(Accounts.ALICE);

  @TempDir private Path folder;
  private TokenSecurity security;
  private WebApp app;
  private RawHttp client;

  private void start(Map<String, String> settings) throws Exception {
    security =
        TokenSecurity.builder().settings(Accounts.settings(folder)).settings(settings).build();
    app =
        new WebApp()
            .filter(new TokenFilter(security), Map.of())
            .servlet("/security/rest/*", new AccessTokenServlet())
            .servlet(
                "/api/who",
                (request, response) -> response.getWriter().print(request.getRemoteUser()))
            .start();
    client = RawHttp.to(app);
  }

  @AfterEach
  void stopTheApplication() {
    app.close();
    security.close();
  }

  @ParameterizedTest
  @CsvSource({
    "off, 127.0.0.2, 200",
    "off, 127.9.9.9, 200",
    "address, 127.0.0.1, 200",
    "address, 127.0.0.2, 401",
    "prefix, 127.0.0.2, 200",
    "prefix, 127.0.0.254, 200",
    "prefix, 127.0.1.1, 401"
  })
  void bindingDecidesWhereSessionTokenIsValid(String binding, String source, int status)
      throws Exception {
    start(Map.of("token.binding", binding));
    String[] session = headers(client.get(LOGIN, BASIC));
    Answer answer = client.from(source).get("/api/who", session);
    assertThat(answer.status()).isEqualTo(status);
    if (status == 401) {
      assertThat(answer.all("WWW-Authenticate"))
          .containsExactly("Bearer realm=\"ROOT\", error=\"invalid_token\"");
      assertThat(answer.body()).doesNotContain("reason", "127.0");
    }
    assertThat(client.get("/api/who", session).body()).isEqualTo("alice");
  }

  @Test
  void openTokenIsValidAnywhere() throws Exception {
    start(Map.of());
    String open = app.open(Accounts.ALICE, 5);
    assertThat(client.from("127.9.9.9").get("/api/who", "Authorization: Bearer " + open).body())
        .isEqualTo("alice");
  }

  @Test
  void ignoresForwardedHeadersOfUntrustedClients() throws Exception {
    start(Map.of());
    String[] session = headers(client.get(LOGIN, BASIC));
    for (String lie :
        new String[] {"X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Forwarded: \""}) {
      String[] headers = {session[0], session[1], lie};
      assertThat(client.from("127.0.0.2").get("/api/who", headers).status()).as(lie).isEqualTo(401);
      assertThat(client.get("/api/who", headers).status()).as(lie).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Forwarded-For: 203.0.113.9 | 200",
        "X-Forwarded-For: 1.2.3.4, 203.0.113.9 | 200",
        "X-Forwarded-For: 203.0.113.9:4711 | 200",
        "X-Forwarded-For: ::ffff:203.0.113.9 | 200",
        "Forwarded: for=203.0.113.9;proto=https | 200",
        "X-Forwarded-For: 203.0.113.10 | 401",
        "X-Forwarded-For: 203.0.113.9, 1.2.3.4 | 401",
        "X-Real-IP: 203.0.113.9 | 401",
        "X-Forwarded-For: 2001:db8::1 | 401",
        "X-Forwarded-For: unknown | 400",
        "X-Forwarded-For: localhost | 400",
        "Forwarded: proto=https | 400",
        "Forwarded: for=_hidden | 400"
      })
  void bindsTokenToClientNamedByTrustedProxy(String header, int status) throws Exception {
    start(Map.of("token.trusted-proxies", "127.0.0.1, ::1"));
    String[] session = headers(client.get(LOGIN, BASIC, "X-Forwarded-For: 203.0.113.9"));
    assertThat(client.get("/api/who", session[0], session[1], header).status()).isEqualTo(status);
    // A client that bypasses the proxy has another address.
    assertThat(client.from("127.0.0.2").get("/api/who", session[0], session[1], header).status())
        .isEqualTo(401);
  }

  @Test
  void contradictoryForwardedHeadersAreABadRequest() throws Exception {
    start(Map.of("token.trusted-proxies", "127.0.0.0/8"));
    String[] lies = {BASIC, "X-Forwarded-For: 203.0.113.9", "Forwarded: for=203.0.113.10"};
    Answer login = client.get(LOGIN, lies);
    assertThat(login.status()).isEqualTo(400);
    assertThat(login.all("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"ROOT\", error=\"invalid_request\"");
    String[] session = headers(client.get(LOGIN, BASIC, "X-Forwarded-For: 203.0.113.9"));
    Answer answer = client.get("/api/who", session[0], session[1], lies[1], lies[2]);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).isEqualTo(login.body());
    // Without a token the address is not read; with a valid one and one header it is accepted.
    assertThat(client.get("/api/who", lies[1], lies[2]).status()).isEqualTo(401);
    assertThat(client.get("/api/who", session[0], session[1], lies[1]).body()).isEqualTo("alice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-Host: shop.example",
        "X-Forwarded-Host: evil.example, shop.example",
        "Forwarded: for=203.0.113.9;host=shop.example;proto=https"
      })
  void allowsOriginOfForwardedHost(String header) throws Exception {
    start(Map.of("token.trusted-proxies", "127.0.0.1"));
    String[] asked = {BASIC, header, "Origin: https://shop.example"};
    assertThat(client.send("POST", LOGIN, asked).status()).isEqualTo(200);
    // The header of a client that bypasses the proxy is ignored.
    assertThat(client.from("127.0.0.2").send("POST", LOGIN, asked).status()).isEqualTo(403);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "https://shop.example:8443",
        "https://shop.example.evil.example",
        "https://inner.example",
        "null"
      })
  void refusesOriginOfAnotherHost(String origin) throws Exception {
    start(Map.of("token.trusted-proxies", "127.0.0.1"));
    String[] asked = {
      BASIC, "Host: inner.example", "X-Forwarded-Host: shop.example", "Origin: " + origin
    };
    assertThat(client.send("POST", LOGIN, asked).status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1 | X-Forwarded-Proto: https | true",
        "127.0.0.1 | X-Forwarded-Proto: wss | true",
        "127.0.0.1 | Forwarded: for=203.0.113.9;proto=https | true",
        "127.0.0.1 | X-Forwarded-Proto: http | false",
        "127.0.0.1 | X-Forwarded-Proto: https, http | false",
        "127.0.0.1 | Forwarded: proto=https, for=203.0.113.9;proto=http | false",
        "127.0.0.1 | X-Forwarded-Ssl: on | false",
        "127.0.0.2 | X-Forwarded-Proto: https | false",
        "127.0.0.2 | Forwarded: for=203.0.113.9;proto=https | false"
      })
  void cookiesAreSecureIfTrustedProxyReportsTls(String source, String header, boolean secure)
      throws Exception {
    start(Map.of("token.trusted-proxies", "127.0.0.1", "token.carriers", "cookie"));
    List<String> cookies = client.from(source).get(LOGIN, BASIC, header).all("Set-Cookie");
    assertThat(cookies).hasSize(2).allMatch(cookie -> cookie.contains("; Secure") == secure);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://shop.example | shop.example | X-Forwarded-Proto: https | 200",
        "https://shop.example:8443 | shop.example:8443 | X-Forwarded-Proto: https | 200",
        "https://shop.example:8443 | shop.example | X-Forwarded-Port: 8443 | 200",
        "https://shop.example | shop.example | X-Forwarded-Port: 443 | 200",
        "https://shop.example | shop.example | X-Forwarded-Proto: http | 200",
        "http://shop.example | shop.example | X-Forwarded-Proto: https | 403",
        "http://shop.example:443 | shop.example | X-Forwarded-Proto: https | 403",
        "http://shop.example:8443 | shop.example:8443 | X-Forwarded-Proto: https | 403",
        "https://shop.example | shop.example | X-Forwarded-Port: 8443 | 403",
        "https://shop.example:8443 | shop.example | X-Forwarded-Proto: https | 403",
        "https://shop.example | shop.example | X-Forwarded-Proto: gopher | 400",
        "https://shop.example | shop.example | X-Forwarded-Port: 0 | 400"
      })
  void comparesOriginWithForwardedSchemeAndPort(
      String origin, String host, String header, int status) throws Exception {
    start(Map.of("token.trusted-proxies", "127.0.0.1"));
    Answer answer = client.send("POST", LOGIN, BASIC, "Host: " + host, header, "Origin: " + origin);
    assertThat(answer.status()).isEqualTo(status);
  }

  private static String[] headers(Answer login) {
    assertThat(login.status()).isEqualTo(200);
    return new String[] {
      "Authorization: Bearer " + WebApp.member(login.body(), "access_token"),
      "Cookie: SESSION=" + WebApp.member(login.body(), "session")
    };
  }
}
