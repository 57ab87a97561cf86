package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

final class FormParametersTest {

  private static final AllowedParameters NAMES =
      AllowedParameters.ignoringOthers("name", "other", "ü");
  private static final int MAX_BODY_BYTES = 8192;

  @Test
  void parsesNamesAndValues() throws TokenRejectedException {
    assertThat(parse("name=value&other=a%20b+c%2B%3D%26"))
        .isEqualTo(Map.of("name", "value", "other", "a b c+=&"));
    assertThat(parse("name=a=b==")).isEqualTo(Map.of("name", "a=b=="));
    assertThat(parse("name")).isEqualTo(Map.of("name", ""));
    assertThat(parse("name=")).isEqualTo(Map.of("name", ""));
    assertThat(parse("")).isEmpty();
    assertThat(parse("&&name=x&")).isEqualTo(Map.of("name", "x"));
  }

  @Test
  void decodesNames() throws TokenRejectedException {
    assertThat(parse("n%61me=x")).isEqualTo(Map.of("name", "x"));
    assertThat(parse("%C3%BC=x")).isEqualTo(Map.of("ü", "x"));
  }

  @Test
  void readsUtf8PercentEncodedOrPlain() throws TokenRejectedException {
    String text = "ü€😀";
    assertThat(parse("name=%C3%BC%e2%82%aC%F0%9F%98%80")).isEqualTo(Map.of("name", text));
    byte[] plain = ("name=" + text).getBytes(StandardCharsets.UTF_8);
    assertThat(FormParameters.parse(plain, NAMES)).isEqualTo(Map.of("name", text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=%",
        "name=%4",
        "name=%zz",
        "name=%4g",
        "name=%+1",
        "name=%-1",
        "name=% 1",
        "name=%%41",
        "name=%u0041",
        "%=x",
        "%zz=x",
        "name=%C0%AF",
        "name=%E0%80%AF",
        "name=%C1%81",
        "name=%80",
        "name=%FF",
        "name=%C3",
        "name=%C3%28",
        "name=%ED%A0%80",
        "name=%ED%A0%BD%ED%B8%80",
        "name=%F4%90%80%80",
        "name=%FE%FF%00a",
        "name=%00",
        "name=a%00b",
        "name=\0",
        "n%00me=x",
        "name=\u00fc",
        "\u00ff=x"
      })
  void refusesInvalidPercentEncodingAndUtf8(String form) {
    assertRefused(form);
  }

  /** A query is text. A character that is not a byte is refused, not converted. */
  @ParameterizedTest
  @ValueSource(strings = {"name=\u0101", "name=\u0661", "\uff4eame=x", "name=\ud83d\ude00"})
  void refusesCharactersThatAreNotBytes(String form) {
    assertRefused(form);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=x&name=x",
        "name=x&name=y",
        "name=x&other=y&name",
        "name&name",
        "name=x&n%61me=y",
        "name=&name="
      })
  void refusesRepeatedField(String form) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> parse(form))
        .satisfies(refused -> assertThat(refused.detail()).isEqualTo("name is given twice"));
  }

  @Test
  void ignoresOrRefusesOtherFieldsAsConfigured() throws TokenRejectedException {
    assertThat(parse("x=1&x=2&=3&=4&=&NAME=5&name=6&name%20=7")).isEqualTo(Map.of("name", "6"));
    for (String other : new String[] {"x=1", "=", "NAME=x", "name&x"}) {
      assertThatExceptionOfType(TokenRejectedException.class)
          .as(other)
          .isThrownBy(() -> FormParameters.parse(other, AllowedParameters.rejectingOthers("name")))
          .satisfies(refused -> assertThat(refused.detail()).isEqualTo("a parameter is unknown"));
    }
  }

  @Test
  void readsLargestBodyOfAnyContent() throws TokenRejectedException {
    assertThat(parse("&".repeat(MAX_BODY_BYTES))).isEmpty();
    assertThat(parse("=".repeat(MAX_BODY_BYTES))).isEmpty();
    assertThat(parse("a&".repeat(MAX_BODY_BYTES / 2))).isEmpty();
    String value = "x".repeat(MAX_BODY_BYTES - "name=".length());
    assertThat(parse("name=" + value)).isEqualTo(Map.of("name", value));
    assertThat(parse("name=" + "%41".repeat(2700))).isEqualTo(Map.of("name", "A".repeat(2700)));
    assertRefused("name=" + "%41".repeat(2700) + "%");
  }

  private static Map<String, String> parse(String form) throws TokenRejectedException {
    return FormParameters.parse(form, NAMES);
  }

  private static void assertRefused(String form) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> parse(form))
        .satisfies(refused -> assertThat(refused.rejection()).isEqualTo(Rejection.BAD_REQUEST));
  }
}
