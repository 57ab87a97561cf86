package org.tokenfilter.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.tokenfilter.codec.CraftedTokens.key;
import static org.tokenfilter.testsupport.forgery.TokenForge.bytes;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.encoding.Base64Url;

/** Case S17: invalid sets of keys, which are refused by key name without showing a key. */
class JwkSetTest {

  private static final String K = Base64Url.encode(bytes("k1", 32));
  private static final String K2 = Base64Url.encode(bytes("k2", 64));

  private static final String KEY =
      "{\"kty\":\"oct\",\"kid\":\"k1\",\"use\":\"enc\",\"alg\":\"A128CBC-HS256\","
          + ("\"state\":\"active\",\"k\":\"" + K + "\"}");

  private static final String OTHER =
      "{\"kty\":\"oct\",\"kid\":\"k2\",\"use\":\"enc\",\"alg\":\"A256CBC-HS512\","
          + ("\"state\":\"staged\",\"k\":\"" + K2 + "\"}");

  private final List<DynamicTest> cases = new ArrayList<>();

  @Test
  void keysOfAllEncryptionsAndStatesAreReadInTheOrderOfTheFile() {
    String third = Base64Url.encode(bytes("k3", 32));
    String text =
        set(
            KEY,
            OTHER,
            KEY.replace("k1", "k3").replace("active", "accept").replace(K, third),
            KEY.replace("k1", "k4").replace("active", "retired").replace(K, "B" + K.substring(1)));
    KeyRing ring = JwkSet.parse(utf8(text));
    assertThat(ring)
        .hasToString(
            "KeyRing[k1 active A128CBC-HS256, k2 staged A256CBC-HS512, k3 accept A128CBC-HS256,"
                + " k4 retired A128CBC-HS256]");
    assertThat(ring.keys().get(0).bytes()).isEqualTo(bytes("k1", 32));
    assertThat(ring.keys().get(1).bytes()).isEqualTo(bytes("k2", 64));
  }

  @Test
  void readsBackItsOwnOutput() {
    for (ContentEncryption encryption : ContentEncryption.values()) {
      ContentKey key = key("k1", encryption, ContentKey.State.ACTIVE);
      KeyRing ring = JwkSet.parse(JwkSet.write(KeyRing.of(List.of(key))));
      assertThat(ring.keys()).singleElement().hasToString(key.toString());
      assertThat(ring.keys().get(0).hasSameBytes(key)).isTrue();
    }
  }

  @Test
  void readsAndWritesCreationTimes() {
    String dated = KEY.replace("\"k\":", "\"iat\":1795348800,\"k\":");
    KeyRing ring = JwkSet.parse(utf8(set(dated, OTHER)));
    assertThat(ring.keys().get(0).createdAt()).isEqualTo("2026-11-22T12:00:00Z");
    assertThat(ring.keys().get(1).createdAt()).isNull();
    assertThat(JwkSet.write(ring))
        .asString()
        .isEqualTo("{\"keys\":[\n" + dated + ",\n" + OTHER + "\n]}\n");
    for (String time : List.of("0", "253402300799")) {
      KeyRing other = JwkSet.parse(utf8(set(KEY.replace("{", "{\"iat\":" + time + ","))));
      assertThat(other.activeKey().createdAt())
          .isEqualTo(Instant.ofEpochSecond(Long.parseLong(time)));
    }
  }

  @Test
  void ignoresMemberOrderAndWhiteSpace() {
    String turned =
        " {\n\t\"keys\" : [ { \"k\":\""
            + K
            + "\", \"state\":\"active\", \"alg\":\"A256GCM\","
            + " \"use\":\"enc\", \"kid\":\"k1\", \"kty\":\"oct\" } ] }\r\n";
    assertThat(JwkSet.parse(utf8(turned))).hasToString("KeyRing[k1 active A256GCM]");
  }

