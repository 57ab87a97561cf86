package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tokenfilter.carrier.CookieWriter.Secure;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.SessionId;

/** Case P08: the exact headers that set and delete cookies. */
class CookieWriterTest {

  private static final String ID = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
  private static final TrustedProxies NO_PROXIES = new TrustedProxies(List.of());
  private static final String TOKEN = "eyJ..iv.text.tag";

  @Test
  void setsAndDeletesSessionIdWithTheSameAttributes() throws Exception {
    CookieWriter writer = new CookieWriter(null, "SESSION", Secure.AUTO, "Lax", null, NO_PROXIES);

    assertThat(cookiesAdded(writer, SentRequest.get().to("/app")))
        .containsExactly("SESSION=" + ID + "; HttpOnly; Path=/app; SameSite=Lax");
    assertThat(cookiesExpired(writer, SentRequest.get().to("/app")))
        .containsExactly("SESSION=; HttpOnly; Path=/app; SameSite=Lax; Max-Age=0");
  }

  @Test
  void setsAndDeletesTokenAndSessionCookies() throws Exception {
    CookieWriter writer =
        new CookieWriter("token", "SESSION", Secure.TRUE, "Strict", null, NO_PROXIES);

    assertThat(cookiesAdded(writer, SentRequest.get().to("/app")))
        .containsExactly(
            "SESSION=" + ID + "; HttpOnly; Path=/app; SameSite=Strict; Secure",
            "token=" + TOKEN + "; HttpOnly; Path=/app; SameSite=Strict; Secure");
    assertThat(cookiesExpired(writer, SentRequest.get().to("/app")))
        .containsExactly(
            "SESSION=; HttpOnly; Path=/app; SameSite=Strict; Secure; Max-Age=0",
            "token=; HttpOnly; Path=/app; SameSite=Strict; Secure; Max-Age=0");
  }

  @Test
  void usesSlashAsPathOfRootContext() throws Exception {
    CookieWriter writer = new CookieWriter(null, "SESSION", Secure.AUTO, "Lax", null, NO_PROXIES);

    assertThat(cookiesAdded(writer, SentRequest.get()))
        .containsExactly("SESSION=" + ID + "; HttpOnly; Path=/; SameSite=Lax");
    assertThat(cookiesExpired(writer, SentRequest.get()))
        .containsExactly("SESSION=; HttpOnly; Path=/; SameSite=Lax; Max-Age=0");
  }

  @Test
  void usesConfiguredPathForEveryContext() throws Exception {
    CookieWriter writer =
        new CookieWriter(null, "SESSION", Secure.AUTO, "Lax", "/shop", NO_PROXIES);

    assertThat(cookiesAdded(writer, SentRequest.get().to("/app")))
        .containsExactly("SESSION=" + ID + "; HttpOnly; Path=/shop; SameSite=Lax");
    assertThat(cookiesExpired(writer, SentRequest.get()))
        .containsExactly("SESSION=; HttpOnly; Path=/shop; SameSite=Lax; Max-Age=0");
  }

  @Test
  void setsSecureIfTheRequestIsSecure() throws Exception {
    CookieWriter writer = new CookieWriter(null, "SESSION", Secure.AUTO, "Lax", null, NO_PROXIES);

    assertThat(cookiesAdded(writer, SentRequest.get().overTls()))
        .containsExactly("SESSION=" + ID + "; HttpOnly; Path=/; SameSite=Lax; Secure");
    assertThat(cookiesExpired(writer, SentRequest.get().overTls()))
        .containsExactly("SESSION=; HttpOnly; Path=/; SameSite=Lax; Secure; Max-Age=0");
  }

  @Test
  void setsSecureAsConfigured() throws Exception {
    CookieWriter always = new CookieWriter(null, "SESSION", Secure.TRUE, "None", null, NO_PROXIES);
    CookieWriter never = new CookieWriter(null, "SESSION", Secure.FALSE, "Lax", null, NO_PROXIES);

    assertThat(cookiesAdded(always, SentRequest.get()))
        .containsExactly("SESSION=" + ID + "; HttpOnly; Path=/; SameSite=None; Secure");
    assertThat(cookiesAdded(never, SentRequest.get().overTls()))
        .containsExactly("SESSION=" + ID + "; HttpOnly; Path=/; SameSite=Lax");
  }

  /** Case P17: some containers return the context path as sent, including path parameters. */
  @Test
  void pathParametersDoNotBecomeAttributes() throws Exception {
    CookieWriter writer = new CookieWriter(null, "SESSION", Secure.AUTO, "Lax", null, NO_PROXIES);

    assertThat(cookiesAdded(writer, SentRequest.get().to("/app;Domain=example.org;Max-Age=99999")))
        .containsExactly("SESSION=" + ID + "; HttpOnly; Path=/app; SameSite=Lax");
    assertThat(cookiesExpired(writer, SentRequest.get().to("/a;x=1/b;Domain=example.org")))
        .containsExactly("SESSION=; HttpOnly; Path=/a/b; SameSite=Lax; Max-Age=0");
  }

