package org.tokenfilter.container;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;

/**
 * The user's name in a request attribute for access logs. Characters that could split the name into
 * several words are percent-encoded.
 */
public final class AccessLogUser {

  /** The name of the attribute. */
  public static final String ATTRIBUTE = "org.tokenfilter.user";

  private static final String UNRESERVED = "-._~@+:/$!*()|";

  private static final String CHANGED = "org.tokenfilter.config.UserChanged";

  private AccessLogUser() {}

  /** Marks a request that has logged in or out, so that its token no longer names its user. */
  public static void markChanged(HttpServletRequest request) {
    request.setAttribute(CHANGED, true);
  }

  /** Returns true if the request has logged in or out. */
  public static boolean hasChanged(HttpServletRequest request) {
    return request.getAttribute(CHANGED) != null;
  }

  /** Sets the user of a request. */
  public static void set(HttpServletRequest request, String name) {
    request.setAttribute(ATTRIBUTE, encode(name));
  }

  private static String encode(String name) {
    StringBuilder word = new StringBuilder();
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xFF);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || UNRESERVED.indexOf(c) >= 0;
      word.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return word.toString();
  }
}
