package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.when;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** The places that tokens and session ids are read from, and those that are ignored. */
class TokenExtractorTest {

  private static final TrustedProxies PROXIES = new TrustedProxies(List.of());

  private final TokenExtractor bearer =
      new TokenExtractor(true, null, "SESSION", "session", PROXIES);
  private final TokenExtractor cookie =
      new TokenExtractor(false, "token", "SESSION", "session", PROXIES);
  private final TokenExtractor both =
      new TokenExtractor(true, "token", "SESSION", "session", PROXIES);

  @Test
  void presentsTokenOfTheHeader() throws Exception {
    assertThat(both.extract(withBearer("x").received(), List.of()))
        .isEqualTo(new PresentedToken("x", Set.of(), ClientAddress.parse("192.0.2.1"), false));
  }

  @Test
  void tokenInCookieIsAmbient() throws Exception {
    assertThat(both.extract(SentRequest.get().cookie("token", "x").received(), List.of()))
        .isEqualTo(new PresentedToken("x", Set.of(), ClientAddress.parse("192.0.2.1"), true));
  }

  @Test
  void sameTokenInHeaderAndCookieIsNotAmbient() throws Exception {
    PresentedToken presented = read(both, withBearer("x").cookie("token", "x"));

    assertThat(presented.token()).isEqualTo("x");
    assertThat(presented.ambient()).isFalse();
    assertThat(read(both, SentRequest.get().cookie("token", "x").cookie("token", "x")).token())
        .isEqualTo("x");
  }

  /** Case D07: the extractor does not decide which of these tokens this application has issued. */
  @Test
  void presentsFurtherTokensOfCookies() throws Exception {
    PresentedToken header = read(both, withBearer("x").cookie("token", "y").cookie("token", "z"));
    assertThat(header.token()).isEqualTo("x");
    assertThat(header.others()).containsExactlyInAnyOrder("y", "z");
    assertThat(header.ambient()).isFalse();

    PresentedToken cookies =
        read(both, SentRequest.get().cookie("token", "x").cookie("token", "y"));
    assertThat(cookies.token()).isEqualTo("x");
    assertThat(cookies.others()).containsExactly("y");
    assertThat(cookies.ambient()).isTrue();

    PresentedToken mixed = read(both, withBearer("x").cookie("token", "x").cookie("token", "X"));
    assertThat(mixed.token()).isEqualTo("x");
    assertThat(mixed.others()).containsExactly("X");
    assertThat(read(both, withBearer("x").cookie("token", "x")).others()).isEmpty();
  }

  /** Jetty throws if a cookie has a tab, and Undertow returns only one cookie of each name. */
  @Test
  void doesNotCallTheContainerForCookies() throws Exception {
    HttpServletRequest request = withBearer("x").cookie("SESSION", "a").received();
    when(request.getCookies()).thenThrow(new IllegalArgumentException("Invalid cookie"));
    for (TokenExtractor extractor : List.of(both, bearer)) {
      assertThat(Objects.requireNonNull(extractor.extract(request, List.of())).sessionIds())
          .containsExactly("a");
      assertThat(extractor.sessionIds(request)).containsExactly("a");
    }
  }

  /** Cases C05 and D14. */
  @Test
  void dropsMalformedSessionIdsBesideOthers() throws Exception {
    String id = "A".repeat(43);
    String other = "B".repeat(42) + "A";
    for (String foreign :
        List.of(
            "x",
            id + "=",
            "A".repeat(42) + "B",
            "A".repeat(42) + "+",
            "\u00e9" + id.substring(1),
            "MTIzNDU2NzgtOWFiYy00ZGVmLTgxMjMtNDU2Nzg5YWJjZGVm")) {
      assertThat(sessionIds(withBearer("x").cookie("SESSION", foreign).cookie("SESSION", id)))
          .containsExactly(id);
      assertThat(sessionIds(withBearer("x").cookie("SESSION", foreign).header("session", id)))
          .containsExactly(id);
    }
    assertThat(sessionIds(withBearer("x").cookie("SESSION", "x").cookie("SESSION", "y"))).isEmpty();
    assertThat(sessionIds(withBearer("x").cookie("SESSION", id).cookie("SESSION", other)))
        .containsExactlyInAnyOrder(id, other);
    // A single id is validated together with its token.
    assertThat(sessionIds(withBearer("x").cookie("SESSION", "x"))).containsExactly("x");
  }

  /** The kind of the token determines whether that is an error. */
  @Test
  void reportsDifferentSessionHeaders() throws Exception {
    assertThat(read(both, withBearer("x").header("session", "a").header("session", "b")))
        .matches(PresentedToken::sessionHeadersDiffer);
    assertThat(read(both, withBearer("x").header("session", "a").header("session", "a")))
        .matches(it -> !it.sessionHeadersDiffer());
    assertThat(read(both, withBearer("x").header("session", "a").cookie("SESSION", "b")))
        .matches(it -> !it.sessionHeadersDiffer());
  }

  @Test
  void refusesTwoAuthorizationHeaders() {
    assertBad(bearer, withBearer("x").header("Authorization", "Bearer x"));
    assertBad(bearer, withBearer("x").header("Authorization", "Basic eDp5"));
  }

  @Test
  void ignoresDisabledTransport() throws Exception {
    assertThat(cookie.extract(withBearer("x").received(), List.of())).isNull();
    assertThat(bearer.extract(SentRequest.get().cookie("token", "x").received(), List.of()))
        .isNull();
    assertThat(read(bearer, withBearer("x").cookie("token", "y")).token()).isEqualTo("x");
    assertThat(read(cookie, withBearer("x").cookie("token", "y")).token()).isEqualTo("y");
    assertThat(read(cookie, withBearer("x").cookie("token", "y")).ambient()).isTrue();
  }

