package org.tokenfilter.config;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;

/** The user's name as access logs find it with the request: one word, whatever is in the name. */
public final class LoggedUser {

  private static final String PLAIN = "-._~@+:/$!*()|";

  private static final String CHANGED = "org.tokenfilter.config.UserChanged";

  private LoggedUser() {}

  /** Notes that a request has logged in or out: the token that it presents says no more of it. */
  static void change(HttpServletRequest request) {
    request.setAttribute(CHANGED, true);
  }

  /** Whether a request has logged in or out. */
  public static boolean hasChanged(HttpServletRequest request) {
    return request.getAttribute(CHANGED) != null;
  }

  /** Notes whose a request is. */
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
