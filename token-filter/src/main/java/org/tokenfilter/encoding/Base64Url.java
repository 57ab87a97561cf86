package org.tokenfilter.encoding;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * An encoder and a decoder of base64url without padding (RFC 4648, 5; RFC 7515, 2). It accepts only
 * the canonical encoding of a byte sequence. The decoders of the JDK and of libraries skip unknown
 * characters or ignore the remaining bits at the end.
 */
public final class Base64Url {

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private static final int BITS_PER_CHARACTER = 6;

  /** The value of each character; negative for a character outside of the alphabet. */
  private static final byte[] DIGITS = new byte[128];

  static {
    Arrays.fill(DIGITS, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      DIGITS[ALPHABET.charAt(i)] = (byte) i;
    }
  }

  private Base64Url() {}

  public static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  public static String encode(String text) {
    return encode(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the number of characters that encode a number of bytes. */
  public static int encodedLength(int bytes) {
    return (bytes * Byte.SIZE + BITS_PER_CHARACTER - 1) / BITS_PER_CHARACTER;
  }

  /** Returns the number of bytes that a number of characters decode to. */
  public static int decodedLength(int length) {
    return length * BITS_PER_CHARACTER / Byte.SIZE;
  }

  /** Returns whether decoding the text and encoding the result gives the same text. */
  public static boolean isCanonical(String text) {
    return decode(text, 0, text.length(), new byte[decodedLength(text.length())], 0);
  }

  /**
   * Decodes the characters from one index (inclusive) to another (exclusive) into an array,
   * starting at its index {@code at}.
   *
   * @return whether the characters are canonical: encoding the result gives the same characters. If
   *     not, the content of the array is undefined
   */
  public static boolean decode(String text, int from, int to, byte[] into, int at) {
    int next = at;
    int held = 0;
    int count = 0;
    for (int i = from; i < to; i++) {
      int digit = digit(text.charAt(i));
      if (digit < 0) {
        return false;
      }
      held = held << BITS_PER_CHARACTER | digit;
      count += BITS_PER_CHARACTER;
      if (count >= Byte.SIZE) {
        count -= Byte.SIZE;
        into[next++] = (byte) (held >> count);
      }
    }
    return hasCanonicalEnd(held, count);
  }

  /** Decodes characters that are given as bytes, without converting them to a string first. */
  public static boolean decode(byte[] text, int from, int to, byte[] into, int at) {
    int next = at;
    int held = 0;
    int count = 0;
    for (int i = from; i < to; i++) {
      int digit = digit((char) (text[i] & 0xff));
      if (digit < 0) {
        return false;
      }
      held = held << BITS_PER_CHARACTER | digit;
      count += BITS_PER_CHARACTER;
      if (count >= Byte.SIZE) {
        count -= Byte.SIZE;
        into[next++] = (byte) (held >> count);
      }
    }
    return hasCanonicalEnd(held, count);
  }

  /** Returns whether fewer than six bits remain at the end and all of them are zero. */
  private static boolean hasCanonicalEnd(int held, int count) {
    return count < BITS_PER_CHARACTER && (held & ((1 << count) - 1)) == 0;
  }

  public static boolean isDigit(char c) {
    return digit(c) >= 0;
  }

  private static int digit(char c) {
    return c < DIGITS.length ? DIGITS[c] : -1;
  }
}
