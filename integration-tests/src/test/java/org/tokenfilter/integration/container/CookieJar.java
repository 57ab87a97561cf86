package org.tokenfilter.integration.container;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The cookies of one application in a browser. */
final class CookieJar {

  private final Map<String, String> cookies = new LinkedHashMap<>();

  /** Stores the cookies that a response sets, and removes those that it expires. */
  Answer take(Answer answer) {
    for (String line : answer.headers().allValues("Set-Cookie")) {
      String pair = line.split(";", 2)[0];
      String name = pair.substring(0, pair.indexOf('='));
      if (line.contains("Max-Age=0")) {
        cookies.remove(name);
      } else {
        cookies.put(name, pair.substring(name.length() + 1));
      }
    }
    return answer;
  }

  /** Returns a cookie's value, which must exist. */
  String value(String name) {
    return Objects.requireNonNull(cookies.get(name), name);
  }

  boolean has(String name) {
    return cookies.containsKey(name);
  }

  /** Returns the header that sends the cookies. */
  String[] headers() {
    return cookies.isEmpty()
        ? new String[0]
        : new String[] {
          "Cookie",
          cookies.entrySet().stream()
              .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
              .collect(Collectors.joining("; "))
        };
  }
}
