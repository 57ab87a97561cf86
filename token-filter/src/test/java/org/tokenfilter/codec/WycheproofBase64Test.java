package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS_JSON;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.assertRefused;
import static org.tokenfilter.codec.CraftedTokens.withHeaderSegment;
import static org.tokenfilter.testsupport.forgery.TokenForge.HEADER_JSON;
import static org.tokenfilter.testsupport.forgery.TokenForge.bytes;
import static org.tokenfilter.testsupport.forgery.TokenForge.decoded;
import static org.tokenfilter.testsupport.forgery.TokenForge.parts;
import static org.tokenfilter.testsupport.forgery.TokenForge.with;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.testsupport.forgery.TokenForge;

/**
 * Case A36: the "base64" cases (tcId 357 to 377) of Wycheproof's JSON web signature tests, with the
 * ciphertext in place of their payload and the tag in place of their MAC. If their MAC covers the
 * non-canonical form, so does the tag.
 *
 * <p>Wycheproof accepts 372, 373 (a foreign character that decoders skip), 376 and 377 (white space
 * in the header's JSON). This library refuses them: a token has one form.
 */
class WycheproofBase64Test {

  private static final JweTokenCodec CODEC = CraftedTokens.codec(K1);
  private static final String SEGMENT = Base64Url.encode(HEADER_JSON);
  private static final String TOKEN = CraftedTokens.withHeader(HEADER_JSON);
  private static final int CIPHERTEXT = 3;
  private static final int TAG = 4;

  @Test
  void tc357_aValidTokenIsAccepted() throws Exception {
    assertThat(CODEC.decode(TOKEN)).isEqualTo(CLAIMS);
  }

  @Test
  void tc358_tc359_tagsThatBeginWithAllZerosOrAllOnesAreAccepted() throws Exception {
    assertThat(CODEC.decode(withTagStartingWith("AA"))).isEqualTo(CLAIMS);
    assertThat(CODEC.decode(withTagStartingWith("__"))).isEqualTo(CLAIMS);
  }

  @TestFactory
  Stream<DynamicTest> nonCanonicalTokens() {
    String ciphertext = parts(TOKEN).get(CIPHERTEXT);
    String tag = parts(TOKEN).get(TAG);
    String zeros = withTagStartingWith("AA");
    String ones = withTagStartingWith("__");
    Map<String, String> cases = new LinkedHashMap<>();
    cases.put("tc360 spaces in the tag", with(TOKEN, TAG, "    " + tag));
    cases.put("tc361 a foreign character before the tag", with(TOKEN, TAG, "?" + tag));
    cases.put("tc362 a foreign character after the tag", with(TOKEN, TAG, tag + "?"));
    cases.put(
        "tc363 a foreign character for a zero",
        with(zeros, TAG, "?" + parts(zeros).get(TAG).substring(1)));
    cases.put(
        "tc364 foreign characters for ones",
        with(ones, TAG, "??" + parts(ones).get(TAG).substring(2)));
    cases.put("tc365 spaces in the header", withHeaderSegment(SEGMENT + "    "));
    cases.put("tc366 foreign characters in the header", withHeaderSegment(SEGMENT + "####"));
    cases.put("tc367 padding in the header", withHeaderSegment(SEGMENT + "=="));
    cases.put("tc368 spaces in the ciphertext", authenticatedOver("    " + ciphertext));
    cases.put("tc369 foreign characters in the ciphertext", authenticatedOver("####" + ciphertext));
    cases.put("tc370 padding in the ciphertext", authenticatedOver(ciphertext + "=="));
    cases.put("tc371 a foreign character in the ciphertext", authenticatedOver("?" + ciphertext));
    cases.put(
        "tc372 a foreign character inserted in the header",
        TOKEN.replace(SEGMENT, new StringBuilder(SEGMENT).insert(60, '?')));
    cases.put(
        "tc373 a foreign character inserted in the ciphertext",
        with(TOKEN, CIPHERTEXT, ciphertext + "?"));
    String unusedBits =
        ciphertext.substring(0, ciphertext.length() - 1)
            + (char) (ciphertext.charAt(ciphertext.length() - 1) + 1);
    cases.put("tc374 unused bits of the ciphertext", with(TOKEN, CIPHERTEXT, unusedBits));
    cases.put("tc375 a tag over unused bits of the ciphertext", authenticatedOver(unusedBits));
    cases.put(
        "tc376 spaces in the header's JSON",
        CraftedTokens.withHeader(
            "{ \"enc\" : \"A128CBC-HS256\", \"alg\" : \"dir\", \"kid\" : \"k1\" }"));
    cases.put(
        "tc377 white space in the header's JSON",
        CraftedTokens.withHeader(HEADER_JSON.replace(",", ",\n\t")));
    return cases.entrySet().stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(), () -> assertRefused(CODEC, each.getValue())));
  }

  /** Returns a token with this ciphertext and a tag that authenticates its exact text. */
  private static String authenticatedOver(String ciphertext) {
    byte[] tag =
        TokenForge.hmac(
            K1.bytes(),
            "HmacSHA256",
            SEGMENT,
            decoded(parts(TOKEN).get(2)),
            ciphertext.getBytes(StandardCharsets.UTF_8));
    return with(with(TOKEN, CIPHERTEXT, ciphertext), TAG, Base64Url.encode(Arrays.copyOf(tag, 16)));
  }

  /** Returns a valid token whose tag starts with this text. */
  private static String withTagStartingWith(String beginning) {
    for (int i = 0; ; i++) {
      String token =
          CraftedTokens.seal(
              K1, SEGMENT, bytes("iv" + i, 16), CLAIMS_JSON.getBytes(StandardCharsets.UTF_8));
      if (parts(token).get(TAG).startsWith(beginning)) {
        return token;
      }
    }
  }
}