  @TestFactory
  Stream<DynamicTest> sets() {
    String notJson = "it is not JSON, or gives a member twice, at line 1, column ";
    refused("", "it is not a JSON object");
    refused("  \n", "it is not a JSON object");
    refused("[]", "it is not a JSON object");
    refused("[" + KEY + "]", "it is not a JSON object");
    refused("null", "it is not a JSON object");
    refused("\"" + K + "\"", "it is not a JSON object");
    refused(K, notJson);
    refused("{}", "its first member is not 'keys'");
    refused(KEY, "its first member is not 'keys'");
    refused("{\"Keys\":[" + KEY + "]}", "its first member is not 'keys'");
    refused("{\"keys\":" + KEY + "}", "its member 'keys' is not an array");
    refused("{\"keys\":null}", "its member 'keys' is not an array");
    refused("{\"keys\":[]}", "there is no key");
    refused("{\"keys\":[null]}", "key number 1 is not an object");
    refused("{\"keys\":[" + KEY + ",\"" + K + "\"]}", "key number 2 is not an object");
    refused("{\"keys\":[" + KEY + "],\"x\":1}", "it has a member beside 'keys'");
    refused("{\"keys\":[" + KEY + "],\"keys\":[]}", notJson);
    refused(set(KEY) + "x", notJson);
    refused(set(KEY) + set(KEY), "something follows the set of keys");
    refused(set(KEY).substring(0, 100), notJson);
    refused(set(KEY).replace("\"" + K + "\"", K), notJson);
    refused(set(KEY).replace('"', '\''), notJson);
    refused(set(KEY) + "// a comment", notJson);
    refused(set(KEY).replace("]}", ",]}"), notJson);
    refused("\ufeff" + set(KEY), notJson);
    refused("{\"keys\":[" + "[".repeat(1_000) + "]".repeat(1_000) + "]}", "key number 1 is not");
    refused("{\"keys\":[" + "{\"kid\":".repeat(1_000), "key number 1: 'kid' is not a string");
    refused("{\"keys\":[{\"x5c\":" + "[".repeat(1_000), "key number 1: 'x5c' is not a string");
    for (String charset : List.of("UTF-16", "UTF-16LE", "UTF-32BE")) {
      refused(charset, set(KEY).getBytes(Charset.forName(charset)), "it is not ");
    }
    refused(
        "Latin-1",
        set(KEY).replace("k1", "\u00e9").getBytes(StandardCharsets.ISO_8859_1),
        "it is not UTF-8");
    refused("random bytes", bytes("garbage", 300), "it is not UTF-8");
    return cases.stream();
  }

  @TestFactory
  Stream<DynamicTest> members() {
    for (String member : List.of("kty", "use", "alg", "state", "k")) {
      refused(set(without(member)), "key 'k1' has no " + member);
    }
    refused(set(without("kid")), "key number 1 has no kid");
    refused(set(KEY, "{}"), "key number 2 has no kid");
    refused(
        set(KEY.replace("{", "{\"alg\":\"A256GCM\",")), "it is not JSON, or gives a member twice");
    refused(
        set(KEY.replace("{", "{\"k\\u0069d\":\"k1\",")), "it is not JSON, or gives a member tw");
    refused(set(KEY.replace("{", "{\"ext\":\"x\",")), "key 'k1' has an unknown member: 'ext'");
    refused(
        set(KEY.replace("{", "{\"" + K2.substring(1) + "\":\"x\",")),
        "key 'k1' has an unknown member: one that is not shown here");
    refused(set(KEY.replace("{", "{\"a\\nb\":\"x\",")), "key 'k1' has an unknown member: one that");
    String hidden = "key 'k1' has an unknown member: one that is not shown here";
    for (String name : List.of("a b", "a\u007f", "abcdefghijklmnopq")) {
      refused(set(KEY.replace("{", "{\"" + name + "\":\"x\",")), hidden);
    }
    refused(
        set(KEY.replace("{", "{\"!bcdefghijklmno~\":\"x\",")),
        "key 'k1' has an unknown member: '!bcdefghijklmno~'");
    refused(set(KEY.replace("{", "{\"x5c\":[],")), "key number 1: 'x5c' is not a string");
    for (String other : List.of("null", "1", "true", "{}", "[]")) {
      refused(set(KEY.replace("\"k1\"", other)), "key number 1: 'kid' is not a string");
      refused(set(KEY.replace("\"active\"", other)), "key number 1: 'state' is not a string");
    }
    for (String kty : List.of("RSA", "EC", "OKP", "OCT", "")) {
      refused(set(KEY.replace("oct", kty)), "key 'k1': kty is not oct");
    }
    refused(set(KEY, OTHER.replace("oct", "RSA")), "key 'k2': kty is not oct");
    for (String use : List.of("sig", "ENC", "")) {
      refused(set(KEY.replace("\"enc\"", "\"" + use + "\"")), "key 'k1': use is not enc");
    }
    for (String alg : List.of("dir", "A128GCM", "A192CBC-HS384", "HS256", "a256gcm", "none", "")) {
      refused(set(KEY.replace("A128CBC-HS256", alg)), "key 'k1': alg is not one of A128CBC-HS256,");
    }
    for (String state : List.of("ACTIVE", "enabled", "")) {
      refused(set(KEY.replace("active", state)), "key 'k1': state is not one of staged, active,");
    }
    for (String kid : List.of("", " ", "../k1", "k\\u0000", "k\\n1", "x".repeat(65))) {
      refused(set(KEY.replace("\"k1\"", "\"" + kid + "\"")), "key number 1: kid must have 1 to 64");
    }
    return cases.stream();
  }

