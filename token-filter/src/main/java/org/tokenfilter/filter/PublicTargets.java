package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The targets that need no token: public paths with their welcome files and views, and the error
 * page. Immutable.
 */
final class PublicTargets {

  /** Paths that no client can request. */
  private static final PathPatterns INTERNAL_PATHS = new PathPatterns(List.of("/WEB-INF/*"));

  private final PathPatterns publicPaths;
  private final WelcomeFiles welcomeFiles;

  PublicTargets(ServletContext context, PathPatterns publicPaths) {
    this.publicPaths = publicPaths;
    this.welcomeFiles = new WelcomeFiles(context, publicPaths);
  }

  /**
   * Returns whether a dispatch leads to one of these targets.
   *
   * @param history the dispatches before it that have passed without a token; null if there are
   *     none
   */
  boolean matches(Dispatch dispatch, @Nullable DispatchHistory history) {
    return isErrorPage(dispatch, history)
        || (isPublic(dispatch, history) && (history == null || !history.mayBeByName(dispatch)));
  }

  /**
   * Returns whether a dispatch shows the error page. The first one of a request is shown at any
   * path, because it reports the decision or the failure.
   */
  private static boolean isErrorPage(Dispatch dispatch, @Nullable DispatchHistory history) {
    return dispatch.type() == DispatcherType.ERROR
        && (history == null || !history.hasSeenErrorPage());
  }

  /**
   * Returns whether the path of a dispatch is public, the welcome file of a public path, or a view
   * of a public page.
   */
  private boolean isPublic(Dispatch dispatch, @Nullable DispatchHistory history) {
    return publicPaths.matches(dispatch.path())
        || (INTERNAL_PATHS.matches(dispatch.path())
            && history != null
            && history.isNestedInPage(dispatch))
        || welcomeFiles.matches(dispatch, history);
  }
}
