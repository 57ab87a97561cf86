package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.testsupport.LogLines;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The client and the target of a request (RFC 7239; case C18). The peer is 10.0.0.7, which is
 * trusted, as is the rest of 10.0.0.0/24 and fd00::/8.
 */
final class TrustedProxiesTest {

  private static final String PEER = "10.0.0.7";
  private static final String FORWARDED = "Forwarded: ";
  private static final String FORWARDED_FOR = "X-Forwarded-For: ";
  private static final String FORWARDED_HOST = "X-Forwarded-Host: ";

  private final TrustedProxies proxies = new TrustedProxies(List.of("10.0.0.0/24", "fd00::/8"));

  static Stream<Arguments> chainsOfAddresses() {
    return Stream.of(
        // one proxy
        client("203.0.113.9", "203.0.113.9"),
        client("203.0.113.9", "203.0.113.9:4711"),
        client("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
        client("2001:db8:0:0:0:0:0:1", "[2001:db8::1]"),
        client("2001:db8:0:0:0:0:0:1", "[2001:DB8::1]:4711"),
        client("203.0.113.9", "::ffff:203.0.113.9"),
        client("203.0.113.9", "[::ffff:203.0.113.9]:80"),
        client("203.0.113.9", "  203.0.113.9  "),
        // two and three proxies
        client("203.0.113.9", "203.0.113.9, 10.0.0.6"),
        client("203.0.113.9", "203.0.113.9:1, 10.0.0.6:2,10.0.0.5:3"),
        client("203.0.113.9", "203.0.113.9, [fd00::6]:80, ::ffff:10.0.0.5"),
        // elements to the left of the client may be forged
        client("203.0.113.9", "1.2.3.4, 203.0.113.9"),
        client("203.0.113.9", "1.2.3.4, 203.0.113.9, 10.0.0.6"),
        client("203.0.113.9", "10.0.0.6, 203.0.113.9"),
        client("203.0.113.9", "127.0.0.1, ::1, 203.0.113.9"),
        client("203.0.113.9", "unknown, _hidden, nonsense, 203.0.113.9"),
        client("203.0.113.9", "localhost, 203.0.113.9"),
        client("203.0.113.9", "', or 1=1 --, 203.0.113.9, 10.0.0.6"),
        // empty elements are ignored
        client("203.0.113.9", ", ,203.0.113.9,, ,"),
        client(PEER, ""),
        client(PEER, " , ,"),
        // if all are trusted, the client is the first one
        client("10.0.0.5", "10.0.0.5, 10.0.0.6"),
        client("fd00:0:0:0:0:0:0:5", "fd00::5, 10.0.0.6"));
  }

  private static Arguments client(String expected, String chain) {
    return Arguments.of(expected, chain);
  }

  @ParameterizedTest
  @MethodSource("chainsOfAddresses")
  void clientIsRightmostUntrustedAddress(String client, String chain) throws Exception {
    assertThat(proxies.clientOf(from(PEER, FORWARDED_FOR + chain))).hasToString(client);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "203.0.113.9 | for=203.0.113.9",
        "203.0.113.9 | FOR=203.0.113.9",
        "203.0.113.9 | for=\"203.0.113.9\"",
        "203.0.113.9 | for=\"203.0.113.9:4711\"",
        "203.0.113.9 | for=\"203.0.113.9:_port\"",
        "2001:db8:0:0:0:0:0:1 | for=\"[2001:db8::1]\"",
        "2001:db8:0:0:0:0:0:1 | for=\"[2001:db8::1]:4711\"",
        "203.0.113.9 | for=\"[::ffff:203.0.113.9]\"",
        "203.0.113.9 | for=203.0.113.9;proto=https;by=10.0.0.7",
        "203.0.113.9 | by=10.0.0.7 ; for=203.0.113.9 ; host=\"shop.example\"",
        "203.0.113.9 | ;;for=203.0.113.9;",
        "203.0.113.9 | for=203.0.113.9;x-for=1.2.3.4;forx=1.2.3.4",
        "203.0.113.9 | for=1.2.3.4, for=203.0.113.9",
        "203.0.113.9 | for=1.2.3.4, for=203.0.113.9;by=10.0.0.6, for=10.0.0.6",
        "203.0.113.9 | for=unknown, for=_hidden, for=203.0.113.9",
        "203.0.113.9 | proto=https, by=10.0.0.6, for=203.0.113.9",
        "203.0.113.9 | for=\"1.2.3.4, 5.6.7.8\", for=203.0.113.9",
        "203.0.113.9 | for=203.0.113.9;ext=\"a, for=1.2.3.4\"",
        "203.0.113.9 | for=203.0.113.9;ext=\"a;for=1.2.3.4\"",
        "203.0.113.9 | , ,for=203.0.113.9, ,",
        "10.0.0.5 | for=10.0.0.5, for=10.0.0.6"
      })
  void readsForwardedHeaderAlike(String client, String header) throws Exception {
    assertThat(proxies.clientOf(from(PEER, FORWARDED + header))).hasToString(client);
  }

