package org.tokenfilter.filter;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Paths that are treated alike. What is judged is the target of the dispatch, in the canonical form
 * that the container gives it; where that cannot be known, or is not canonical, it is none of them.
 */
final class PathPatterns {

  /**
   * A step up that the container has left in the path, as some do where a slash is encoded. Whoever
   * resolves it later, or decodes once more, arrives elsewhere than where the path begins.
   */
  private static final Pattern STEP_UP =
      Pattern.compile(
          "(?:[/\\\\]|%2f|%5c)(?:\\.|%2e){2}(?:[/\\\\;]|%2f|%5c|%3b|\\z)",
          Pattern.CASE_INSENSITIVE);

  private final Set<String> exact = new HashSet<>();
  private final List<String> prefixes;

  /**
   * Some paths.
   *
   * @param paths exact, or ending with {@code /*}, which covers what is before it too
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

  /** Whether a path is among them; one that is not known is not. */
  boolean cover(@Nullable String path) {
    return path != null
        && (exact.contains(path) || beginsAsOne(path))
        && !STEP_UP.matcher(path).find();
  }

  private boolean beginsAsOne(String path) {
    for (String prefix : prefixes) {
      if (path.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
