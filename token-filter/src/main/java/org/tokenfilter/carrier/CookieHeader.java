package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/**
 * A parser of the request header {@code Cookie} (RFC 6265, 4.2.1) that reads two cookies, each with
 * all the values that a browser sends for its name. It is used because containers parse this header
 * differently: one reports only a single cookie of a name, another throws because of a cookie that
 * belongs to another application.
 *
 * <pre>
 *   Cookie: SESSION=q3W...; token=eyJ...; SESSION=ZTg...
 *   Cookie: theme="dark"; SESSION="q3W..."
 * </pre>
 *
 * <p>A semicolon always ends a cookie, even within quotes, because no browser stores a semicolon in
 * a value. Therefore no value of one cookie can hide another cookie or become one. Names are
 * compared exactly; {@code $Version} and similar names have no special meaning. Spaces around a
 * cookie and quotes around a whole value are not part of it. Several lines of the header are
 * treated as one. Immutable. The running time is linear in the length of the header.
 */
final class CookieHeader {

  private static final String NAME = "Cookie";

  private final @Nullable String tokenCookie;
  private final String sessionCookie;

  /**
   * Creates a parser.
   *
   * @param tokenCookie the name of the token cookie; null if that cookie is ignored
   * @param sessionCookie the name of the session id cookie
   */
  CookieHeader(@Nullable String tokenCookie, String sessionCookie) {
    this.tokenCookie = tokenCookie;
    this.sessionCookie = sessionCookie;
  }

  /**
   * Adds the values that the request sends for either cookie, in their order.
   *
   * @param tokens receives the values of the token cookie
   * @param sessionIds receives the values of the session id cookie
   */
  void read(HttpServletRequest request, DistinctValues tokens, DistinctValues sessionIds) {
    // Many requests have no cookies; this check avoids an enumeration for them.
    if (request.getHeader(NAME) == null) {
      return;
    }
    Enumeration<String> lines = request.getHeaders(NAME);
    while (lines != null && lines.hasMoreElements()) {
      readLine(lines.nextElement(), tokens, sessionIds);
    }
  }

  private void readLine(String line, DistinctValues tokens, DistinctValues sessionIds) {
    int from = 0;
    while (from < line.length()) {
      int semicolon = line.indexOf(';', from);
      int to = semicolon < 0 ? line.length() : semicolon;
      readCookie(line, from, to, tokens, sessionIds);
      from = to + 1;
    }
  }

  private void readCookie(
      String line, int from, int to, DistinctValues tokens, DistinctValues sessionIds) {
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
