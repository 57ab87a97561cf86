package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The different values that a request sends for one thing: nearly always one, and then nothing is
 * made to hold it. Not thread-safe.
 */
final class Distinct {

  private @Nullable String first;

  /** All of them, from the second on. */
  private @Nullable Set<String> several;

  /** One more, unless it is absent, empty or known. */
  void add(@Nullable String value) {
    if (value == null || value.isEmpty() || value.equals(first)) {
      return;
    }
    if (first == null) {
      first = value;
      return;
    }
    if (several == null) {
      several = new LinkedHashSet<>();
      several.add(first);
    }
    several.add(value);
  }

  /** Those of a header. Most requests have none: no enumeration is made to find that out. */
  void addHeaders(HttpServletRequest request, String name) {
    if (request.getHeader(name) == null) {
      return;
    }
    Enumeration<String> headers = request.getHeaders(name);
    while (headers != null && headers.hasMoreElements()) {
      add(headers.nextElement());
    }
  }

  boolean areSeveral() {
    return several != null;
  }

  /** The first that came; null if none has. */
  @Nullable String first() {
    return first;
  }

  /** All of them, in the order in which they came. */
  Set<String> all() {
    if (several != null) {
      return several;
    }
    return first == null ? Set.of() : Set.of(first);
  }

  /** All of them but one, in the order in which they came. */
  Set<String> allBut(String one) {
    if (several == null) {
      return first == null || first.equals(one) ? Set.of() : Set.of(first);
    }
    Set<String> others = new LinkedHashSet<>(several);
    others.remove(one);
    return others;
  }
}
