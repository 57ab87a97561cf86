package org.tokenfilter.filter;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A set of path patterns. The path of a dispatch's target is compared in the container's canonical
 * form. A path that is unknown or not canonical matches no pattern.
 */
final class PathPatterns {

  /**
   * A step up that the container has left in the path, as some do if a slash is encoded. A
   * component that resolves or decodes the path later arrives outside of the directory in which the
   * path starts.
   */
  private static final Pattern STEP_UP =
      Pattern.compile(
          "(?:[/\\\\]|%2f|%5c)(?:\\.|%2e){2}(?:[/\\\\;]|%2f|%5c|%3b|\\z)",
          Pattern.CASE_INSENSITIVE);

  private final Set<String> exact = new HashSet<>();
  private final List<String> prefixes;

  /**
   * Creates a set of patterns.
   *
   * @param paths exact paths, or patterns that end with {@code /*} and also match the path before
   *     it
   */
  PathPatterns(Collection<String> paths) {
    prefixes =
        paths.stream()
            .filter(path -> path.endsWith("/*"))
            .map(path -> path.substring(0, path.length() - 1))
            .toList();
    for (String path : paths) {
      exact.add(path.endsWith("/*") ? path.substring(0, path.length() - 2) : path);
    }
  }

  /** Returns whether a path matches a pattern; false for an unknown path. */
  boolean matches(@Nullable String path) {
    return path != null
        && (exact.contains(path) || hasMatchingPrefix(path))
        && !STEP_UP.matcher(path).find();
  }

  private boolean hasMatchingPrefix(String path) {
    for (String prefix : prefixes) {
      if (path.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
