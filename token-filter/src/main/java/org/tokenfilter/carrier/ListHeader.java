package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A header whose value is a list, on any number of lines (RFC 9110, 5.6.1), with quoted strings in
 * it.
 */
final class ListHeader {

  private ListHeader() {}

  /**
   * The elements, from the left; empty ones are left out.
   *
   * @throws TokenRejectedException if a quoted string does not end, or there is a backslash, which
   *     may move its end: what follows it could be anybody's
   */
  static List<String> elements(HttpServletRequest request, String name)
      throws TokenRejectedException {
    List<String> elements = new ArrayList<>();
    Enumeration<String> lines = request.getHeaders(name);
    while (lines != null && lines.hasMoreElements()) {
      elements.addAll(split(lines.nextElement(), ','));
    }
    return elements;
  }

  /**
   * A parameter of each element, as in {@code for=1.2.3.4;proto=https, for="[::1]:80"}; an empty
   * text for an element that does not have it once.
   *
   * @throws TokenRejectedException as {@link #elements}
   */
  static List<String> parameters(HttpServletRequest request, String name, String parameter)
      throws TokenRejectedException {
    List<String> values = new ArrayList<>();
    for (String element : elements(request, name)) {
      List<String> found = new ArrayList<>();
      for (String pair : split(element, ';')) {
        int equals = pair.indexOf('=');
        if (equals > 0 && pair.substring(0, equals).toLowerCase(Locale.ROOT).equals(parameter)) {
          found.add(unquoted(pair.substring(equals + 1)));
        }
      }
      values.add(found.size() == 1 ? found.get(0) : "");
    }
    return values;
  }

  private static List<String> split(String text, char separator) throws TokenRejectedException {
    if (text.indexOf('\\') >= 0) {
      throw new TokenRejectedException(
          Rejection.BAD_REQUEST, ForwardedHeaders.CONTRADICTION + "with a backslash");
    }
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    if (quoted) {
      throw new TokenRejectedException(
          Rejection.BAD_REQUEST,
          ForwardedHeaders.CONTRADICTION + "with a quoted string that does not end");
    }
    parts.add(text.substring(start).strip());
    parts.removeIf(String::isEmpty);
    return parts;
  }

  private static String unquoted(String text) {
    boolean quoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return quoted ? text.substring(1, text.length() - 1) : text;
  }
}
