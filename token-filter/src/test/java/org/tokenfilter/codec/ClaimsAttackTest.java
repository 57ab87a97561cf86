package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS_JSON;
import static org.tokenfilter.codec.CraftedTokens.ID;
import static org.tokenfilter.codec.CraftedTokens.ISSUED;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.assertRefused;
import static org.tokenfilter.testsupport.forgery.TokenForge.withContent;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.token.TokenClaims;

/**
 * The cases A32 and B01 to B04 of the catalogue of attacks: content encrypted with the right key,
 * as by an old or buggy issuer.
 */
class ClaimsAttackTest {

  private static final JweTokenCodec CODEC = CraftedTokens.codec(K1);
  private static final String EXP = "\"exp\":1790604800";
  private static final String IAT = "\"iat\":1790000000";

  private final Map<String, byte[]> cases = new LinkedHashMap<>();

  @Test
  void acceptsClaimsInAnyOrder() throws Exception {
    assertThat(CODEC.decode(withContent(CLAIMS_JSON))).isEqualTo(CLAIMS);
    String turned =
        "{" + EXP + "," + IAT + ",\"aud\":\"/orders\",\"k\":\"s\",\"jti\":\"" + ID + "\"}";
    assertThat(CODEC.decode(withContent(turned))).isEqualTo(CLAIMS);
    String latest = turned.replace("1790604800", "253402300799");
    assertThat(CODEC.decode(withContent(latest)).expiresAt())
        .isEqualTo(Instant.parse("9999-12-31T23:59:59Z"));
  }

  @Test
  void b03_aTokenWithoutExpNeverExpiresByItself() throws Exception {
    assertThat(CODEC.decode(withContent(CLAIMS_JSON.replace("," + EXP, ""))).expiresAt()).isNull();
  }

  @Test
  void b04_expMayEqualIatSinceBothAreRoundedDown() throws Exception {
    TokenClaims claims =
        new TokenClaims(ID, TokenKind.OPEN, "/orders", ISSUED.plusMillis(1), ISSUED.plusMillis(9));
    assertThat(CODEC.decode(CODEC.encode(claims))).isEqualTo(claims);
  }

  /** The codec does not consult a clock: the record's deadline decides. */
  @Test
  void b04_acceptsTimesFarInPastAndFuture() throws Exception {
    for (Instant issuedAt :
        List.of(Instant.ofEpochSecond(1), Instant.parse("9999-12-31T23:59:59Z"))) {
      TokenClaims claims = new TokenClaims(ID, TokenKind.OPEN, "/orders", issuedAt, issuedAt);
      assertThat(CODEC.decode(CODEC.encode(claims))).isEqualTo(claims);
    }
  }

  @TestFactory
  Stream<DynamicTest> times() {
    for (String time :
        List.of(
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551617",
            "1e300",
            "1e9",
            "1790604800.0",
            "1.5",
            "-1",
            "-1790604800",
            "-0",
            "0",
            "+1790604800",
            "01790604800",
            "\"1790604800\"",
            "\"\"",
            "null",
            "true",
            "[]",
            "[1790604800]",
            "{}",
            "NaN",
            "Infinity",
            "0x6ab",
            "1_790_604_800",
            "\u0661\u0667",
            "9".repeat(400))) {
      claims("B01 exp " + time, EXP, "\"exp\":" + time);
      claims("B01 iat " + time, IAT, "\"iat\":" + time);
    }
    claims("B01 exp without a value", EXP, "\"exp\":");
    claims("B01 exp twice", EXP, EXP + "," + EXP);
    claims("B01 iat twice", IAT, IAT + "," + IAT);
    claims("B01 exp twice, once escaped", EXP, EXP + ",\"\\u0065xp\":1790604801");
    claims("B01 no iat", IAT + ",", "");
    claims("B02 exp in milliseconds", EXP, "\"exp\":1790604800000");
    claims("B02 iat in milliseconds", IAT, "\"iat\":1790000000000");
    claims("B02 exp one second behind the year 9999", EXP, "\"exp\":253402300800");
    claims("B03 never beside exp", EXP, EXP + ",\"never\":true");
    claims("B03 never in place of exp", EXP, "\"never\":true");
    claims("B04 exp before iat", EXP, "\"exp\":1789999999");
    claims("B04 nbf", EXP, EXP + ",\"nbf\":1790000000");
    return refused();
  }

