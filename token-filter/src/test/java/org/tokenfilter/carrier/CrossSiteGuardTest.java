package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Cases P10, P11 and P15: requests allowed to act with credentials that a browser adds itself. */
class CrossSiteGuardTest {

  private static final String LISTED = "https://app.example.org";

  private final CrossSiteGuard guard =
      new CrossSiteGuard(
          Set.of(LISTED, "http://dev.example.org:3000", "capacitor://localhost"),
          new TrustedProxies(List.of()));

  @TestFactory
  Stream<DynamicTest> bySecFetchSite() {
    return Stream.of(
        passes("same-origin", post().header("Sec-Fetch-Site", "same-origin")),
        passes("none", post().header("Sec-Fetch-Site", "none")),
        refused("same-site", post().header("Sec-Fetch-Site", "same-site")),
        refused("cross-site", post().header("Sec-Fetch-Site", "cross-site")),
        refused("nothing", post().header("Sec-Fetch-Site", "")),
        refused("upper case", post().header("Sec-Fetch-Site", "Same-Origin")),
        refused("a value to come", post().header("Sec-Fetch-Site", "same-party")),
        refused("a list", post().header("Sec-Fetch-Site", "same-origin, none")),
        refused(
            "two headers",
            post().header("Sec-Fetch-Site", "same-origin").header("Sec-Fetch-Site", "none")),
        refused(
            "cross-site, though the Origin is this host's",
            post().header("Sec-Fetch-Site", "cross-site").header("Origin", "http://shop.example")),
        refused(
            "same-site, and the Origin another port",
            post()
                .header("Sec-Fetch-Site", "same-site")
                .header("Origin", "http://shop.example:81")),
        passes(
            "same-origin, whatever the Origin",
            post().header("Sec-Fetch-Site", "same-origin").header("Origin", "null")),
        passes(
            "cross-site, but listed",
            post().header("Sec-Fetch-Site", "cross-site").header("Origin", LISTED)),
        passes(
            "an application on a telephone, listed",
            post()
                .header("Sec-Fetch-Site", "cross-site")
                .header("Origin", "capacitor://localhost")),
        refused("another scheme, not listed", post().header("Origin", "ionic://localhost")),
        refused("no host", post().header("Origin", "capacitor://")),
        refused(
            "cross-site, listed and another one",
            post()
                .header("Sec-Fetch-Site", "cross-site")
                .header("Origin", LISTED)
                .header("Origin", "https://evil.example")));
  }

  @TestFactory
  Stream<DynamicTest> byOriginAndHost() {
    return Stream.of(
        passes("the same host", origin("http://shop.example", "shop.example")),
        passes("behind a proxy that ends TLS", origin("https://shop.example", "shop.example")),
        passes("the same port", origin("http://shop.example:8080", "shop.example:8080")),
        passes("the port of http, named", origin("http://shop.example", "shop.example:80")),
        passes("the port of http, by the Origin", origin("http://shop.example:80", "shop.example")),
        passes("the port of https, named", origin("https://shop.example", "shop.example:443")),
        passes("upper case", origin("HTTP://SHOP.EXAMPLE", "Shop.Example")),
        passes("IPv4", origin("http://192.0.2.1:8080", "192.0.2.1:8080")),
        passes("IPv6", origin("http://[::1]", "[::1]")),
        passes("IPv6 with a port", origin("http://[::1]:8080", "[::1]:8080")),
        passes("IPv6 with a named port", origin("http://[::1]", "[::1]:80")),
        refused("another port of IPv6", origin("http://[::1]:8080", "[::1]")),
        refused("another host", origin("http://evil.example", "shop.example")),
        refused("another port", origin("http://shop.example:8081", "shop.example:8080")),
        refused("a port, where there is none", origin("http://shop.example:81", "shop.example")),
        refused("the other scheme's port", origin("https://shop.example", "shop.example:80")),
        refused(
            "the other scheme's port, swapped", origin("http://shop.example", "shop.example:443")),
        refused("null", origin("null", "shop.example")),
        refused("null for null", origin("null", "null")),
        refused("nothing", origin("", "shop.example")),
        refused("nothing for nothing", origin("", "")),
        refused("another scheme", origin("ftp://shop.example", "shop.example")),
        refused("no scheme", origin("shop.example", "shop.example")),
        refused("a longer host", origin("http://shop.example.evil.example", "shop.example")),
        refused("a host before", origin("http://evilshop.example", "shop.example")),
        refused("a subdomain", origin("http://a.shop.example", "shop.example")),
        refused("a parent domain", origin("http://example", "shop.example")),
        refused("a dot at the end", origin("http://shop.example.", "shop.example")),
        refused("a path", origin("http://shop.example/", "shop.example")),
        refused("a user", origin("http://shop.example@evil.example", "shop.example")),
        refused("a user before", origin("http://evil.example@shop.example", "shop.example")),
        refused("a space", origin("http://shop.example ", "shop.example")),
        refused("two in one", origin("http://shop.example http://evil.example", "shop.example")),
        refused(
            "two headers",
            origin("http://shop.example", "shop.example").header("Origin", "http://evil.example")),
        refused(
            "two equal headers",
            origin("http://shop.example", "shop.example").header("Origin", "http://shop.example")),
        refused("no Host", SentRequest.of("POST").header("Origin", "http://shop.example")));
  }

  @TestFactory
  Stream<DynamicTest> overTls() {
    return Stream.of(
        passes("its own pages", origin("https://shop.example", "shop.example").overTls()),
        passes("with a port", origin("https://shop.example:8443", "shop.example:8443").overTls()),
        refused(
            "pages without TLS of the same host",
            origin("http://shop.example", "shop.example").overTls()),
        refused(
            "pages without TLS, of the same port",
            origin("http://shop.example:8443", "shop.example:8443").overTls()));
  }

