package org.tokenfilter.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Base64url without padding (RFC 4648, 5; RFC 7515, 2), in the one spelling that every byte
 * sequence has. The decoders of the JDK and of libraries skip what they do not know, or ignore the
 * bits that are left over at the end; this one takes no other spelling.
 */
final class Base64Url {

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private static final int BITS = 6;

  /** The value of each character; negative for those that are none of the alphabet. */
  private static final byte[] DIGITS = new byte[128];

  static {
    Arrays.fill(DIGITS, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      DIGITS[ALPHABET.charAt(i)] = (byte) i;
    }
  }

  private Base64Url() {}

  static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static String encode(String text) {
    return encode(text.getBytes(StandardCharsets.UTF_8));
  }

  /** How many characters so many bytes have. */
  static int length(int bytes) {
    return (bytes * Byte.SIZE + BITS - 1) / BITS;
  }

  /** How many bytes so many characters have. */
  static int bytes(int length) {
    return length * BITS / Byte.SIZE;
  }

  /** Whether encoding what the text decodes to gives this very text. */
  static boolean isCanonical(String text) {
    return decode(text, 0, text.length(), new byte[bytes(text.length())], 0);
  }

  /**
   * Decodes the characters from one index to another into an array, from {@code at} on.
   *
   * @return whether encoding what was decoded gives these very characters; what is in the array is
   *     worth nothing if not
   */
  static boolean decode(String text, int from, int to, byte[] into, int at) {
    int next = at;
    int held = 0;
    int count = 0;
    for (int i = from; i < to; i++) {
      int digit = digit(text.charAt(i));
      if (digit < 0) {
        return false;
      }
      held = held << BITS | digit;
      count += BITS;
      if (count >= Byte.SIZE) {
        count -= Byte.SIZE;
        into[next++] = (byte) (held >> count);
      }
    }
    return endsWell(held, count);
  }

  /** Does the same with characters that are bytes, which need not become a text first. */
  static boolean decode(byte[] text, int from, int to, byte[] into, int at) {
    int next = at;
    int held = 0;
    int count = 0;
    for (int i = from; i < to; i++) {
      int digit = digit((char) (text[i] & 0xff));
      if (digit < 0) {
        return false;
      }
      held = held << BITS | digit;
      count += BITS;
      if (count >= Byte.SIZE) {
        count -= Byte.SIZE;
        into[next++] = (byte) (held >> count);
      }
    }
    return endsWell(held, count);
  }

  /** Two or four bits may be left over at the end, which must be zero. A whole digit may not. */
  private static boolean endsWell(int held, int count) {
    return count < BITS && (held & ((1 << count) - 1)) == 0;
  }

  static boolean isDigit(char c) {
    return digit(c) >= 0;
  }

  private static int digit(char c) {
    return c < DIGITS.length ? DIGITS[c] : -1;
  }
}
