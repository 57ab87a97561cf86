package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import org.tokenfilter.token.RefusalCause;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A parser for headers whose value is a list that may contain quoted strings and may span several
 * lines (RFC 9110, 5.6.1).
 */
final class ListHeader {

  private ListHeader() {}

  /**
   * Returns the elements of a header from left to right, without empty ones.
   *
   * @throws TokenRejectedException if a quoted string is not terminated, or if there is a
   *     backslash. A backslash may move the end of a quoted string, so that the text after it could
   *     come from any sender.
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
   * Returns one parameter of each element, as in {@code for=1.2.3.4;proto=https, for="[::1]:80"}.
   * The result has an empty text for an element that does not have the parameter exactly once.
   *
   * @param parameter the name of the parameter in lower case
   * @throws TokenRejectedException as for {@link #elements}
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
          RefusalCause.FORWARDED_HEADERS, ForwardedHeaders.DETAIL_PREFIX + "with a backslash");
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
          RefusalCause.FORWARDED_HEADERS,
          ForwardedHeaders.DETAIL_PREFIX + "with a quoted string that does not end");
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
