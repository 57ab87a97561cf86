package org.tokenfilter.codec;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Base64url without padding (RFC 4648, 5; RFC 7515, 2), in the one spelling that every byte
 * sequence has. Decoders skip what they do not know and ignore the bits that are left over at the
 * end, so a text is checked before any of them sees it.
 */
final class Base64Url {

  private static final int BITS = 6;

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

  /** Whether encoding what the text decodes to gives this very text. */
  static boolean isCanonical(String text) {
    int last = 0;
    for (int i = 0; i < text.length(); i++) {
      last = digit(text.charAt(i));
      if (last < 0) {
        return false;
      }
    }
    // Two or three characters in the last group leave four or two bits over, which must be zero.
    return switch (text.length() % 4) {
      case 0 -> true;
      case 2 -> (last & 0b1111) == 0;
      case 3 -> (last & 0b11) == 0;
      default -> false;
    };
  }

  static boolean isDigit(char c) {
    return digit(c) >= 0;
  }

  private static int digit(char c) {
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
      return c - '0' + 52;
    }
    return switch (c) {
      case '-' -> 62;
      case '_' -> 63;
      default -> -1;
    };
  }
}