  @Test
  void joinsSeveralHeaderLines() throws Exception {
    assertThat(
            proxies.clientOf(
                from(
                    PEER,
                    FORWARDED_FOR + "1.2.3.4",
                    FORWARDED_FOR + "203.0.113.9, 10.0.0.5",
                    FORWARDED_FOR + "",
                    FORWARDED_FOR + "10.0.0.6")))
        .hasToString("203.0.113.9");
    assertThat(
            proxies.clientOf(
                from(PEER, FORWARDED + "for=1.2.3.4", FORWARDED + "for=203.0.113.9;proto=http")))
        .hasToString("203.0.113.9");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unknown",
        "_hidden",
        "localhost",
        "shop.example",
        "203.0.113.9, unknown",
        "203.0.113.9, unknown, 10.0.0.6",
        "203.0.113.9.",
        "203.0.113",
        "203.0.113.256",
        "0xcb.0.0x71.9",
        "3405803785",
        "[2001:db8::1",
        "2001:db8::1]",
        "[203.0.113.9]",
        "[]",
        ":80",
        "\"203.0.113.9\"",
        "for=203.0.113.9",
        "203.0.113.9; 10.0.0.6",
        "203.0.113.9 10.0.0.6"
      })
  void refusesInvalidAddressFromTrustedProxy(String chain) {
    assertRefused(() -> proxies.clientOf(from(PEER, FORWARDED_FOR + chain)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "for=unknown",
        "for=_hidden",
        "for=",
        "for",
        "=203.0.113.9",
        "proto=https",
        "for=203.0.113.9, proto=https",
        "for =203.0.113.9",
        "for= 203.0.113.9",
        "for=203.0.113.9;for=203.0.113.8",
        "for=203.0.113.9;For=203.0.113.9",
        "for=[2001:db8::1",
        "203.0.113.9",
        "for=203.0.113.9 for=10.0.0.6"
      })
  void refusesForwardedElementWithoutFor(String header) {
    assertRefused(() -> proxies.clientOf(from(PEER, FORWARDED + header)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "for=\"203.0.113.9",
        "for=203.0.113.9\"",
        "for=1.2.3.4;x=\", for=203.0.113.9",
        "for=1.2.3.4;x=\", for=\"[2001:db8::1]\"",
        "\", for=203.0.113.9"
      })
  void refusesUnterminatedQuotedString(String header) {
    assertRefused(() -> proxies.clientOf(from(PEER, FORWARDED + header)));
    assertRefused(() -> proxies.clientOf(from(PEER, FORWARDED_FOR + header)));
  }

  /**
   * A proxy may quote the host that its client requested: {@code shop", for=1.2.3.4;x="} becomes
   * one quoted string, out of which the client must not break.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "for=203.0.113.9;host=\"shop\\\", for=1.2.3.4;x=\\\"\"",
        "for=1.2.3.4;x=\"\\\", for=203.0.113.9;host=\"a\\\"b\"",
        "for=203.0.113.9;host=\"sh\\op\"",
        "for=1.2.3.4;x=\\, for=203.0.113.9",
        "\\, for=203.0.113.9"
      })
  void refusesBackslash(String header) {
    assertRefused(() -> proxies.clientOf(from(PEER, FORWARDED + header)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "for=203.0.113.9 | 203.0.113.9",
        "for=\"203.0.113.9:80\" | ::ffff:203.0.113.9",
        "for=1.1.1.1, for=203.0.113.9 | 2.2.2.2, 203.0.113.9",
        "for=203.0.113.9, for=10.0.0.6 | 203.0.113.9"
      })
  void acceptsBothHeadersIfTheyAgree(String forwarded, String forwardedFor) throws Exception {
    assertThat(proxies.clientOf(from(PEER, FORWARDED + forwarded, FORWARDED_FOR + forwardedFor)))
        .hasToString("203.0.113.9");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "for=1.2.3.4 | 203.0.113.9",
        "for=203.0.113.9 | 203.0.113.9, 1.2.3.4",
        "for=203.0.113.9 | 10.0.0.6",
        "for=10.0.0.6 | 203.0.113.9, 10.0.0.6",
        "for=203.0.113.9 | unknown",
        "for=unknown | 203.0.113.9",
        "proto=https | 203.0.113.9"
      })
  void refusesHeadersThatDiffer(String forwarded, String forwardedFor) {
    assertRefused(
        () -> proxies.clientOf(from(PEER, FORWARDED + forwarded, FORWARDED_FOR + forwardedFor)));
  }

  @Test
  void untrustedPeerIsTheClient() throws Exception {
    for (String sent :
        List.of(
            FORWARDED_FOR + "1.2.3.4",
            FORWARDED_FOR + PEER,
            FORWARDED + "for=1.2.3.4",
            FORWARDED + "for=\"",
            FORWARDED_FOR + "unknown")) {
      assertThat(proxies.clientOf(from("192.0.2.1", sent))).hasToString("192.0.2.1");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"::ffff:10.0.0.7", "[::ffff:10.0.0.7]", "fd00::7", "[fd00:0:0:0:0:0:0:7]", PEER})
  void recognizesTrustedPeerInEveryNotation(String peer) throws Exception {
    assertThat(proxies.clientOf(from(peer, FORWARDED_FOR + "203.0.113.9")))
        .hasToString("203.0.113.9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a00::7", "::10.0.0.7", "fe80::7%eth0", "10.0.1.7"})
  void doesNotTrustSimilarPeer(String peer) throws Exception {
    ClientAddress client = proxies.clientOf(from(peer, FORWARDED_FOR + "203.0.113.9"));
    assertThat(client).isEqualTo(ClientAddress.parse(peer));
  }

  @Test
  void withoutHeadersTheProxyItselfIsTheClient() throws Exception {
    assertThat(proxies.clientOf(from(PEER))).hasToString(PEER);
  }

  @Test
  void warnsOnceOfHeadersFromUntrustedPeers() throws Exception {
    try (LogLines logged = LogLines.warningsOf(TrustedProxies.class)) {
      proxies.clientOf(from("192.0.2.1"));
      proxies.clientOf(from(PEER, FORWARDED_FOR + "203.0.113.9"));
      assertThat(logged.messages()).isEmpty();
      proxies.clientOf(from("192.0.2.1", FORWARDED_FOR + "a\nb"));
      proxies.clientOf(from("192.0.2.2", FORWARDED_FOR + "1.2.3.4"));
      proxies.clientOf(from("192.0.2.3", FORWARDED + "for=1.2.3.4"));
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .contains("192.0.2.1", "token.trusted-proxies")
          .doesNotContain("a\nb");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "X-Forwarded-Host: shop.example | shop.example",
        "X-Forwarded-Host: shop.example:8443 | shop.example:8443",
        "X-Forwarded-Host: evil.example, shop.example | shop.example",
        "X-Forwarded-Host: , | inner.example",
        "Forwarded: for=1.2.3.4;host=shop.example | shop.example",
        "Forwarded: host=evil.example, host=\"shop.example:8443\" | shop.example:8443",
        "Forwarded: for=1.2.3.4 | inner.example",
        "Forwarded: host=evil.example, for=1.2.3.4 | inner.example",
        "Forwarded: host=a;host=b | inner.example"
      })
  void takesHostFromNearestProxyOrRequest(String header, String host) throws Exception {
    assertThat(hostOf(proxies, from(PEER, "Host: inner.example", header))).isEqualTo(host);
  }

  @Test
  void takesHostFromEitherHeader() throws Exception {
    HttpServletRequest request =
        from(PEER, "Host: inner", FORWARDED + "for=203.0.113.9", FORWARDED_HOST + "shop.example");
    assertThat(hostOf(proxies, request)).isEqualTo("shop.example");
  }

  @Test
  void refusesDifferentHosts() throws Exception {
    assertRefused(
        () ->
            hostOf(
                proxies,
                from(PEER, FORWARDED + "host=evil.example", FORWARDED_HOST + "shop.example")));
    assertThat(
            hostOf(
                proxies,
                from(PEER, FORWARDED + "host=\"shop.example\"", FORWARDED_HOST + "Shop.Example")))
        .isEqualTo("shop.example");
  }

  @Test
  void ignoresHostHeadersOfUntrustedPeers() throws Exception {
    String[] headers = {"Host: inner.example", FORWARDED_HOST + "a", FORWARDED + "host=\""};
    assertThat(hostOf(proxies, from("192.0.2.1", headers))).isEqualTo("inner.example");
    assertThat(hostOf(new TrustedProxies(List.of()), from(PEER, headers)))
        .isEqualTo("inner.example");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "X-Forwarded-Proto: https | https://inner.example:8080",
        "X-Forwarded-Proto: HTTPS | https://inner.example:8080",
        "X-Forwarded-Proto: wss | https://inner.example:8080",
        "X-Forwarded-Proto: http | http://inner.example:8080",
        "X-Forwarded-Proto: https, http | http://inner.example:8080",
        "X-Forwarded-Port: 443 | http://inner.example:8080",
        "Forwarded: for=203.0.113.9;proto=https;host=shop.example | https://shop.example",
        "Forwarded: for=203.0.113.9;Proto=\"https\";host=\"[::1]:8443\" | https://[::1]:8443",
        "Forwarded: proto=https;host=evil, for=203.0.113.9;host=shop | http://shop",
        "Forwarded: for=203.0.113.9;proto=https, for=10.0.0.6;proto=http |"
            + " https://inner.example:8080",
        "Forwarded: for=203.0.113.9, for=10.0.0.6;proto=https | https://inner.example:8080",
      })
  void takesSchemeFromProxyNearestToClient(String header, String server) throws Exception {
    assertThat(proxies.targetOrigin(from(PEER, "Host: inner.example:8080", header)))
        .hasToString(server);
    assertThat(proxies.targetOrigin(from("192.0.2.1", "Host: inner.example:8080", header)))
        .hasToString("http://inner.example:8080");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https | shop.example | 8443 | https://shop.example:8443",
        "https | shop.example | 443 | https://shop.example",
        "https | shop.example:8443 | 443 | https://shop.example:8443",
        "http | shop.example | 80 | http://shop.example",
        "http | shop.example | 8080 | http://shop.example:8080",
        "http | [::1] | 8080 | http://[::1]:8080"
      })
  void takesPortFromHostOrPortHeader(String scheme, String host, String port, String server)
      throws Exception {
    assertThat(
            proxies.targetOrigin(
                from(
                    PEER,
                    "Host: inner.example:8080",
                    "X-Forwarded-Proto: " + scheme,
                    FORWARDED_HOST + host,
                    "X-Forwarded-Port: " + port)))
        .hasToString(server);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-Proto: gopher",
        "Forwarded: for=203.0.113.9;proto=h2",
        "X-Forwarded-Port: 0",
        "X-Forwarded-Port: 65536",
        "X-Forwarded-Port: -1",
        "X-Forwarded-Port: https"
      })
  void refusesInvalidSchemeOrPort(String header) {
    HttpServletRequest request = from(PEER, "Host: a", header);
    assertRefused(() -> proxies.targetOrigin(request));
    assertThat(proxies.isSecure(request)).as("a Secure cookie discloses nothing").isTrue();
  }

  @Test
  void refusesDifferentSchemes() {
    HttpServletRequest request =
        from(PEER, FORWARDED + "for=203.0.113.9;proto=https", "X-Forwarded-Proto: http");
    assertRefused(() -> proxies.targetOrigin(request));
    assertThat(proxies.isSecure(request)).isTrue();
  }

  @Test
  void tlsRequestIsSecureDespiteProxyHeaders() throws Exception {
    HttpServletRequest request = from(PEER, "Host: a", "X-Forwarded-Proto: http");
    when(request.isSecure()).thenReturn(true);
    assertThat(proxies.targetOrigin(request)).hasToString("https://a");
    assertThat(proxies.isSecure(request)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-Proto: https",
        "X-Forwarded-Proto: wss",
        "Forwarded: for=203.0.113.9;proto=https",
        "X-Forwarded-Ssl: on",
        "Front-End-Https: on",
        "Origin: https://shop.example"
      })
  void warnsOnceOfInsecureCookiesOverTls(String sign) throws Exception {
    try (LogLines logged = LogLines.warningsOf(TrustedProxies.class)) {
      proxies.warnInsecureCookies(from("192.0.2.1", "Host: shop.example"), false);
      proxies.warnInsecureCookies(
          from("192.0.2.1", "Host: shop.example", "Origin: https://evil.example"), false);
      assertThat(logged.messages()).isEmpty();
      proxies.warnInsecureCookies(from("192.0.2.1", "Host: shop.example", sign), false);
      proxies.warnInsecureCookies(from("192.0.2.1", "Host: shop.example", sign), false);
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .contains("without Secure", sign.substring(0, sign.indexOf(':')), "192.0.2.1")
          .contains("name it in token.trusted-proxies");
    }
  }

  @Test
  void insecureCookieWarningNamesTheRemedy() throws Exception {
    String https = "X-Forwarded-Proto: https";
    assertThat(plainCookies(from("192.0.2.1", https), true))
        .contains("secure=true or token.cookie.secure=auto");
    assertThat(plainCookies(from(PEER, "Host: a", "Origin: https://a"), false))
        .contains("configure that proxy to send X-Forwarded-Proto");
    HttpServletRequest resolved = from("203.0.113.9", https);
    when(resolved.getAttribute("org.apache.tomcat.request.forwarded")).thenReturn(true);
    assertThat(plainCookies(resolved, false)).contains("container").doesNotContain("trusted");
    assertThat(plainCookies(from("203.0.113.9", https, FORWARDED_FOR + "203.0.113.9"), false))
        .contains("container")
        .doesNotContain("trusted");
  }

  private static String plainCookies(HttpServletRequest request, boolean byChoice) {
    try (LogLines logged = LogLines.warningsOf(TrustedProxies.class)) {
      new TrustedProxies(List.of(PEER)).warnInsecureCookies(request, byChoice);
      return String.join("\n", logged.messages());
    }
  }

  /** Tomcat's RemoteIpValve and Jetty's customizer set the client; Jetty keeps the headers. */
  @Test
  void doesNotAdviseToTrustResolvedClients() throws Exception {
    try (LogLines logged = LogLines.warningsOf(TrustedProxies.class)) {
      HttpServletRequest resolved = from("203.0.113.9", FORWARDED_FOR + "1.2.3.4");
      when(resolved.getAttribute("org.apache.tomcat.request.forwarded")).thenReturn(true);
      proxies.clientOf(resolved);
      assertThat(logged.messages()).isEmpty();
      proxies.clientOf(from("203.0.113.9", FORWARDED_FOR + "203.0.113.9:80, 10.0.0.1"));
      proxies.clientOf(from("203.0.113.8", FORWARDED_FOR + "203.0.113.8"));
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .contains("203.0.113.9", "container", "Do not name clients");
    }
  }

  /** Jetty's ForwardedRequestCustomizer passes on the client's own text as the address. */
  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "_hidden", "unknown", "localhost"})
  void refusesContainerWithoutClientAddress(@Nullable String named) {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getRemoteAddr()).thenReturn(named);
    assertRefused(() -> proxies.clientOf(request));
    assertRefused(() -> hostOf(proxies, request));
  }

  /** Returns a request as Jetty reports a peer at a Unix socket: with neither address nor port. */
  private static HttpServletRequest atUnixSocket(@Nullable String address, String... lines) {
    HttpServletRequest request = from("", lines);
    when(request.getRemoteAddr()).thenReturn(address);
    when(request.getRemotePort()).thenReturn(-1);
    return request;
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = "")
  void trustsUnixSocketProxyByName(@Nullable String address) throws Exception {
    TrustedProxies unix = new TrustedProxies(List.of("unix", "10.0.0.6"));
    HttpServletRequest request =
        atUnixSocket(
            address,
            "Host: shop.example",
            FORWARDED_FOR + "1.2.3.4, 203.0.113.9, 10.0.0.6",
            "X-Forwarded-Proto: https");
    assertThat(unix.clientOf(request)).hasToString("203.0.113.9");
    assertThat(unix.targetOrigin(request)).hasToString("https://shop.example");
    assertThat(unix.clientOf(atUnixSocket(address))).isEqualTo(ClientAddress.UNIX);
    assertThat(unix.clientOf(from("192.0.2.1", FORWARDED_FOR + "203.0.113.9")))
        .hasToString("192.0.2.1");
    assertThat(unix.targetOrigin(from("192.0.2.1", "Host: a", FORWARDED_HOST + "b")))
        .hasToString("http://a");
  }

  @Test
  void refusesUnixSocketPeerUnlessNamedOrUnbound() throws Exception {
    HttpServletRequest request = atUnixSocket("", FORWARDED_FOR + "203.0.113.9");
    try (LogLines logged = LogLines.warningsOf(TrustedProxies.class)) {
      assertRefused(() -> proxies.clientOf(request));
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .contains("token.trusted-proxies=unix", "token.binding=off");
    }
    TrustedProxies unbound = new TrustedProxies(List.of(), true);
    assertThat(unbound.clientOf(request)).isEqualTo(ClientAddress.UNIX);
    assertThat(unbound.isSecure(request)).isFalse();
  }

  /** A container that itself trusts forwarded headers passes on the client's own text. */
  @ParameterizedTest
  @ValueSource(strings = {"", "unix", "unknown", "_hidden", "localhost"})
  void headersDoNotMakeAUnixSocketPeer(String named) {
    HttpServletRequest request = from(named, FORWARDED_FOR + "203.0.113.9");
    for (boolean unnamedPass : new boolean[] {true, false}) {
      assertRefused(() -> new TrustedProxies(List.of("unix"), unnamedPass).clientOf(request));
    }
    assertRefused(
        () -> proxies.clientOf(from(PEER, FORWARDED_FOR + (named.isEmpty() ? "x" : named))));
  }

  @Test
  void warnsOnceOfContainerWithoutClientAddress() throws Exception {
    try (LogLines logged = LogLines.warningsOf(TrustedProxies.class)) {
      proxies.clientOf(from(PEER));
      assertThat(logged.messages()).isEmpty();
      assertRefused(() -> proxies.clientOf(from("unknown")));
      assertThat(logged.messages()).hasSize(1);
      assertRefused(() -> proxies.clientOf(from("_hidden")));
      assertThat(logged.messages())
          .singleElement()
          .asString()
          .contains("The container reports no client address");
    }
  }

  private static String hostOf(TrustedProxies proxies, HttpServletRequest request)
      throws TokenRejectedException {
    return proxies.targetOrigin(request).authority();
  }

  private static void assertRefused(ThrowingCallable asked) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(asked)
        .satisfies(e -> assertThat(e.rejection()).isEqualTo(Rejection.BAD_REQUEST));
  }

  /** Returns a request of a peer with header lines. */
  private static HttpServletRequest from(String peer, String... lines) {
    HttpServletRequest request = mock(HttpServletRequest.class);
    when(request.getRemoteAddr()).thenReturn(peer);
    when(request.getHeaders(anyString()))
        .thenAnswer(call -> Collections.enumeration(values(call.getArgument(0), lines)));
    when(request.getHeader(anyString()))
        .thenAnswer(call -> values(call.getArgument(0), lines).stream().findFirst().orElse(null));
    return request;
  }

  private static List<String> values(String name, String... lines) {
    return Stream.of(lines)
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .toList();
  }
}
