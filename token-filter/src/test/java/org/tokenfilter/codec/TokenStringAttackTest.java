package org.tokenfilter.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.tokenfilter.codec.CraftedTokens.CLAIMS;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.assertRefused;
import static org.tokenfilter.testsupport.forgery.TokenForge.HEADER_JSON;
import static org.tokenfilter.testsupport.forgery.TokenForge.bytes;
import static org.tokenfilter.testsupport.forgery.TokenForge.decoded;
import static org.tokenfilter.testsupport.forgery.TokenForge.parts;
import static org.tokenfilter.testsupport.forgery.TokenForge.with;

import com.nimbusds.jose.JOSEException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
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
    String ciphertext = parts(TOKEN).get(CIPHERTEXT);
    for (String tail : List.of("=", "==", "%3D", "~", "A", "AA", "AAA", "AAAA", ".")) {
      cases.put("A01 with " + tail + " appended", TOKEN + tail);
    }
    cases.put("A03 standard base64 in the ciphertext", standardAlphabet());
    for (String foreign :
        List.of(
            " ", "\t", "*", "!", "\"", "\u00e9", "\u00ad", "\u200b", "\u0000", "\n", "\uff21")) {
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
    cases.put("A06 in quotes", '"' + TOKEN + '"');
    cases.put("A06 in angle brackets", '<' + TOKEN + '>');
    cases.put("A06 with a comma", TOKEN + ',');
    cases.put("A06 with its scheme", "Bearer " + TOKEN);
    cases.put("A01 percent-encoded", TOKEN.replace(".", "%2E"));
    cases.put("A04 lower case", TOKEN.toLowerCase(Locale.ROOT));
    cases.put("A34 two tokens and a space", TOKEN + ' ' + TOKEN);
    cases.put("A34 two tokens and a comma", TOKEN + ',' + TOKEN);
    cases.put("A34 two tokens and nothing", TOKEN + TOKEN);
    cases.put("A26 unused bits of the tag", with(TOKEN, TAG, unusedBit(parts(TOKEN).get(TAG))));
    cases.put("A25 unused bits of the IV", with(TOKEN, IV, unusedBit(parts(TOKEN).get(IV))));
    cases.put("A04 unused bits of the ciphertext", with(TOKEN, CIPHERTEXT, unusedBit(ciphertext)));
    return refused();
  }

  @TestFactory
  Stream<DynamicTest> shapes() {
    List<String> p = parts(TOKEN);
    cases.put("A07 nothing", "");
    for (int n = 1; n <= 4; n++) {
      cases.put("A07 the first " + n + " parts", String.join(".", p.subList(0, n)));
      cases.put("A07 the last " + n + " parts", String.join(".", p.subList(5 - n, 5)));
    }
    cases.put("A07 without the encrypted key", p.get(0) + '.' + String.join(".", p.subList(2, 5)));
    cases.put("A07 six parts", TOKEN + ".AAAA");
    cases.put("A07 a leading dot", "." + TOKEN);
    cases.put("A07 a trailing dot", TOKEN + ".");
    for (int dots = 1; dots <= 6; dots++) {
      cases.put("A07 " + dots + " dots", ".".repeat(dots));
    }
    for (int part : new int[] {HEADER, IV, CIPHERTEXT, TAG}) {
      cases.put("A07 part " + part + " empty", with(TOKEN, part, ""));
    }
    cases.put("A08 flattened JSON", json(""));
    cases.put("A08 general JSON", json("\"recipients\":[{}],"));
    for (int length : new int[] {1025, 8_000, 64_000, 1_000_000}) {
      cases.put("A09 " + length + " times A", "A".repeat(length));
    }
    cases.put("A09 a million dots", ".".repeat(1_000_000));
    cases.put("A09 the right header and a long rest", with(TOKEN, CIPHERTEXT, "A".repeat(1000)));
    cases.put("A24 an encrypted key", with(TOKEN, ENCRYPTED_KEY, "AAAA"));
    cases.put("A24 an encrypted key of nothing", with(TOKEN, ENCRYPTED_KEY, "="));
    cases.put(
        "A33 a JWS",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c1LROH7eNQwUT8KMVEO52VC3WZ9e_AnDWbZ7aMmowV8");
    cases.put("A33 an unsecured JWT", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
    cases.put("A33 SAML", "PHNhbWw6QXNzZXJ0aW9uIHhtbG5zOnNhbWw9InVybjpvYXNpcyI-");
    cases.put("A33 an opaque text", "3f1c9a52-78a6-4f0e-9c77-0b4a1f1f7a10");
    cases.put("A33 a nested token", TOKEN.replace("..", "." + TOKEN + "."));
    return refused();
  }

  @TestFactory
  Stream<DynamicTest> cryptographicParts() {
    byte[] content = CraftedTokens.CLAIMS_JSON.getBytes(StandardCharsets.UTF_8);
    String header = Base64Url.encode(HEADER_JSON);
    byte[] tag = decoded(parts(TOKEN).get(TAG));
    for (int length : new int[] {0, 1, 8, 12, 15, 17, 32}) {
      cases.put(
          "A25 an IV of " + length + " bytes, rightly authenticated",
          CraftedTokens.seal(K1, header, bytes("iv", length), content));
      byte[] other = Arrays.copyOf(tag, length);
      cases.put("A26 a tag of " + length + " bytes", with(TOKEN, TAG, Base64Url.encode(other)));
    }
    byte[] whole =
        TokenForge.hmac(
            K1.bytes(),
            "HmacSHA256",
            header,
            decoded(parts(TOKEN).get(IV)),
            decoded(parts(TOKEN).get(CIPHERTEXT)));
    assertThat(Arrays.copyOf(whole, 16)).isEqualTo(tag);
    cases.put("A26 the tag that was not cut", with(TOKEN, TAG, Base64Url.encode(whole)));
    cases.put(
        "A26 the half of the tag that is cut off",
        with(TOKEN, TAG, Base64Url.encode(Arrays.copyOfRange(whole, 16, 32))));
    cases.put("A28 the header's end in the IV", shifted(-4));
    cases.put("A28 the IV's beginning in the header", shifted(4));
    byte[] zero = new byte[32];
    cases.put("A30 a key of zeros in CBC and HMAC", sealedByHand(zero, header, content));
    cases.put("A30 a key of zeros in GCM", TokenForge.gcm(zero, header, zero(12), content, 16));
    cases.put(
        "A30 the key of another deployment",
        CraftedTokens.seal(
            new ContentKey(
                "k1", K1.encryption(), ContentKey.State.ACTIVE, bytes("another deployment", 32)),
            header,
            zero(16),
            content));
    cases.put("A30 halves of the key swapped", sealedByHand(swappedHalves(), header, content));
    return refused();
  }

  @Test
  void a25_a26_gcmRefusesOtherLengths() throws Exception {
    ContentKey key = CraftedTokens.key("k1", ContentEncryption.A256GCM, ContentKey.State.ACTIVE);
    JweTokenCodec codec = CraftedTokens.codec(key);
    String header = KeyRing.of(List.of(key)).activeCipher().headerSegment();
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
    ContentCipher cipher = KeyRing.of(List.of(K1)).activeCipher();
    byte[] header = cipher.headerSegment().getBytes(StandardCharsets.US_ASCII);
    byte[] iv = decoded(parts(TOKEN).get(IV));
    byte[] ciphertext = decoded(parts(TOKEN).get(CIPHERTEXT));
    assertThat(cipher.decrypt(CompactJwe.parse(TOKEN), header, CraftedTokens.BYTES)).isNotEmpty();
    byte[] longer = Arrays.copyOf(header, header.length + iv.length);
    System.arraycopy(iv, 0, longer, header.length, iv.length);
    String moved =
        with(
            with(TOKEN, IV, Base64Url.encode(Arrays.copyOf(ciphertext, 16))),
            CIPHERTEXT,
            Base64Url.encode(Arrays.copyOfRange(ciphertext, 16, ciphertext.length)));
    assertThatExceptionOfType(JOSEException.class)
        .isThrownBy(() -> cipher.decrypt(CompactJwe.parse(moved), longer, CraftedTokens.BYTES));
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

  private Stream<DynamicTest> refused() {
    return cases.entrySet().stream()
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(), () -> assertRefused(CODEC, each.getValue())));
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

  private static String json(String members) {
    List<String> p = parts(TOKEN);
    return "{\"protected\":\"%s\",%s\"iv\":\"%s\",\"ciphertext\":\"%s\",\"tag\":\"%s\"}"
        .formatted(p.get(0), members, p.get(2), p.get(3), p.get(4));
  }

  /** Moves the border between header and IV; the joined text that is authenticated is unchanged. */
  private static String shifted(int characters) {
    List<String> p = parts(TOKEN);
    String joined = p.get(HEADER) + p.get(IV);
    int border = p.get(HEADER).length() + characters;
    return with(with(TOKEN, HEADER, joined.substring(0, border)), IV, joined.substring(border));
  }

  private static byte[] zero(int length) {
    return new byte[length];
  }

  private static byte[] swappedHalves() {
    byte[] key = K1.bytes();
    byte[] swapped = Arrays.copyOfRange(key, 16, 48);
    System.arraycopy(key, 0, swapped, 16, 16);
    return swapped;
  }

  /** Encrypts with a key that {@link ContentKey} refuses, or refuses for this encryption. */
  private static String sealedByHand(byte[] key, String header, byte[] content) {
    return TokenForge.cbc(key, "HmacSHA256", header, bytes("iv", 16), content);
  }
}
