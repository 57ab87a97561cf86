package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.assertRefused;
import static org.tokenfilter.codec.CraftedTokens.baseToken;
import static org.tokenfilter.codec.CraftedTokens.refusals;
import static org.tokenfilter.testsupport.forgery.TokenForge.HEADER_JSON;
import static org.tokenfilter.testsupport.forgery.TokenForge.bytes;
import static org.tokenfilter.testsupport.forgery.TokenForge.decoded;
import static org.tokenfilter.testsupport.forgery.TokenForge.parts;
import static org.tokenfilter.testsupport.forgery.TokenForge.with;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tokenfilter.encoding.Base64Url;
import org.tokenfilter.keys.ContentEncryption;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.testsupport.forgery.ForgedCiphertexts;
import org.tokenfilter.testsupport.forgery.MalformedTokens;
import org.tokenfilter.testsupport.forgery.TokenForge;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The cases A of the catalogue of attacks that change the encoding, the shape or the cryptographic
 * parts of a token. Its header is attacked in {@link TokenHeaderAttackTest}, its claims in {@link
 * ClaimsAttackTest}.
 */
class TokenStringAttackTest {

  private static final int HEADER = 0;
  private static final int ENCRYPTED_KEY = 1;
  private static final int IV = 2;
  private static final int CIPHERTEXT = 3;
  private static final int TAG = 4;

  private static final JweTokenCodec CODEC = CraftedTokens.codec(K1);
  private static final String TOKEN = CODEC.encode(CLAIMS);

  private final Map<String, String> cases = new LinkedHashMap<>();

  @Test
  void acceptsTheUnchangedToken() throws Exception {
    assertThat(CODEC.decode(TOKEN)).isEqualTo(CLAIMS);
    assertThat(CODEC.decode(CraftedTokens.withHeader(HEADER_JSON))).isEqualTo(CLAIMS);
  }

  @TestFactory
  Stream<DynamicTest> spellings() {
    cases.putAll(MalformedTokens.of(baseToken(CODEC)));
    cases.put("A03 standard base64 in the ciphertext", standardAlphabet());
    for (String foreign : List.of("\"", "\u0000", "\n")) {
      String code = "U+%04X".formatted((int) foreign.charAt(0));
      for (int part : new int[] {HEADER, IV, CIPHERTEXT, TAG}) {
        String text = parts(TOKEN).get(part);
        cases.put(
            "A04 " + code + " inside of part " + part,
            with(TOKEN, part, text.substring(0, 5) + foreign + text.substring(5)));
        cases.put(
            "A04 " + code + " for a character of part " + part,
            with(TOKEN, part, text.substring(0, 5) + foreign + text.substring(6)));
      }
    }
    for (String space : List.of(" ", "\t", "\r\n", "\n", "\u00a0", "\ufeff")) {
      String code = "U+%04X".formatted((int) space.charAt(0));
      cases.put("A05 " + code + " before", space + TOKEN);
      cases.put("A05 " + code + " after", TOKEN + space);
    }
    String ciphertext = parts(TOKEN).get(CIPHERTEXT);
    cases.put("A04 unused bits of the ciphertext", with(TOKEN, CIPHERTEXT, unusedBit(ciphertext)));
    return refusals(CODEC, cases);
  }

  @TestFactory
  Stream<DynamicTest> shapes() {
    List<String> p = parts(TOKEN);
    cases.putAll(MalformedTokens.shapes(baseToken(CODEC)));
    cases.put("A07 nothing", "");
    cases.put("A07 without the encrypted key", p.get(0) + '.' + String.join(".", p.subList(2, 5)));
    for (int length : new int[] {1025, 8_000, 64_000, 1_000_000}) {
      cases.put("A09 " + length + " times A", "A".repeat(length));
    }
    cases.put("A09 a million dots", ".".repeat(1_000_000));
    cases.put("A09 the right header and a long rest", with(TOKEN, CIPHERTEXT, "A".repeat(1000)));
    cases.put("A24 an encrypted key of nothing", with(TOKEN, ENCRYPTED_KEY, "="));
    cases.put("A33 a nested token", TOKEN.replace("..", "." + TOKEN + "."));
    return refusals(CODEC, cases);
  }

  @TestFactory
  Stream<DynamicTest> cryptographicParts() {
    byte[] content = CraftedTokens.CLAIMS_JSON.getBytes(StandardCharsets.UTF_8);
    String header = Base64Url.encode(HEADER_JSON);
    cases.putAll(ForgedCiphertexts.of(baseToken(CODEC)));
    cases.put(
        "A30 halves of the key swapped",
        TokenForge.cbc(swappedHalves(), "HmacSHA256", header, bytes("iv", 16), content));
    return refusals(CODEC, cases);
  }

  @Test
  void a26_tagIsTheFirstHalfOfTheHmac() {
    byte[] whole =
        TokenForge.hmac(
            K1.bytes(),
            "HmacSHA256",
            Base64Url.encode(HEADER_JSON),
            decoded(parts(TOKEN).get(IV)),
            decoded(parts(TOKEN).get(CIPHERTEXT)));
    assertThat(Arrays.copyOf(whole, 16)).isEqualTo(decoded(parts(TOKEN).get(TAG)));
  }

