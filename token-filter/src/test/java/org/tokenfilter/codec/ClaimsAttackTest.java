package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS_JSON;
import static org.tokenfilter.codec.CraftedTokens.ID;
import static org.tokenfilter.codec.CraftedTokens.ISSUED;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.assertRefused;
import static org.tokenfilter.codec.CraftedTokens.baseToken;
import static org.tokenfilter.codec.CraftedTokens.refusals;
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
import org.tokenfilter.keys.KeyRing;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.testsupport.forgery.ForgedClaims;

/**
 * The cases A32 and B01 to B04 of the catalogue of attacks: content encrypted with the right key,
 * as by an old or buggy issuer.
 */
class ClaimsAttackTest {

  private static final JweTokenCodec CODEC = CraftedTokens.codec(K1);
  private static final String EXP = "\"exp\":1790604800";
  private static final String IAT = "\"iat\":1790000000";

  /** More forms of a time than those of {@link ForgedClaims#times(long)}. */
  private static final List<String> OTHER_TIMES =
      List.of(
          "1e9", "1.5", "-0", "\"\"", "[]", "Infinity", "0x6ab", "1_790_604_800", "9".repeat(400));

  private final Map<String, String> cases = new LinkedHashMap<>();

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

  /** Only the record of the token refutes these. */
  @Test
  void acceptsWellFormedClaimsOfAnotherRecord() throws Exception {
    for (String token : ForgedClaims.mismatches(baseToken(CODEC)).values()) {
      assertThat(CODEC.decode(token)).isNotEqualTo(CLAIMS);
    }
  }

  @TestFactory
  Stream<DynamicTest> times() {
    cases.putAll(ForgedClaims.times(baseToken(CODEC)));
    for (String time : OTHER_TIMES) {
      claims("B01 exp " + time, EXP, "\"exp\":" + time);
      claims("B01 iat " + time, IAT, "\"iat\":" + time);
    }
    for (String time : ForgedClaims.times(1_790_000_000)) {
      claims("B01 iat " + time, IAT, "\"iat\":" + time);
    }
    claims("B01 exp without a value", EXP, "\"exp\":");
    claims("B02 exp one second behind the year 9999", EXP, "\"exp\":253402300800");
    return refusals(CODEC, cases);
  }

  @TestFactory
  Stream<DynamicTest> membersAndDocuments() {
    cases.putAll(ForgedClaims.documents(baseToken(CODEC)));
    String jti = "\"jti\":\"" + ID + "\"";
    String text = ID.toString();
    for (String other :
        List.of(
            "A" + text,
            text.replace('-', '+') + "+",
            unusedBit(text),
            "*".repeat(43),
            "A".repeat(600))) {
      claims("A32 jti " + other, jti, "\"jti\":\"" + other + "\"");
    }
    claims("A32 no jti", jti + ",", "");
    for (String other :
        List.of("\"S\"", "\"\"", "\"x\"", "\"session\"", "\"so\"", "1", "[\"s\"]", "true")) {
      claims("A32 k " + other, "\"k\":\"s\"", "\"k\":" + other);
    }
    claims("A32 no k", "\"k\":\"s\",", "");
    for (String other :
        List.of("null", "1", "[]", "{}", "\"/orders\\u0000\"", "\"" + "x".repeat(500) + "\"")) {
      claims("C30 aud " + other, "\"aud\":\"/orders\"", "\"aud\":" + other);
    }
    claims("A32 exp in other letters", "\"exp\"", "\"EXP\"");
    claims("A32 an empty name", EXP, EXP + ",\"\":1");
    content("A32 objects in objects", "{\"a\":".repeat(100) + "1" + "}".repeat(100));
    for (String tail : List.of("1", "}", "\"\"")) {
      content("A32 followed by " + tail, CLAIMS_JSON + tail);
    }
    claims("A32 names without quotes", "\"exp\"", "exp");
    claims("A32 a line break in a string", "/orders", "/ord\ners");
    claims("A32 an unknown escape", "/orders", "\\/\\orders");
    cases.put("A32 UTF-32LE", withContent(CLAIMS_JSON.getBytes(Charset.forName("UTF-32LE"))));
    cases.put("A32 Latin-1", withContent(latin1("/\u00e9rders")));
    cases.put("A32 UTF-8 cut off", withContent(Arrays.copyOf(latin1("\u00e4\u00b8"), 20)));
    return refusals(CODEC, cases);
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
    content(name, CLAIMS_JSON.replace(from, to));
  }

  private void content(String name, String content) {
    cases.put(name, withContent(content));
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
