package org.tokenfilter.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.credentials.UsernamePasswordCredential;

/** Cases L01 to L04: valid and malformed credentials of the scheme Basic. */
class BasicCredentialsTest {

  private final HttpServletRequest request = mock(HttpServletRequest.class);

  /** RFC 7617, 2 and 2.1. */
  @Test
  void readsExamplesOfTheStandard() {
    assertLogin("QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame");
    assertLogin("dGVzdDoxMjPCow==", "test", "123\u00a3");
  }

  @Test
  void passwordStartsAfterTheFirstColon() {
    assertLogin(encoded("a:b:c"), "a", "b:c");
    assertLogin(encoded("a::"), "a", ":");
    assertLogin(encoded("a: b "), "a", " b ");
  }

  @Test
  void readsEmptyParts() {
    assertLogin(encoded(":"), "", "");
    assertLogin(encoded("user:"), "user", "");
    assertLogin(encoded(":pass"), "", "pass");
  }

  @Test
  void textIsUtf8() {
    assertLogin(encoded("\u00fc:\u00fc"), "\u00fc", "\u00fc");
    assertLogin(encoded("\ud83d\ude00:\u20ac"), "\ud83d\ude00", "\u20ac");
    // A composed letter and its parts are different names.
    assertLogin(encoded("u\u0308:x"), "u\u0308", "x");
  }

  @Test
  void paddingMayBeMissing() {
    assertLogin("QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Aladdin", "open sesame");
    assertLogin("YTpi", "a", "b");
  }

  @TestFactory
  Stream<DynamicTest> refusesMalformedBase64() {
    return Stream.of(
            "!!!!",
            "YTpi=",
            "YTpi==",
            "YTpi====",
            "YT p i",
            " YTpi",
            "YTpi ",
            "YTpi\n",
            "Y",
            "=",
            "====",
            "YTpi,YTpi",
            "YTo_Pz8-",
            "YTo-",
            "a:b",
            "YTp\u00e9",
            "YTp\u0410")
        .map(this::refused);
  }

  @TestFactory
  Stream<DynamicTest> refusesTextWithoutColon() {
    return Stream.of("", encoded("a"), encoded("user pass"), encoded("a\uff1ab"))
        .map(this::refused);
  }

  @TestFactory
  Stream<DynamicTest> refusesMalformedUtf8() {
    return Stream.of(
            "\u00fc:x".getBytes(StandardCharsets.ISO_8859_1),
            "x:\u00fc".getBytes(StandardCharsets.ISO_8859_1),
            new byte[] {'a', ':', (byte) 0xff},
            new byte[] {'a', ':', (byte) 0xfe},
            // Overlong, half a surrogate pair, cut short, beyond the last character.
            new byte[] {'a', ':', (byte) 0xc0, (byte) 0xaf},
            new byte[] {'a', (byte) 0xc0, (byte) 0xba, 'b'},
            new byte[] {'a', ':', (byte) 0xed, (byte) 0xa0, (byte) 0x80},
            new byte[] {'a', ':', (byte) 0xe2, (byte) 0x82},
            new byte[] {'a', ':', (byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
            "a:b".getBytes(StandardCharsets.UTF_16))
        .map(bytes -> refused(Base64.getEncoder().encodeToString(bytes)));
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private void assertLogin(String credentials, String username, String password) {
    Optional<UsernamePasswordCredential> login = BasicCredentials.parse(credentials, request);
    assertThat(login).isPresent();
    assertThat(login.get().username()).isEqualTo(username);
    assertThat(new String(login.get().password())).isEqualTo(password);
    assertThat(login.get().request()).isSameAs(request);
  }

  private DynamicTest refused(String credentials) {
    return DynamicTest.dynamicTest(
        '"' + credentials + '"',
        () -> assertThat(BasicCredentials.parse(credentials, request)).isEmpty());
  }
}
