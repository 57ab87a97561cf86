package org.tokenfilter.store;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Text that every store can keep. No store can keep NUL or half a surrogate pair everywhere, so
 * none is asked to.
 */
final class RecordText {

  private RecordText() {}

  static void requireOrNull(String what, @Nullable String text, int most) {
    if (text != null) {
      require(what, text);
      if (text.length() > most) {
        throw new IllegalArgumentException("a " + what + " has at most " + most + " characters");
      }
    }
  }

  /** Looks at the characters and needs no encoder: records are made on every request. */
  static void require(String what, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\0' || (Character.isSurrogate(c) && !isPair(text, i))) {
        throw new IllegalArgumentException(
            "a " + what + " is Unicode text without NUL and without half a surrogate pair");
      }
      if (Character.isHighSurrogate(c)) {
        i++;
      }
    }
  }

  private static boolean isPair(String text, int first) {
    return Character.isHighSurrogate(text.charAt(first))
        && first + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(first + 1));
  }

  /** How many bytes it has in UTF-8. */
  static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
