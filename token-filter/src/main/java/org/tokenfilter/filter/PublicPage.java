package org.tokenfilter.filter;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * A public page that a request is in. What such a page forwards to or includes by name has no path:
 * the request may go on showing the page's, and nothing but the dispatch within it tells that this
 * is something else.
 *
 * @param gate which let it in
 * @param path the page's
 * @param request as it was let in
 * @param depth how many wrappers it had
 * @param around the page that this one was reached from; null for none
 */
record PublicPage(
    Gate gate, String path, HttpServletRequest request, int depth, @Nullable PublicPage around) {

  private static final String ATTRIBUTE = "org.tokenfilter.filter.PublicPage";

  /** The request comes in. */
  static PublicPage enter(Gate gate, String path, HttpServletRequest request) {
    PublicPage page = new PublicPage(gate, path, request, depth(request), innermost(request));
    request.setAttribute(ATTRIBUTE, page);
    return page;
  }

  /** It is out again. */
  void leave() {
    if (around == null) {
      request.removeAttribute(ATTRIBUTE);
    } else {
      request.setAttribute(ATTRIBUTE, around);
    }
  }

  /**
   * Whether a dispatch within a page shows that page's path. One that is dispatched to itself is
   * taken for another, too: the container does not tell them apart.
   */
  static boolean isShownWithin(Gate gate, String path, HttpServletRequest request) {
    int depth = depth(request);
    for (PublicPage page = innermost(request); page != null; page = page.around) {
      // One dispatch may come by twice, where the filter is mapped to a path and to a name.
      boolean sameDispatch = page.request == request && page.depth == depth;
      if (page.gate == gate && page.path.equals(path) && !sameDispatch) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable PublicPage innermost(HttpServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof PublicPage page ? page : null;
  }

  /** A container wraps a request for each dispatch, and may do so beneath what it was given. */
  private static int depth(HttpServletRequest request) {
    int depth = 0;
    ServletRequest next = request;
    while (next instanceof ServletRequestWrapper wrapper) {
      next = wrapper.getRequest();
      depth++;
    }
    return depth;
  }
}