  @TestFactory
  Stream<DynamicTest> members() {
    String jti = "\"jti\":\"" + ID + "\"";
    String text = ID.toString();
    for (String other :
        List.of(
            "null",
            "1",
            "\"\"",
            "[\"" + text + "\"]",
            "\"" + text + "=\"",
            "\"" + text + " \"",
            "\"" + text.substring(1) + "\"",
            "\"A" + text + "\"",
            "\"" + text.replace('-', '+') + "+\"",
            "\"" + unusedBit(text) + "\"",
            "\"" + "*".repeat(43) + "\"",
            "\"" + "A".repeat(600) + "\"")) {
      claims("A32 jti " + other, jti, "\"jti\":" + other);
    }
    claims("A32 jti twice", jti, jti + "," + jti);
    claims("A32 no jti", jti + ",", "");
    for (String other :
        List.of(
            "\"S\"", "\"\"", "\"x\"", "\"session\"", "\"so\"", "null", "1", "[\"s\"]", "true")) {
      claims("A32 k " + other, "\"k\":\"s\"", "\"k\":" + other);
    }
    claims("A32 no k", "\"k\":\"s\",", "");
    for (String other :
        List.of(
            "\"/Orders\"",
            "\"\"",
            "\"/orders/\"",
            "\"/orders \"",
            "null",
            "1",
            "[\"/orders\"]",
            "[]",
            "{}",
            "\"/orders\\u0000\"",
            "\"" + "x".repeat(500) + "\"")) {
      claims("C30 aud " + other, "\"aud\":\"/orders\"", "\"aud\":" + other);
    }
    claims("C30 no aud", "\"aud\":\"/orders\",", "");
    claims("A32 sub", EXP, EXP + ",\"sub\":\"alice\"");
    claims("A32 a name in other letters", "\"exp\"", "\"EXP\"");
    claims("A32 an empty name", EXP, EXP + ",\"\":1");
    return refused();
  }

  @TestFactory
  Stream<DynamicTest> documents() {
    for (String content :
        List.of(
            "",
            " ",
            "[]",
            "null",
            "{}",
            "\"x\"",
            "1",
            "true",
            "x",
            "{",
            "}",
            "[" + CLAIMS_JSON + "]",
            "{\"claims\":" + CLAIMS_JSON + "}",
            "[".repeat(100) + "]".repeat(100),
            "{\"a\":".repeat(100) + "1" + "}".repeat(100))) {
      cases.put("A32 " + content, utf8(content));
    }
    for (String tail : List.of("{}", "x", "1", ",", "]", "}", "\u0000", "\"\"", CLAIMS_JSON)) {
      cases.put("A32 followed by " + tail, utf8(CLAIMS_JSON + tail));
    }
    cases.put("A32 a byte order mark", utf8("\ufeff" + CLAIMS_JSON));
    cases.put("A32 a comment", utf8("/**/" + CLAIMS_JSON));
    cases.put("A32 a trailing comma", utf8(CLAIMS_JSON.replace("}", ",}")));
    cases.put("A32 single quotes", utf8(CLAIMS_JSON.replace('"', '\'')));
    cases.put("A32 names without quotes", utf8(CLAIMS_JSON.replace("\"exp\"", "exp")));
    cases.put("A32 a line break in a string", utf8(CLAIMS_JSON.replace("/orders", "/ord\ners")));
    cases.put("A32 an unknown escape", utf8(CLAIMS_JSON.replace("/orders", "\\/\\orders")));
    cases.put("A32 cut off", utf8(CLAIMS_JSON.substring(0, CLAIMS_JSON.length() - 1)));
    for (String charset : List.of("UTF-16BE", "UTF-16LE", "UTF-16", "UTF-32BE", "UTF-32LE")) {
      cases.put("A32 " + charset, CLAIMS_JSON.getBytes(Charset.forName(charset)));
    }
    cases.put("A32 Latin-1", latin1("/\u00e9rders"));
    cases.put("A32 UTF-8 too long for its character", latin1("\u00c0\u00afrders"));
    cases.put("A32 half a surrogate pair", latin1("\u00ed\u00a0\u0080"));
    cases.put("A32 UTF-8 cut off", Arrays.copyOf(latin1("\u00e4\u00b8"), 20));
    return refused();
  }