  @TestFactory
  Stream<DynamicTest> times() {
    for (String other :
        List.of("null", "\"1795348800\"", "true", "{}", "[]", "1.5", "1e9", "0.0")) {
      refused(set(dated(other)), "key number 1: 'iat' is not a whole number");
    }
    String noTime = "key 'k1': iat is not a time in seconds since 1970";
    for (String other : List.of("-1", "-0", "253402300800", "1795348800000", "9".repeat(12))) {
      refused(set(dated(other)), noTime);
    }
    refused(set(dated("9".repeat(100))), noTime);
    refused(set(dated("01")), "it is not JSON, or gives a member twice");
    refused(set(dated("1,\"iat\":1")), "it is not JSON, or gives a member twice");
    refused(set(KEY.replace("{", "{\"IAT\":1,")), "key number 1: 'IAT' is not a string");
    return cases.stream();
  }

  private static String dated(String iat) {
    return KEY.replace("{", "{\"iat\":" + iat + ",");
  }

  @TestFactory
  Stream<DynamicTest> keyBytes() {
    String notBase64 = "key 'k1': k is not base64url without padding";
    refused(set(KEY.replace(K, K + "=")), notBase64);
    refused(set(KEY.replace(K, " " + K)), notBase64);
    refused(set(KEY.replace(K, K.substring(1))), notBase64);
    refused(set(KEY.replace(K, "+" + K.substring(1))), notBase64);
    refused(set(KEY.replace(K, K.substring(0, 42) + "_")), notBase64);
    refused(set(KEY.replace(K, "")), "key 'k1' has 0 bytes, but A128CBC-HS256 needs 32");
    refused(set(KEY.replace(K, K2)), "key 'k1' has 64 bytes, but A128CBC-HS256 needs 32");
    refused(
        set(KEY.replace(K, Base64Url.encode(bytes("k1", 31)))),
        "key 'k1' has 31 bytes, but A128CBC-HS256 needs");
    refused(
        set(KEY.replace("A128CBC-HS256", "A256CBC-HS512")),
        "key 'k1' has 32 bytes, but A256CBC-HS512 needs 64");
    for (int value : new int[] {0, 7, 0xff}) {
      byte[] weak = new byte[32];
      Arrays.fill(weak, (byte) value);
      refused(set(KEY.replace(K, Base64Url.encode(weak))), "key 'k1' is weak: all of its bytes");
    }
    return cases.stream();
  }

  @TestFactory
  Stream<DynamicTest> rings() {
    refused(set(KEY.replace("active", "accept")), "exactly one key must be active, not none");
    refused(
        set(KEY, OTHER.replace("staged", "active")),
        "exactly one key must be active, not [k1, k2]");
    refused(set(KEY, OTHER.replace("k2", "k1")), "two keys have the kid 'k1'");
    refused(set(KEY, KEY), "two keys have the kid 'k1'");
    refused(
        set(KEY, KEY.replace("k1", "k2").replace("active", "retired")),
        "keys 'k1' and 'k2' have the same bytes");
    return cases.stream();
  }

  private void refused(String text, String message) {
    refused(text.isEmpty() ? "nothing" : text, utf8(text), message);
  }

  private void refused(String name, byte[] text, String message) {
    String shortName = name.length() <= 120 ? name : name.substring(0, 120) + "...";
    cases.add(
        DynamicTest.dynamicTest(message + " <- " + shortName, () -> assertRefused(text, message)));
  }

  /** Asserts the message, and that no exception in the chain of causes shows a part of a key. */
  private static void assertRefused(byte[] text, String message) {
    Throwable thrown = catchThrowable(() -> JwkSet.parse(text));
    assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
    assertThat(thrown.getMessage()).startsWith(message).doesNotContain("\n").hasSizeLessThan(200);
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      assertThat(each.getSuppressed()).isEmpty();
      for (String key : List.of(K, K2)) {
        for (int i = 0; i + 8 <= key.length(); i++) {
          assertThat(each.toString()).doesNotContain(key.substring(i, i + 8));
        }
      }
    }
  }

  private static String without(String member) {
    String text = KEY.replaceAll("\"" + member + "\":\"[^\"]*\",?", "").replace(",}", "}");
    assertThat(text).isNotEqualTo(KEY);
    return text;
  }

  private static String set(String... keys) {
    return "{\"keys\":[" + String.join(",", keys) + "]}";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
