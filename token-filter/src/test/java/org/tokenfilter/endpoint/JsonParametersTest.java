package org.tokenfilter.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

final class JsonParametersTest {

  private static final AllowedParameters NAMES = AllowedParameters.ignoringOthers("name", "other");

  @Test
  void readsMembersOfAnObject() throws TokenRejectedException {
    assertThat(parse(" {\"name\":\"a\\u0062\\n\\ud83d\\ude00ü\",\r\n\t\"other\":\"\"} "))
        .isEqualTo(Map.of("name", "ab\n😀ü", "other", ""));
    assertThat(parse("{}")).isEmpty();
    assertThat(parse("{\"n\\u0061me\":\"x\"}")).isEqualTo(Map.of("name", "x"));
  }

  @Test
  void ignoresOtherMembersOfAnyType() throws TokenRejectedException {
    assertThat(
            parse(
                "{\"a\":1,\"b\":null,\"c\":[{\"name\":\"inner\"}],\"d\":{\"name\":\"inner\"},"
                    + "\"__proto__\":{},\"@class\":\"x\",\"NAME\":\"x\",\"\":\"x\",\"e\":-1.5e9,"
                    + "\"f\":true,\"name\":\"outer\",\"g\":\"\\u0000\\ud800\"}"))
        .isEqualTo(Map.of("name", "outer"));
  }

  @Test
  void refusesOtherMembersIfConfigured() {
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(
            () ->
                JsonParameters.parse(
                    "{\"x\":1}".getBytes(StandardCharsets.UTF_8),
                    AllowedParameters.rejectingOthers()))
        .satisfies(refused -> assertThat(refused.detail()).isEqualTo("a parameter is unknown"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "true",
        "7",
        "\"x\"",
        "[]",
        "[{\"name\":\"x\"}]",
        "{",
        "{\"name\"",
        "{\"name\":",
        "{\"name\":\"x\"",
        "{\"name\":\"x",
        "{\"name\":\"x\",}",
        "{,}",
        "{\"name\" \"x\"}",
        "{name:\"x\"}",
        "{'name':'x'}",
        "{\"name\":\"x\"}{}",
        "{\"name\":\"x\"}{\"name\":\"y\"}",
        "{\"name\":\"x\"} x",
        "{\"name\":\"x\"}]",
        "{\"name\":\"x\"}\0",
        "{\"name\":\"x\"}//",
        "/**/{\"name\":\"x\"}",
        "# \n{\"name\":\"x\"}",
        "\ufeff{\"name\":\"x\"}",
        "{\"name\":\"x\",\"name\":\"x\"}",
        "{\"name\":\"x\",\"n\\u0061me\":\"y\"}",
        "{\"y\":1,\"y\":2}",
        "{\"y\":{\"z\":1,\"z\":2}}",
        "{\"name\":\"a\nb\"}",
        "{\"name\":\"\\x41\"}",
        "{\"name\":\"\\u00\"}",
        "{\"y\":01}",
        "{\"y\":NaN}",
        "{\"y\":+1}",
        "{\"y\":.5}"
      })
  void refusesAnythingButOneObject(String json) {
    assertRefused(json.getBytes(StandardCharsets.UTF_8), "not a JSON object");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1", "1.5", "true", "false", "null", "[]", "[\"x\"]", "{}", "{\"$ne\":null}"})
  void refusesMemberThatIsNotAString(String value) {
    byte[] json = ("{\"name\":" + value + "}").getBytes(StandardCharsets.UTF_8);
    assertRefused(json, "name is not a string");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\\u0000", "a\\u0000b", "\\ud800", "\\udc00", "\\ud800x", "\\ude00\\ud83d"})
  void refusesValueThatIsNotText(String value) {
    byte[] json = ("{\"name\":\"" + value + "\"}").getBytes(StandardCharsets.UTF_8);
    assertRefused(json, "a value that is no text");
  }

  @Test
  void refusesOtherEncodingsAndMalformedUtf8() {
    String json = "{\"name\":\"x\"}";
    for (String charset : new String[] {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"}) {
      assertRefused(json.getBytes(Charset.forName(charset)), "not a JSON object");
    }
    for (String bytes :
        new String[] {
          "\u00c0\u00af",
          "\u00c0\u00a2",
          "\u00e0\u0080\u00a2",
          "\u00ed\u00a0\u0080",
          "\u00ed\u00a0\u00bd\u00ed\u00b8\u0080",
          "\u00ff",
          "\u00fc",
          "\u00c3"
        }) {
      assertRefused(
          ("{\"name\":\"" + bytes + "\"}").getBytes(StandardCharsets.ISO_8859_1),
          "not a JSON object");
    }
  }

  @Test
  void l15_limitsDepthAndNumberLengthButNotMembers() throws TokenRejectedException {
    assertThat(parse("{\"y\":" + nested(15) + "}")).isEmpty();
    for (int depth : new int[] {16, 17, 1000, 4000}) {
      String json = "{\"y\":" + nested(depth) + "}";
      assertRefused(json.getBytes(StandardCharsets.UTF_8), "not a JSON object");
    }
    for (String number : new String[] {"9".repeat(2000), "0." + "9".repeat(2000)}) {
      String json = "{\"y\":" + number + "}";
      assertRefused(json.getBytes(StandardCharsets.UTF_8), "not a JSON object");
    }
    StringBuilder many = new StringBuilder("{\"name\":\"x\"");
    for (int i = 0; i < 900; i++) {
      many.append(",\"").append(i).append("\":").append(i);
    }
    assertThat(parse(many.append('}').toString())).isEqualTo(Map.of("name", "x"));
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private static Map<String, String> parse(String json) throws TokenRejectedException {
    return JsonParameters.parse(json.getBytes(StandardCharsets.UTF_8), NAMES);
  }

  private static void assertRefused(byte[] json, String why) {
    assertThatExceptionOfType(TokenRejectedException.class)
        .as(new String(json, StandardCharsets.ISO_8859_1))
        .isThrownBy(() -> JsonParameters.parse(json, NAMES))
        .satisfies(
            refused -> {
              assertThat(refused.rejection()).isEqualTo(Rejection.BAD_REQUEST);
              assertThat(refused.detail()).isEqualTo(why);
            });
  }
}
