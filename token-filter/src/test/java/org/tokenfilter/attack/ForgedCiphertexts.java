package org.tokenfilter.attack;

import static org.tokenfilter.attack.BaseToken.CIPHERTEXT;
import static org.tokenfilter.attack.BaseToken.HEADER;
import static org.tokenfilter.attack.BaseToken.IV;
import static org.tokenfilter.attack.BaseToken.TAG;
import static org.tokenfilter.codec.CraftedTokens.K1;
import static org.tokenfilter.codec.CraftedTokens.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tokenfilter.codec.CraftedTokens;

/** IVs, ciphertexts and tags that the library never makes. */
final class ForgedCiphertexts {

  private static final String MAC = "HmacSHA256";
  private static final int KEY_LENGTH = 32;
  private static final int TAG_LENGTH = 16;

  /** The bytes of {@link CraftedTokens#K1}. */
  private static final byte[] KEY = bytes(K1.kid(), KEY_LENGTH);

  private ForgedCiphertexts() {}

  /** Returns the cases A25, A26, A28 and A30, without the single bits. */
  static Map<String, String> of(BaseToken seed) {
    Map<String, String> cases = new LinkedHashMap<>();
    byte[] content = seed.claims().getBytes(StandardCharsets.UTF_8);
    byte[] tag = seed.decoded(TAG);
    for (int length : new int[] {0, 1, 8, 12, 15, 17, 32}) {
      cases.put(
          "A25 an IV of " + length + " bytes, rightly authenticated",
          CraftedTokens.seal(K1, seed.part(HEADER), bytes("iv", length), content));
      cases.put(
          "A26 a tag of " + length + " bytes",
          seed.withPart(TAG, BaseToken.encoded(Arrays.copyOf(tag, length))));
    }
    byte[] whole =
        CraftedTokens.hmac(KEY, MAC, seed.part(HEADER), seed.decoded(IV), seed.decoded(CIPHERTEXT));
    cases.put("A26 the tag that was not cut", seed.withPart(TAG, BaseToken.encoded(whole)));
    cases.put(
        "A26 the half of the tag that is cut off",
        seed.withPart(TAG, BaseToken.encoded(Arrays.copyOfRange(whole, TAG_LENGTH, KEY_LENGTH))));
    cases.put("A28 the header's end in the IV", withShiftedBoundaries(seed, -4));
    cases.put("A28 the IV's beginning in the header", withShiftedBoundaries(seed, 4));
    cases.put("A30 a key of zeros in CBC and HMAC", cbc(new byte[KEY_LENGTH], seed));
    cases.put("A30 another deployment's key", cbc(bytes("another deployment", KEY_LENGTH), seed));
    cases.put(
        "A30 a key of zeros in GCM",
        CraftedTokens.gcm(
            new byte[KEY_LENGTH], seed.part(HEADER), new byte[12], content, TAG_LENGTH));
    return cases;
  }

  /** Returns the case A26 for each bit of the tag. */
  static Map<String, String> flippedTagBits(BaseToken seed) {
    Map<String, String> cases = new LinkedHashMap<>();
    for (int bit = 0; bit < TAG_LENGTH * Byte.SIZE; bit++) {
      byte[] tag = seed.decoded(TAG);
      tag[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      cases.put("A26 bit " + bit + " of the tag", seed.withPart(TAG, BaseToken.encoded(tag)));
    }
    return cases;
  }

  /** Returns the token with another form of its ciphertext, and the right tag for that form. */
  static String withRecomputedTag(String token, String ciphertext) {
    byte[] tag =
        CraftedTokens.hmac(
            KEY,
            MAC,
            CraftedTokens.parts(token).get(HEADER),
            CraftedTokens.decoded(CraftedTokens.parts(token).get(IV)),
            ciphertext.getBytes(StandardCharsets.UTF_8));
    return CraftedTokens.with(token, TAG, BaseToken.encoded(Arrays.copyOf(tag, TAG_LENGTH)));
  }

  private static String cbc(byte[] key, BaseToken seed) {
    byte[] content = seed.claims().getBytes(StandardCharsets.UTF_8);
    return CraftedTokens.cbc(key, MAC, seed.part(HEADER), bytes("iv", TAG_LENGTH), content);
  }

  /** Moves the boundaries between the authenticated parts, but not their concatenated text. */
  private static String withShiftedBoundaries(BaseToken seed, int characters) {
    String joined = seed.part(HEADER) + seed.part(IV);
    int border = seed.part(HEADER).length() + characters;
    return CraftedTokens.with(
        seed.withPart(HEADER, joined.substring(0, border)), IV, joined.substring(border));
  }
}
