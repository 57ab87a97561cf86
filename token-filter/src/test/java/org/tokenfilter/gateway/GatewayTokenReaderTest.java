package org.tokenfilter.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.tokenfilter.carrier.Carrier;
import org.tokenfilter.carrier.CookieWriter;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.SentRequest;
import org.tokenfilter.carrier.SessionHeader;
import org.tokenfilter.carrier.TokenTransport;
import org.tokenfilter.carrier.TrustedProxies;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** The places that the service gateway reads tokens from. */
final class GatewayTokenReaderTest {

  private final GatewayTokenReader cookie = tokens(EnumSet.of(Carrier.COOKIE));
  private final GatewayTokenReader both = tokens(EnumSet.allOf(Carrier.class));

  @Test
  void acceptsTokenInUserTokenHeader() throws Exception {
    assertThat(atGateway(both, SentRequest.get().header("userToken", "x"), null))
        .isEqualTo(new PresentedToken("x", Set.of(), ClientAddress.parse("192.0.2.1"), false));
    assertThat(atGateway(both, SentRequest.get().header("USERTOKEN", "x"), null).token())
        .isEqualTo("x");
    assertThat(atGateway(cookie, SentRequest.get().header("userToken", "x"), null).ambient())
        .isFalse();
  }

  @Test
  void acceptsTokenInBody() throws Exception {
    PresentedToken presented = atGateway(both, SentRequest.get().header("session", "a"), "x");

    assertThat(presented.token()).isEqualTo("x");
    assertThat(presented.ambient()).isFalse();
    assertThat(presented.sessionIds()).containsExactly("a");
  }

  @Test
  void acceptsBearerAndCookieToo() throws Exception {
    assertThat(atGateway(both, withBearer("x"), null).token()).isEqualTo("x");
    assertThat(atGateway(both, SentRequest.get().cookie("token", "x"), null).ambient()).isTrue();
    assertThat(atGateway(both, SentRequest.get().cookie("token", "x"), "").ambient()).isTrue();
    assertRefused(both, SentRequest.get(), null, Rejection.MISSING);
    assertRefused(both, SentRequest.get().header("userToken", ""), "", Rejection.MISSING);
    assertRefused(cookie, withBearer("x"), null, Rejection.MISSING);
  }

  @Test
  void mergesEqualTokens() throws Exception {
    SentRequest everywhere = withBearer("x").header("userToken", "x").cookie("token", "x");

    PresentedToken presented = atGateway(both, everywhere, "x");

    assertThat(presented.token()).isEqualTo("x");
    assertThat(presented.ambient()).isFalse();
  }

  @Test
  void refusesDifferentTokens() {
    assertBad(withBearer("x").header("userToken", "y"), null);
    assertBad(SentRequest.get().header("userToken", "x").header("userToken", "y"), null);
    assertBad(SentRequest.get().header("userToken", "x"), "y");
    assertBad(withBearer("x"), "y");
    assertBad(
        SentRequest.get()
            .header("userToken", "x")
            .header("Authorization", "Bearer x")
            .header("Authorization", "Bearer x"),
        null);
  }

  @Test
  void readsPassiveHeader() throws Exception {
    assertThat(
            atGateway(
                    both,
                    SentRequest.get().header("userToken", "x").header("Token-Passive", "true"),
                    null)
                .passive())
        .isTrue();
  }

  private static GatewayTokenReader tokens(Set<Carrier> carriers) {
    TrustedProxies proxies = new TrustedProxies(List.of());
    CookieWriter cookies =
        new CookieWriter("token", "SESSION", CookieWriter.Secure.AUTO, "Lax", null, proxies);
    return new GatewayTokenReader(
        new TokenTransport(
                carriers,
                cookies,
                new SessionHeader("session"),
                proxies,
                new CrossSiteGuard(Set.of(), proxies))
            .tokens());
  }

  private static SentRequest withBearer(String token) {
    return SentRequest.get().header("Authorization", "Bearer " + token);
  }

  private static PresentedToken atGateway(
      GatewayTokenReader tokens, SentRequest request, @Nullable String inBody)
      throws TokenRejectedException {
    SentRequest ownPage = request.header("Sec-Fetch-Site", "same-origin");
    return tokens.readForAction(ownPage.received(), inBody);
  }

  private void assertBad(SentRequest request, @Nullable String inBody) {
    assertRefused(both, request, inBody, Rejection.BAD_REQUEST);
  }

  private static void assertRefused(
      GatewayTokenReader tokens, SentRequest request, @Nullable String inBody, Rejection expected) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> tokens.readForAction(request.received(), inBody))
        .extracting(TokenRejectedException::rejection)
        .isEqualTo(expected);
  }
}
