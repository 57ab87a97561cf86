package org.tokenfilter.config;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;

/**
 * The user's name in a request attribute for access logs. Characters that could split the name into
 * several words are percent-encoded.
 */
public final class LoggedUser {

  private static final String PLAIN = "-._~@+:/$!*()|";

  private static final String CHANGED = "org.tokenfilter.config.UserChanged";

  private LoggedUser() {}

  /** Marks a request that has logged in or out, so that its token no longer names its user. */
  static void change(HttpServletRequest request) {
    request.setAttribute(CHANGED, true);
  }

  /** Returns true if the request has logged in or out. */
  public static boolean hasChanged(HttpServletRequest request) {
    return request.getAttribute(CHANGED) != null;
  }

  /** Sets the user of a request. */
  public static void note(HttpServletRequest request, String name) {
    request.setAttribute(TokenSecurity.USER_ATTRIBUTE, wordOf(name));
  }

  private static String wordOf(String name) {
    StringBuilder word = new StringBuilder();
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xFF);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || PLAIN.indexOf(c) >= 0;
      word.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return word.toString();
  }
}
