package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/**
 * Reads two cookies from the request header {@code Cookie} (RFC 6265, 4.2.1), each with all the
 * values that a browser sends for its name. Containers read this header in ways of their own: one
 * reports a single cookie of a name, another throws for a cookie that is somebody else's.
 *
 * <pre>
 *   Cookie: SESSION=q3W...; token=eyJ...; SESSION=ZTg...
 *   Cookie: theme="dark"; SESSION="q3W..."
 * </pre>
 *
 * <p>A semicolon always ends a cookie, also in quotes, since no browser stores one within a value:
 * so no value of one cookie hides or becomes another one. Names are compared exactly; {@code
 * $Version} and the like are names of nothing here. Spaces around a cookie, and quotes around a
 * whole value, are not part of it. Lines of the header count as one. Immutable; the time that it
 * takes grows with the header's length and no faster.
 */
final class CookieHeader {

  private static final String NAME = "Cookie";

  private final @Nullable String tokenCookie;
  private final String sessionCookie;

  /**
   * A reader.
   *
   * @param tokenCookie the cookie of the token; null if it is not looked at
   * @param sessionCookie the cookie of the session id
   */
  CookieHeader(@Nullable String tokenCookie, String sessionCookie) {
    this.tokenCookie = tokenCookie;
    this.sessionCookie = sessionCookie;
  }

  /** Adds what the request sends for either cookie, in its order. */
  void read(HttpServletRequest request, Distinct tokens, Distinct sessionIds) {
    // Many requests have none: no enumeration is made to find that out.
    if (request.getHeader(NAME) == null) {
      return;
    }
    Enumeration<String> lines = request.getHeaders(NAME);
    while (lines != null && lines.hasMoreElements()) {
      readLine(lines.nextElement(), tokens, sessionIds);
    }
  }

  private void readLine(String line, Distinct tokens, Distinct sessionIds) {
    int from = 0;
    while (from < line.length()) {
      int semicolon = line.indexOf(';', from);
      int to = semicolon < 0 ? line.length() : semicolon;
      readCookie(line, from, to, tokens, sessionIds);
      from = to + 1;
    }
  }

  private void readCookie(String line, int from, int to, Distinct tokens, Distinct sessionIds) {
    int start = from;
    while (start < to && isSpace(line.charAt(start))) {
      start++;
    }
    if (tokenCookie != null && isNamed(tokenCookie, line, start, to)) {
      tokens.add(value(line, start + tokenCookie.length() + 1, to));
    } else if (isNamed(sessionCookie, line, start, to)) {
      sessionIds.add(value(line, start + sessionCookie.length() + 1, to));
    }
  }

  private static boolean isNamed(String name, String line, int start, int to) {
    int equals = start + name.length();
    return equals < to && line.charAt(equals) == '=' && line.startsWith(name, start);
  }

  private static String value(String line, int from, int to) {
    int end = to;
    while (end > from && isSpace(line.charAt(end - 1))) {
      end--;
    }
    boolean quoted = end - from >= 2 && line.charAt(from) == '"' && line.charAt(end - 1) == '"';
    return quoted ? line.substring(from + 1, end - 1) : line.substring(from, end);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t';
  }
}
