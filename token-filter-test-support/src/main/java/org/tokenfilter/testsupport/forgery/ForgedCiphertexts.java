package org.tokenfilter.testsupport.forgery;

import static org.tokenfilter.testsupport.forgery.BaseToken.CIPHERTEXT;
import static org.tokenfilter.testsupport.forgery.BaseToken.HEADER;
import static org.tokenfilter.testsupport.forgery.BaseToken.IV;
import static org.tokenfilter.testsupport.forgery.BaseToken.TAG;
import static org.tokenfilter.testsupport.forgery.TokenForge.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** IVs, ciphertexts and tags that the library never makes. */
public final class ForgedCiphertexts {

  private static final String MAC = "HmacSHA256";
  private static final int KEY_LENGTH = 32;
  private static final int TAG_LENGTH = 16;

  private static final byte[] KEY = TokenForge.key();

  private ForgedCiphertexts() {}

  /** Returns the cases A25, A26, A28 and A30, without the single bits. */
  public static Map<String, String> of(BaseToken base) {
    Map<String, String> cases = new LinkedHashMap<>();
    byte[] content = base.claims().getBytes(StandardCharsets.UTF_8);
    byte[] tag = base.decoded(TAG);
    for (int length : new int[] {0, 1, 8, 12, 15, 17, 32}) {
      cases.put(
          "A25 an IV of " + length + " bytes, rightly authenticated",
          TokenForge.sealed(base.part(HEADER), bytes("iv", length), content));
      cases.put(
          "A26 a tag of " + length + " bytes",
          base.withPart(TAG, TokenForge.encoded(Arrays.copyOf(tag, length))));
    }
    byte[] whole =
        TokenForge.hmac(KEY, MAC, base.part(HEADER), base.decoded(IV), base.decoded(CIPHERTEXT));
    cases.put("A26 the tag that was not cut", base.withPart(TAG, TokenForge.encoded(whole)));
    cases.put(
        "A26 the half of the tag that is cut off",
        base.withPart(TAG, TokenForge.encoded(Arrays.copyOfRange(whole, TAG_LENGTH, KEY_LENGTH))));
    cases.put("A28 the header's end in the IV", withShiftedBoundaries(base, -4));
    cases.put("A28 the IV's beginning in the header", withShiftedBoundaries(base, 4));
    cases.put("A30 a key of zeros in CBC and HMAC", cbc(new byte[KEY_LENGTH], base));
    cases.put("A30 another deployment's key", cbc(bytes("another deployment", KEY_LENGTH), base));
    cases.put(
        "A30 a key of zeros in GCM",
        TokenForge.gcm(new byte[KEY_LENGTH], base.part(HEADER), new byte[12], content, TAG_LENGTH));
    return cases;
  }

  /** Returns the case A26 for each bit of the tag. */
  public static Map<String, String> flippedTagBits(BaseToken base) {
    Map<String, String> cases = new LinkedHashMap<>();
    for (int bit = 0; bit < TAG_LENGTH * Byte.SIZE; bit++) {
      byte[] tag = base.decoded(TAG);
      tag[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      cases.put("A26 bit " + bit + " of the tag", base.withPart(TAG, TokenForge.encoded(tag)));
    }
    return cases;
  }

  /** Returns the token with another form of its ciphertext, and the right tag for that form. */
  public static String withRecomputedTag(String token, String ciphertext) {
    byte[] tag =
        TokenForge.hmac(
            KEY,
            MAC,
            TokenForge.parts(token).get(HEADER),
            TokenForge.decoded(TokenForge.parts(token).get(IV)),
            ciphertext.getBytes(StandardCharsets.UTF_8));
    return TokenForge.with(token, TAG, TokenForge.encoded(Arrays.copyOf(tag, TAG_LENGTH)));
  }

  private static String cbc(byte[] key, BaseToken base) {
    byte[] content = base.claims().getBytes(StandardCharsets.UTF_8);
    return TokenForge.cbc(key, MAC, base.part(HEADER), bytes("iv", TAG_LENGTH), content);
  }

  /** Moves the boundaries between the authenticated parts, but not their concatenated text. */
  private static String withShiftedBoundaries(BaseToken base, int characters) {
    String joined = base.part(HEADER) + base.part(IV);
    int border = base.part(HEADER).length() + characters;
    return TokenForge.with(
        base.withPart(HEADER, joined.substring(0, border)), IV, joined.substring(border));
  }
}
