package org.tokenfilter.notice;

import org.jspecify.annotations.Nullable;

/** Text of a client as it may stand in a log line. */
public final class Quoted {

  private static final int SHOWN = 255;

  private Quoted() {}

  /**
   * The text in quotes, with all that is not printable ASCII escaped, cut after 255 characters: it
   * can forge no line and no letter.
   *
   * @return {@code "..."}; without quotes {@code null} for null
   */
  public static String of(@Nullable String text) {
    if (text == null) {
      return "null";
    }
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c >= ' ' && c <= '~') {
        quoted.append(c);
      } else {
        quoted.append(String.format("\\u%04x", (int) c));
      }
    }
    return quoted.append(text.length() > SHOWN ? "..." : "").append('"').toString();
  }
}
