package org.tokenfilter.notice;

import org.jspecify.annotations.Nullable;

/** A sanitizer for client text in log lines. */
public final class LogSanitizer {

  private static final int MAX_LENGTH = 255;

  private LogSanitizer() {}

  /**
   * Returns the text in quotes, with a backslash before each quote and backslash. All other
   * characters that are not printable ASCII are escaped, so that the text can forge neither a line
   * nor a letter. It is cut after 255 characters.
   *
   * @return {@code "..."}; {@code null} without quotes if the text is null
   */
  public static String quote(@Nullable String text) {
    if (text == null) {
      return "null";
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < Math.min(text.length(), MAX_LENGTH); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c >= ' ' && c <= '~') {
        quoted.append(c);
      } else {
        quoted.append(String.format("\\u%04x", (int) c));
      }
    }
    return quoted.append(text.length() > MAX_LENGTH ? "..." : "").append('"').toString();
  }
}