  /** Decoders replace invalid bytes by U+FFFD, which would make two different texts equal. */
  @Test
  void a32_refusesInvalidUtf8WhoseReplacementWouldMatch() throws Exception {
    String audience = "/\ufffdrders";
    JweTokenCodec codec =
        new JweTokenCodec(() -> KeyRing.of(List.of(K1)), audience, new SecureRandom());
    String json = CLAIMS_JSON.replace("/orders", audience);
    assertThat(codec.decode(withContent(json)).audience()).isEqualTo(audience);
    assertRefused(codec, withContent(latin1("/\u00ffrders")));
  }

  @Test
  void a32_aMegabyteIsRefusedBeforeItIsRead() {
    byte[] content = utf8(CLAIMS_JSON + " ".repeat(1_000_000));
    ClaimsJson claims = new ClaimsJson("/orders");
    assertThatIllegalArgumentException().isThrownBy(() -> claims.read(content, content.length));
    assertRefused(CODEC, withContent(content));
  }

  @Test
  void a32_acceptsClaimsOfAtMost768Bytes() throws Exception {
    ClaimsJson claims = new ClaimsJson("/orders");
    byte[] longest = utf8(CLAIMS_JSON + " ".repeat(768 - CLAIMS_JSON.length()));
    byte[] longer = Arrays.copyOf(longest, 769);
    longer[768] = ' ';
    assertThat(claims.read(longest, 768)).isEqualTo(CLAIMS);
    assertThatIllegalArgumentException().isThrownBy(() -> claims.read(longer, 769));
  }

  /** A parser also returns the text of a number or a literal. */
  @Test
  void a32_refusesNonStringsThatLookLikeStrings() throws Exception {
    for (String audience : List.of("1", "1.5", "true", "false", "null")) {
      JweTokenCodec codec =
          new JweTokenCodec(() -> KeyRing.of(List.of(K1)), audience, new SecureRandom());
      String json = CLAIMS_JSON.replace("/orders", audience);
      assertThat(codec.decode(withContent(json)).audience()).isEqualTo(audience);
      assertRefused(codec, withContent(json.replace('"' + audience + '"', audience)));
    }
    String digits = "4".repeat(43);
    String json = CLAIMS_JSON.replace(ID.toString(), digits);
    assertThat(CODEC.decode(withContent(json)).id()).hasToString(digits);
    assertRefused(CODEC, withContent(json.replace('"' + digits + '"', digits)));
  }

  private void claims(String name, String from, String to) {
    assertThat(CLAIMS_JSON).contains(from);
    cases.put(name, utf8(CLAIMS_JSON.replace(from, to)));
  }

  private Stream<DynamicTest> refused() {
    return cases.entrySet().stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(), () -> assertRefused(CODEC, withContent(each.getValue()))));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] latin1(String audience) {
    return CLAIMS_JSON.replace("/orders", audience).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String unusedBit(String text) {
    int last = text.length() - 1;
    return text.substring(0, last) + (char) (text.charAt(last) + 1);
  }
}