  @Test
  void a25_a26_gcmRefusesOtherLengths() throws Exception {
    ContentKey key = CraftedTokens.key("k1", ContentEncryption.A256GCM, ContentKey.State.ACTIVE);
    JweTokenCodec codec = CraftedTokens.codec(key);
    String header = new ContentCipher(key).headerSegment();
    byte[] content = CraftedTokens.CLAIMS_JSON.getBytes(StandardCharsets.UTF_8);
    assertThat(codec.decode(TokenForge.gcm(key.bytes(), header, bytes("iv", 12), content, 16)))
        .isEqualTo(CLAIMS);
    for (int ivLength : new int[] {1, 8, 11, 13, 16, 32}) {
      assertRefused(codec, TokenForge.gcm(key.bytes(), header, bytes("iv", ivLength), content, 16));
    }
    for (int tagLength : new int[] {12, 13, 14, 15}) {
      assertRefused(
          codec, TokenForge.gcm(key.bytes(), header, bytes("iv", 12), content, tagLength));
    }
    String token = codec.encode(CLAIMS);
    assertRefused(codec, with(token, IV, ""));
    assertRefused(codec, with(token, TAG, ""));
  }

  /** Attacks like CVE-2017-12972: the length of the header is authenticated, too. */
  @Test
  void a28_cipherDetectsBytesMovedFromTheHeader() throws Exception {
    ContentCipher cipher = new ContentCipher(K1);
    byte[] header = cipher.headerSegment().getBytes(StandardCharsets.US_ASCII);
    byte[] iv = decoded(parts(TOKEN).get(IV));
    byte[] ciphertext = decoded(parts(TOKEN).get(CIPHERTEXT));
    assertThat(CraftedTokens.bytes(cipher.decrypt(CompactJwe.parse(TOKEN)))).isNotEmpty();
    byte[] longer = Arrays.copyOf(header, header.length + iv.length);
    System.arraycopy(iv, 0, longer, header.length, iv.length);
    String moved =
        with(
            with(TOKEN, IV, Base64Url.encode(Arrays.copyOf(ciphertext, 16))),
            CIPHERTEXT,
            Base64Url.encode(Arrays.copyOfRange(ciphertext, 16, ciphertext.length)));
    assertThat(new ContentCipher(K1, longer).decrypt(CompactJwe.parse(moved))).isNull();
  }

  @Test
  void p04_toStringShowsNoPartOfTheToken() throws Exception {
    assertThat(CompactJwe.parse(TOKEN)).hasToString("CompactJwe");
    assertThat(CompactJwe.parse(TOKEN).text()).isEqualTo(TOKEN);
  }

  @Test
  void a09_parsesTextsOfAtMost1024Characters() throws Exception {
    String longest = "AAAA..AAAA." + "A".repeat(1008) + ".AAAA";
    assertThat(longest).hasSize(1024);
    assertThat(CompactJwe.parse(longest).text()).isEqualTo(longest);
    assertThatExceptionOfType(TokenRejectedException.class)
        .isThrownBy(() -> CompactJwe.parse("AA" + longest))
        .withMessage("invalid token: it is longer than 1024 characters");
  }

  @Test
  void a09_refusesHugeTextAtNoCost() {
    for (String huge : List.of("A".repeat(1_000_000), ".".repeat(1_000_000))) {
      assertRefused(CODEC, huge);
      assertThat(AllocatedBytes.by(() -> decode(huge))).isLessThan(1_000);
    }
  }

  private static void decode(String token) {
    try {
      throw new AssertionError(CODEC.decode(token));
    } catch (TokenRejectedException e) {
      assert e.rejection() == Rejection.INVALID;
    }
  }

  /** Returns a token in standard base64 whose ciphertext has digits of that alphabet alone. */
  private static String standardAlphabet() {
    for (int i = 0; ; i++) {
      String token =
          CraftedTokens.seal(
              K1,
              Base64Url.encode(HEADER_JSON),
              bytes("iv" + i, 16),
              CraftedTokens.CLAIMS_JSON.getBytes(StandardCharsets.UTF_8));
      String ciphertext = parts(token).get(CIPHERTEXT);
      if (ciphertext.indexOf('-') >= 0 && ciphertext.indexOf('_') >= 0) {
        return with(token, CIPHERTEXT, ciphertext.replace('-', '+').replace('_', '/'));
      }
    }
  }

  /** Returns another text that decoders read as the same bytes. */
  private static String unusedBit(String part) {
    String other =
        part.substring(0, part.length() - 1) + (char) (part.charAt(part.length() - 1) + 1);
    assertThat(Base64.getUrlDecoder().decode(other)).isEqualTo(decoded(part));
    return other;
  }

  private static byte[] swappedHalves() {
    byte[] key = K1.bytes();
    byte[] swapped = Arrays.copyOfRange(key, 16, 48);
    System.arraycopy(key, 0, swapped, 16, 16);
    return swapped;
  }
}
