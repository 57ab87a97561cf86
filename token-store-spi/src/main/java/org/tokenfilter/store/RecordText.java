package org.tokenfilter.store;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The validation of text, so that every store can keep it: some databases cannot store NUL or an
 * unpaired surrogate.
 */
final class RecordText {

  private RecordText() {}

  static void requireOrNull(String what, @Nullable String text, int most) {
    if (text != null) {
      requireValid(what, text);
      if (text.length() > most) {
        throw new IllegalArgumentException(what + " must have at most " + most + " characters");
      }
    }
  }

  /**
   * Throws if the text has a NUL or an unpaired surrogate. Inspects the characters without an
   * encoder, since records are created on every request.
   */
  static void requireValid(String what, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\0' || (Character.isSurrogate(c) && !isPair(text, i))) {
        throw new IllegalArgumentException(
            what + " must be Unicode text without NUL and without unpaired surrogates");
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

  /** Returns the length of the text in bytes of UTF-8. */
  static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
