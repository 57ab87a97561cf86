package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The distinct values that a request sends for one item. There is nearly always only one value, and
 * no collection is allocated for it. Not thread-safe.
 */
final class DistinctValues {

  private @Nullable String first;

  /** All values, in their order; null if there are fewer than two. */
  private @Nullable Set<String> values;

  /** Adds a value, unless it is null, empty or already present. */
  void add(@Nullable String value) {
    if (value == null || value.isEmpty() || value.equals(first)) {
      return;
    }
    if (first == null) {
      first = value;
      return;
    }
    if (values == null) {
      values = new LinkedHashSet<>();
      values.add(first);
    }
    values.add(value);
  }

  /**
   * Adds the values of a header. Most requests do not have the header; no enumeration is created
   * for them.
   */
  void addHeaders(HttpServletRequest request, String name) {
    if (request.getHeader(name) == null) {
      return;
    }
    Enumeration<String> headers = request.getHeaders(name);
    while (headers != null && headers.hasMoreElements()) {
      add(headers.nextElement());
    }
  }

  boolean isAmbiguous() {
    return values != null;
  }

  /** Returns the value that was added first; null if there is none. */
  @Nullable String first() {
    return first;
  }

  /** Returns all values, in the order in which they were added. */
  Set<String> all() {
    if (values != null) {
      return values;
    }
    return first == null ? Set.of() : Set.of(first);
  }

  /** Returns all values except the given one, in the order in which they were added. */
  Set<String> allExcept(String one) {
    if (values == null) {
      return first == null || first.equals(one) ? Set.of() : Set.of(first);
    }
    Set<String> others = new LinkedHashSet<>(values);
    others.remove(one);
    return others;
  }
}