  @Test
  void ignoresEmptyCookie() throws Exception {
    assertThat(both.extract(SentRequest.get().cookie("token", "").received(), List.of())).isNull();
    assertThat(read(both, withBearer("x").cookie("token", "").cookie("SESSION", "")))
        .isEqualTo(new PresentedToken("x", Set.of(), ClientAddress.parse("192.0.2.1"), false));
    assertThat(read(both, SentRequest.get().cookie("token", "").cookie("token", "x")).token())
        .isEqualTo("x");
  }

  /** Case D08 and similar places. */
  @TestFactory
  Stream<DynamicTest> ignoresOtherPlaces() {
    return Stream.of(
            SentRequest.get(),
            SentRequest.get().header("X-Authorization", "Bearer x"),
            SentRequest.get().header("Proxy-Authorization", "Bearer x"),
            SentRequest.get().header("Authorization", "Basic eDp5"),
            SentRequest.get().header("userToken", "x"),
            SentRequest.get().header("token", "x"),
            SentRequest.get().cookie("Authorization", "x"),
            SentRequest.get().cookie("Token", "x"),
            SentRequest.get().cookie("TOKEN", "x"),
            SentRequest.get().cookie("token2", "x"),
            SentRequest.get().cookie("__Host-token", "x"),
            SentRequest.get().cookie("SESSION", "x"),
            SentRequest.get().header("session", "x"))
        .map(
            request ->
                DynamicTest.dynamicTest(
                    "no token",
                    () -> assertThat(both.extract(request.received(), List.of())).isNull()));
  }

  @Test
  void readsSessionIdFromCookieOrHeader() throws Exception {
    assertThat(sessionIds(withBearer("x").cookie("SESSION", "a"))).containsExactly("a");
    assertThat(sessionIds(withBearer("x").header("session", "a"))).containsExactly("a");
    assertThat(sessionIds(withBearer("x").header("SESSION", "a"))).containsExactly("a");
  }

  /** Case C05. */
  @Test
  void mergesEqualSessionIds() throws Exception {
    assertThat(sessionIds(withBearer("x").cookie("SESSION", "a").header("session", "a")))
        .containsExactly("a");
    assertThat(sessionIds(withBearer("x").cookie("SESSION", "a").cookie("SESSION", "a")))
        .containsExactly("a");
  }

  @Test
  void doesNotTrimSplitOrFoldSessionId() throws Exception {
    assertThat(sessionIds(withBearer("x").header("session", "a, b"))).containsExactly("a, b");
    assertThat(sessionIds(withBearer("x").cookie("SESSION", "a, b"))).containsExactly("a, b");
    assertThat(sessionIds(withBearer("x").header("session", " a "))).containsExactly(" a ");
    assertThat(sessionIds(withBearer("x").cookie("session", "a").cookie("Session", "b"))).isEmpty();
    assertThat(sessionIds(withBearer("x").header("session", "").cookie("SESSION", ""))).isEmpty();
  }

  @Test
  void readsSessionIdsWithoutToken() throws Exception {
    String id = "A".repeat(43);
    String other = "B".repeat(42) + "A";
    assertThat(
            both.sessionIds(
                SentRequest.get().cookie("SESSION", id).header("session", other).received()))
        .containsExactlyInAnyOrder(id, other);
    assertThat(both.sessionIds(SentRequest.get().received())).isEmpty();
  }

  @Test
  void clientIsThePeerOfTheRequest() throws Exception {
    assertThat(read(bearer, withBearer("x").from("[2001:db8::1]")).client())
        .isEqualTo(ClientAddress.parse("2001:db8::1"));
    assertThat(read(bearer, withBearer("x").header("X-Forwarded-For", "198.51.100.1")).client())
        .isEqualTo(ClientAddress.parse("192.0.2.1"));
  }

  @Test
  void refusesPeerWithoutAddress() {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(
            () -> bearer.extract(withBearer("x").from("unix:/run/socket").received(), List.of()))
        .satisfies(e -> assertThat(e.rejection()).isEqualTo(Rejection.BAD_REQUEST));
  }

  @Test
  void readsPassiveHeader() throws Exception {
    assertThat(read(both, withBearer("x").header("Token-Passive", "true")).passive()).isTrue();
    assertThat(read(both, withBearer("x").header("token-passive", "true")).passive()).isTrue();
  }

  @Test
  void onlyTrueIsPassive() throws Exception {
    assertThat(read(both, withBearer("x")).passive()).isFalse();
    for (String value : new String[] {"", "false", "1", "yes", "TRUE", "true, true"}) {
      assertThat(read(both, withBearer("x").header("Token-Passive", value)).passive()).isFalse();
    }
    assertThat(read(both, withBearer("x").cookie("Token-Passive", "true")).passive()).isFalse();
  }

  private static SentRequest withBearer(String token) {
    return SentRequest.get().header("Authorization", "Bearer " + token);
  }

  private static PresentedToken read(TokenExtractor extractor, SentRequest request)
      throws TokenRejectedException {
    return Objects.requireNonNull(extractor.extract(request.received(), List.of()));
  }

  private Set<String> sessionIds(SentRequest request) throws TokenRejectedException {
    return read(both, request).sessionIds();
  }

  private static void assertBad(TokenExtractor extractor, SentRequest request) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> extractor.extract(request.received(), List.of()))
        .extracting(TokenRejectedException::rejection)
        .isEqualTo(Rejection.BAD_REQUEST);
  }
}
