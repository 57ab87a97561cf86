package org.tokenfilter.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** Cases D02 to D06: credentials in the header Authorization. */
class AuthorizationTest {

  @TestFactory
  Stream<DynamicTest> acceptsSchemeInAnyCase() {
    return Stream.of("Bearer x", "bearer x", "BEARER x", "bEaReR x", "Bearer  x", "Bearer     x")
        .map(header -> headerCase(header, "x"));
  }

  @TestFactory
  Stream<DynamicTest> ignoresHeaderWithoutBearerCredentials() {
    return Stream.of(
            "",
            " ",
            "Bearer",
            "Bearer ",
            "Bearer    ",
            "Bearerx",
            "Bearer\tx",
            "BEARER\tx",
            "Bearer\u00a0x",
            "Bearer=x",
            "Bearer:x",
            " Bearer x",
            "\tBearer x",
            "Beare x",
            "Bearers x",
            "B x",
            "x",
            "Basic x",
            "Digest username=\"a\"",
            "Negotiate x",
            "DPoP x",
            // Other comparisons fold these letters to ASCII.
            "\u0412earer x",
            "\uff22earer x",
            "\"Bearer\" x")
        .map(header -> headerCase(header, null));
  }

  @Test
  void ignoresCaseOfEveryLetter() throws Exception {
    String letters = "abcdefghijklmnopqrstuvwxyz";
    assertThat(credentials(letters + " x", letters)).isEqualTo("x");
    assertThat(credentials(letters.toUpperCase(Locale.ROOT) + " x", letters)).isEqualTo("x");
  }

  /** Case D03: the long s and the Kelvin sign equal no ASCII letter. */
  @Test
  void doesNotFoldLettersOfOtherAlphabets() throws Exception {
    assertThat(credentials("Ba\u017fic x", "basic")).isNull();
    assertThat(credentials("BA\u017fIC x", "basic")).isNull();
    assertThat(credentials("to\u212aen x", "token")).isNull();
    assertThat(credentials("Bas\u0131c x", "basic")).isNull();
    assertThat(credentials("BAS\u0130C x", "basic")).isNull();
    // One bit away from a letter.
    assertThat(credentials("\"earer x", "bearer")).isNull();
    assertThat(credentials("B\u0005arer x", "bearer")).isNull();
    assertThat(credentials("Basic x", "basic")).isEqualTo("x");
  }

  @TestFactory
  Stream<DynamicTest> keepsCredentialsUnchanged() {
    return Stream.of("a, Basic b", "a b", "\"a\"", "a=", "\u00e9", "a ", "a\tb", "Bearer a", ",")
        .map(rest -> headerCase("Bearer " + rest, rest));
  }

  @TestFactory
  Stream<DynamicTest> refusesTwoHeaders() {
    return Stream.of("Bearer x", "Bearer y", "Basic x", "")
        .map(
            second ->
                DynamicTest.dynamicTest(
                    '"' + second + '"',
                    () -> {
                      HttpServletRequest request =
                          SentRequest.get()
                              .header("Authorization", "Bearer x")
                              .header("authorization", second)
                              .received();
                      assertThatExceptionOfType(TokenRejectedException.class)
                          .isThrownBy(() -> Authorization.credentials(request, "bearer"))
                          .extracting(TokenRejectedException::rejection)
                          .isEqualTo(Rejection.BAD_REQUEST);
                    }));
  }

  @Test
  void acceptsContainerThatHidesHeaders() throws Exception {
    assertThat(Authorization.credentials(SentRequest.get().received(), "bearer")).isNull();
    assertThat(Authorization.credentials(mock(HttpServletRequest.class), "bearer")).isNull();
  }

  private static DynamicTest headerCase(String header, @Nullable String credentials) {
    return DynamicTest.dynamicTest(
        '"' + header + '"', () -> assertThat(credentials(header, "bearer")).isEqualTo(credentials));
  }

  private static @Nullable String credentials(String header, String scheme)
      throws TokenRejectedException {
    return Authorization.credentials(
        SentRequest.get().header("Authorization", header).received(), scheme);
  }
}
