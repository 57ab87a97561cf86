package org.tokenfilter.carrier;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A reference implementation of reading cookies. */
final class CookieOracle {

  private static final Pattern COOKIE =
      Pattern.compile("[ \t]*([^=]*)=(.*?)[ \t]*", Pattern.DOTALL);
  private static final Pattern QUOTED = Pattern.compile("\"(.*)\"", Pattern.DOTALL);

  private CookieOracle() {}

  /** Returns the distinct non-empty values of a name, in their order. */
  static Set<String> values(List<String> lines, String name) {
    Set<String> values = new LinkedHashSet<>();
    for (String line : lines) {
      for (String pair : line.split(";", -1)) {
        Matcher cookie = COOKIE.matcher(pair);
        if (cookie.matches() && cookie.group(1).equals(name)) {
          Matcher quoted = QUOTED.matcher(cookie.group(2));
          values.add(quoted.matches() ? quoted.group(1) : cookie.group(2));
        }
      }
    }
    values.remove("");
    return values;
  }
}
