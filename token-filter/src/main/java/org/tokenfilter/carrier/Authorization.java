package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.TokenRejectedException;

/** A reader of the request header {@code Authorization: SCHEME CREDENTIALS} (RFC 9110, 11.6.2). */
public final class Authorization {

  private static final int CASE_BIT = 0x20;

  private Authorization() {}

  /**
   * Returns the credentials that follow the scheme.
   *
   * @param scheme the expected scheme in lower case; compared in any ASCII case
   * @return the credentials; null if the header is absent, has another scheme, or has no
   *     credentials
   * @throws TokenRejectedException if the request has two Authorization headers, whatever their
   *     values
   */
  public static @Nullable String credentials(HttpServletRequest request, String scheme)
      throws TokenRejectedException {
    Enumeration<String> headers = request.getHeaders("Authorization");
    if (headers == null || !headers.hasMoreElements()) {
      return null;
    }
    String header = headers.nextElement();
    if (headers.hasMoreElements()) {
      throw new TokenRejectedException(RefusalCause.CONTRADICTION, "two Authorization headers");
    }
    return startsWithScheme(header, scheme) ? afterSpaces(header, scheme.length()) : null;
  }

  /**
   * Compares ASCII letters only, because {@code equalsIgnoreCase} would also match a long s and a
   * Kelvin sign.
   */
  private static boolean startsWithScheme(String header, String scheme) {
    int length = scheme.length();
    if (header.length() <= length || header.charAt(length) != ' ') {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char c = header.charAt(i);
      char lower = c >= 'A' && c <= 'Z' ? (char) (c | CASE_BIT) : c;
      if (lower != scheme.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String afterSpaces(String header, int start) {
    int from = start;
    while (from < header.length() && header.charAt(from) == ' ') {
      from++;
    }
    return from == header.length() ? null : header.substring(from);
  }
}