  @TestFactory
  Stream<DynamicTest> byConfiguredOrigins() {
    return Stream.of(
        passes("listed", origin(LISTED, "shop.example")),
        passes("listed with a port", origin("http://dev.example.org:3000", "shop.example")),
        refused("another scheme", origin("http://app.example.org", "shop.example")),
        refused("another port", origin(LISTED + ":444", "shop.example")),
        refused("without its port", origin("http://dev.example.org", "shop.example")),
        refused("upper case", origin("https://APP.example.org", "shop.example")),
        refused("a path", origin(LISTED + "/", "shop.example")),
        refused("a longer host", origin(LISTED + ".evil.example", "shop.example")),
        refused("a host before", origin("https://evilapp.example.org", "shop.example")),
        refused("two headers", origin(LISTED, "shop.example").header("Origin", LISTED)));
  }

  @Test
  void acceptsUnsafeMethodsWithoutBrowserHeaders() throws Exception {
    for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH"}) {
      guard.checkUnsafe(SentRequest.of(method).received());
      guard.checkAction(SentRequest.of(method).received(), true);
      guard.checkAction(SentRequest.of(method).received(), false);
    }
  }

  @Test
  void acceptsHeaderlessSafeMethodsWithBasicNotCookie() throws Exception {
    for (String method : new String[] {"GET", "HEAD"}) {
      guard.checkAction(SentRequest.of(method).received(), false);
      assertRefused(() -> guard.checkAction(SentRequest.of(method).received(), true));
    }
  }

  @Test
  void guardsSafeMethodsAtEndpoints() throws Exception {
    for (boolean byCookie : new boolean[] {true, false}) {
      guard.checkAction(
          SentRequest.get().header("Sec-Fetch-Site", "same-origin").received(), byCookie);
      assertRefused(
          () ->
              guard.checkAction(
                  SentRequest.get().header("Sec-Fetch-Site", "cross-site").received(), byCookie));
      assertRefused(
          () ->
              guard.checkAction(
                  SentRequest.get()
                      .header("Host", "shop.example")
                      .header("Origin", "http://evil.example")
                      .received(),
                  byCookie));
    }
  }

  @Test
  void doesNotGuardSafeMethodsElsewhere() throws Exception {
    for (String method : new String[] {"GET", "HEAD", "OPTIONS", "TRACE"}) {
      guard.checkUnsafe(SentRequest.of(method).header("Sec-Fetch-Site", "cross-site").received());
    }
  }

  @TestFactory
  Stream<DynamicTest> guardsHandshakesLikeUnsafeMethods() {
    return handshakes()
        .flatMap(
            handshake ->
                Stream.of(
                    passes("same-origin", handshake.get().header("Sec-Fetch-Site", "same-origin")),
                    passes(
                        "its own Origin", handshake.get().header("Origin", "http://shop.example")),
                    passes("a listed Origin", handshake.get().header("Origin", LISTED)),
                    refused("same-site", handshake.get().header("Sec-Fetch-Site", "same-site")),
                    refused("a sibling", handshake.get().header("Origin", "http://a.shop.example")),
                    refused("null", handshake.get().header("Origin", "null"))));
  }

  @Test
  void acceptsHandshakesWithoutBrowserHeaders() throws Exception {
    for (Supplier<SentRequest> handshake : handshakes().toList()) {
      guard.checkUnsafe(handshake.get().received());
    }
  }

  private static Stream<Supplier<SentRequest>> handshakes() {
    return Stream.of(
        () -> handshake("GET", "Upgrade", "websocket").header("Connection", "Upgrade"),
        () -> handshake("GET", "Upgrade", "WebSocket"),
        () -> handshake("GET", "Upgrade", "websocket, h2c"),
        () -> handshake("GET", "Upgrade", ""),
        () -> handshake("GET", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        // RFC 8441, over HTTP/2.
        () -> handshake("CONNECT", "Sec-WebSocket-Version", "13"));
  }

  private static SentRequest handshake(String method, String name, String value) {
    return SentRequest.of(method).header("Host", "shop.example").header(name, value);
  }

  @Test
  void treatsUnknownMethodsAsUnsafe() {
    for (String method : new String[] {"get", "PROPFIND", "MKCOL", "GETX", ""}) {
      assertRefused(
          () ->
              guard.checkUnsafe(
                  SentRequest.of(method).header("Sec-Fetch-Site", "cross-site").received()));
    }
  }

  private static SentRequest post() {
    return SentRequest.of("POST").header("Host", "shop.example");
  }

  private static SentRequest origin(String origin, String host) {
    return SentRequest.of("POST").header("Origin", origin).header("Host", host);
  }

  private DynamicTest passes(String name, SentRequest request) {
    return DynamicTest.dynamicTest(
        name + " passes",
        () -> {
          guard.checkUnsafe(request.received());
          guard.checkAction(request.received(), true);
          guard.checkAction(request.received(), false);
        });
  }

  private DynamicTest refused(String name, SentRequest request) {
    return DynamicTest.dynamicTest(
        name + " is refused",
        () -> {
          assertRefused(() -> guard.checkUnsafe(request.received()));
          assertRefused(() -> guard.checkAction(request.received(), true));
          assertRefused(() -> guard.checkAction(request.received(), false));
        });
  }

  private static void assertRefused(ThrowingCallable check) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(check)
        .extracting(TokenRejectedException::rejection)
        .isEqualTo(Rejection.CROSS_SITE);
  }
}