  @Test
  void writesNoCookiesForOtherKinds() throws Exception {
    CookieWriter writer =
        new CookieWriter("token", "SESSION", Secure.AUTO, "Lax", null, NO_PROXIES);
    WrittenResponse response = new WrittenResponse();

    writer.addCookies(SentRequest.get().received(), response.response(), token(null));

    assertThat(response.headers()).isEmpty();
  }

  /** Max-Age reaches to the token's absolute limit at most, since renewals send no cookie. */
  @ParameterizedTest
  @CsvSource({
    "PT0S, PT1H, ''",
    "P30D, PT1H, ; Max-Age=3600",
    "PT30M, PT1H, ; Max-Age=1800",
    "P30D, , ; Max-Age=2592000",
    "PT30M, PT0.5S, ; Max-Age=1"
  })
  void limitsMaxAgeToTokenLifetime(Duration longest, @Nullable Duration life, String age)
      throws Exception {
    CookieWriter writer =
        new CookieWriter("token", "SESSION", Secure.AUTO, "Lax", null, NO_PROXIES)
            .withMaxAge(longest);
    WrittenResponse response = new WrittenResponse();
    writer.addCookies(
        SentRequest.get().received(), response.response(), token(SessionId.parse(ID), life));
    assertThat(cookies(response))
        .containsExactly(
            "SESSION=" + ID + "; HttpOnly; Path=/; SameSite=Lax" + age,
            "token=" + TOKEN + "; HttpOnly; Path=/; SameSite=Lax" + age);
    assertThat(cookiesExpired(writer, SentRequest.get()))
        .allMatch(cookie -> cookie.endsWith("; SameSite=Lax; Max-Age=0"));
  }

  /** A browser deletes a partitioned cookie only by a cookie that is also partitioned. */
  @Test
  void setsAndDeletesPartitionedCookies() throws Exception {
    CookieWriter writer =
        new CookieWriter(null, "SESSION", Secure.TRUE, "None", null, NO_PROXIES).partitioned();

    assertThat(cookiesAdded(writer, SentRequest.get()))
        .containsExactly(
            "SESSION=" + ID + "; HttpOnly; Path=/; SameSite=None; Secure; Partitioned");
    assertThat(cookiesExpired(writer, SentRequest.get()))
        .containsExactly(
            "SESSION=; HttpOnly; Path=/; SameSite=None; Secure; Partitioned; Max-Age=0");
  }

  @Test
  void preventsCachingOfResponseWithCookie() throws Exception {
    CookieWriter writer = new CookieWriter(null, "SESSION", Secure.AUTO, "Lax", null, NO_PROXIES);
    WrittenResponse set = new WrittenResponse();
    WrittenResponse deleted = new WrittenResponse();

    writer.addCookies(SentRequest.get().received(), set.response(), token(SessionId.parse(ID)));
    writer.expireCookies(SentRequest.get().received(), deleted.response());

    assertThat(set.headers()).contains("Cache-Control: no-store", "Pragma: no-cache");
    assertThat(deleted.headers()).contains("Cache-Control: no-store", "Pragma: no-cache");
  }

  private static List<String> cookiesAdded(CookieWriter writer, SentRequest request)
      throws Exception {
    WrittenResponse response = new WrittenResponse();
    writer.addCookies(request.received(), response.response(), token(SessionId.parse(ID)));
    return cookies(response);
  }

  private static List<String> cookiesExpired(CookieWriter writer, SentRequest request)
      throws Exception {
    WrittenResponse response = new WrittenResponse();
    writer.expireCookies(request.received(), response.response());
    return cookies(response);
  }

  private static List<String> cookies(WrittenResponse response) {
    List<String> cookies = new ArrayList<>();
    for (String line : response.headers()) {
      if (line.startsWith("Set-Cookie: ")) {
        cookies.add(line.substring("Set-Cookie: ".length()));
      }
    }
    return cookies;
  }

  private static IssuedToken token(@Nullable SessionId id) {
    return token(id, null);
  }

  private static IssuedToken token(@Nullable SessionId id, @Nullable Duration life) {
    Instant begin = Instant.parse("2026-03-01T10:00:00Z");
    TokenRecord record =
        TokenRecord.builder(SessionId.parse(ID).tokenId(), TokenKind.SESSION, "alice", begin)
            .expiresAt(life == null ? null : begin.plus(life))
            .build();
    return new IssuedToken(TOKEN, id, record);
  }
}
