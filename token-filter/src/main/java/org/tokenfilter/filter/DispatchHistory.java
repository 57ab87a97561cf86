package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The dispatches of one request that have passed without a token: to public targets, to an error
 * page, and to their views. A dispatch by name from such a target may keep the path of the dispatch
 * before it, and nothing else shows that its own target differs. The history is stored in the
 * request. Thread-safe: a page that has started asynchronous processing may dispatch from another
 * thread, even after it has returned.
 */
final class DispatchHistory {

  /**
   * A dispatch that has passed without a token.
   *
   * @param dispatch the dispatch
   * @param servlet the name of the servlet that handles it; null if the container does not report
   *     it
   */
  record PublicDispatch(Dispatch dispatch, @Nullable String servlet) {

    /** Returns the record of a dispatch with the name of its servlet. */
    static PublicDispatch of(Dispatch dispatch) {
      HttpServletMapping mapping = dispatch.request().getHttpServletMapping();
      return new PublicDispatch(dispatch, mapping == null ? null : mapping.getServletName());
    }
  }

  /**
   * The active dispatches in the order of their start. Each one is within the one before it, or on
   * another thread.
   */
  private final List<PublicDispatch> active = new ArrayList<>();

  /** The paths of dispatches that have returned and may continue on another thread. */
  private final Set<String> returnedPaths = new HashSet<>();

  /**
   * The paths of includes that have returned while other threads may dispatch. If the container has
   * one request for all dispatches, an include on another thread may still find their attributes
   * there, or restore them at its end.
   */
  private final Set<String> returnedIncludePaths = new HashSet<>();

  /** The threads that have included a target since then. */
  private final Set<Thread> includingThreads = new HashSet<>();

  /** True once the request has been processed asynchronously. */
  private boolean asyncSeen;

  private boolean errorPageSeen;

  /** True once a dispatch has started asynchronous processing, which continues after its return. */
  private boolean continuesAsync;

  /** Returns the history of a request; null if it has none. */
  static @Nullable DispatchHistory of(HttpServletRequest request, String attribute) {
    return request.getAttribute(attribute) instanceof DispatchHistory history ? history : null;
  }

  /** Returns the history of a request, which is created if it does not exist. */
  static DispatchHistory getOrCreate(HttpServletRequest request, String attribute) {
    DispatchHistory found = of(request, attribute);
    if (found != null) {
      return found;
    }
    DispatchHistory created = new DispatchHistory();
    request.setAttribute(attribute, created);
    return created;
  }

  /** Observes any dispatch, whether it passes or not. */
  synchronized void observe(Dispatch dispatch) {
    observe(dispatch, dispatch.async());
  }

  private void observe(Dispatch dispatch, boolean async) {
    asyncSeen |= async || dispatch.type() == DispatcherType.ASYNC;
    if (asyncSeen && dispatch.type() == DispatcherType.INCLUDE) {
      includingThreads.add(Thread.currentThread());
    }
  }

  /** Returns whether a dispatch is active already, and the filter runs once more for it. */
  synchronized boolean isActive(Dispatch dispatch) {
    return active.stream().anyMatch(it -> dispatch.isSameAs(it.dispatch));
  }

  /** Returns whether a dispatch to the error page has started. */
  synchronized boolean hasSeenErrorPage() {
    return errorPageSeen;
  }

  /** Returns the dispatch from which a new dispatch on its thread comes; null if there is none. */
  synchronized @Nullable PublicDispatch last() {
    return active.isEmpty() ? null : active.get(active.size() - 1);
  }

  /**
   * Returns whether a dispatch comes from a public page or the error page. If the error page fails
   * as well, the container may dispatch to another one, which does not count as the error page.
   * Tomcat gives the type ERROR to the forwards of the error page.
   */
  synchronized boolean isNestedInPage(Dispatch dispatch) {
    return !active.isEmpty()
        || continuesAsync
        || (errorPageSeen && dispatch.type() == DispatcherType.ERROR);
  }

  /**
   * Returns whether a dispatch may be one by name, since it shows the path of another dispatch that
   * may have made it. A dispatch to its own path is treated as one by name as well, because
   * containers do not distinguish the two. If the container has one request for all dispatches,
   * another thread may have restored an earlier type. The true dispatches of such a type come
   * before asynchronous processing starts or restarts.
   */
  synchronized boolean mayBeByName(Dispatch dispatch) {
    String path = dispatch.path();
    return switch (dispatch.type()) {
      case REQUEST, ASYNC -> dispatch.async();
      case INCLUDE ->
          active.stream()
                  .anyMatch(
                      it -> it.dispatch.type() == dispatch.type() && hasPath(it.dispatch, path))
              || (includingThreads.size() > 1 && returnedIncludePaths.contains(path));
      case FORWARD, ERROR ->
          (path != null && returnedPaths.contains(path))
              || active.stream().anyMatch(it -> hasPath(it.dispatch, path));
    };
  }

  private static boolean hasPath(Dispatch dispatch, @Nullable String path) {
    return path != null && path.equals(dispatch.path());
  }

  /** Records the start of a dispatch that passes. */
  synchronized void enter(PublicDispatch publicDispatch) {
    observe(publicDispatch.dispatch);
    DispatcherType type = publicDispatch.dispatch.type();
    if (type == DispatcherType.ASYNC && active.isEmpty()) {
      // The container makes this dispatch when no other thread processes the request.
      returnedPaths.clear();
    }
    errorPageSeen |= type == DispatcherType.ERROR;
    active.add(publicDispatch);
  }

  /**
   * Records the return of a dispatch.
   *
   * @param async whether the request is processed asynchronously, so that another thread may
   *     continue from this dispatch
   */
  synchronized void leave(PublicDispatch publicDispatch, boolean async) {
    Dispatch dispatch = publicDispatch.dispatch;
    observe(dispatch, async);
    active.remove(active.lastIndexOf(publicDispatch));
    String path = dispatch.path();
    if (asyncSeen && path != null) {
      if (dispatch.type() != DispatcherType.INCLUDE) {
        returnedPaths.add(path);
      } else if (dispatch.depth() == 1) {
        returnedIncludePaths.add(path);
      }
    }
    continuesAsync |= async && !dispatch.async();
  }
}
