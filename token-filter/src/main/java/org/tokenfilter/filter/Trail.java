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
 * The dispatches of one request that were let through to what is public, or to an error page, and
 * to their views. A dispatch by name from there may go on showing the path of the one before it,
 * and nothing else tells that its target is another. It travels with the request. Thread-safe: a
 * page that has begun an asynchronous answer may dispatch from another thread, also after it has
 * returned.
 */
final class Trail {

  /**
   * A dispatch that was let through.
   *
   * @param servlet the name of the servlet that answers it; null where it is not told
   */
  record Entered(Dispatch dispatch, @Nullable String servlet) {

    static Entered by(Dispatch dispatch) {
      HttpServletMapping mapping = dispatch.request().getHttpServletMapping();
      return new Entered(dispatch, mapping == null ? null : mapping.getServletName());
    }
  }

  /** In the order of their beginning; each is within the one before it, or on another thread. */
  private final List<Entered> open = new ArrayList<>();

  /** The paths of those that have returned, and may go on from another thread. */
  private final Set<String> left = new HashSet<>();

  /**
   * The paths of includes that have returned while other threads may dispatch. Where the container
   * has one request for all, an include on another thread may still find their attributes there, or
   * put them back when it ends.
   */
  private final Set<String> leftIncludes = new HashSet<>();

  /** Those that have included anything since then. */
  private final Set<Thread> includingThreads = new HashSet<>();

  /** True once the request has been answered asynchronously. */
  private boolean asyncSeen;

  private boolean errorPageSeen;

  /** Whether one of them has begun an asynchronous answer, which goes on when it has returned. */
  private boolean goesOn;

  /** That of a request, if it has one. */
  static @Nullable Trail of(HttpServletRequest request, String attribute) {
    return request.getAttribute(attribute) instanceof Trail trail ? trail : null;
  }

  /** That of a request, which gets one if it has none. */
  static Trail orNew(HttpServletRequest request, String attribute) {
    Trail found = of(request, attribute);
    if (found != null) {
      return found;
    }
    Trail made = new Trail();
    request.setAttribute(attribute, made);
    return made;
  }

  /** Any dispatch comes by, whether it is let through or not. */
  synchronized void note(Dispatch dispatch) {
    note(dispatch, dispatch.async());
  }

  private void note(Dispatch dispatch, boolean async) {
    asyncSeen |= async || dispatch.type() == DispatcherType.ASYNC;
    if (asyncSeen && dispatch.type() == DispatcherType.INCLUDE) {
      includingThreads.add(Thread.currentThread());
    }
  }

  /** Whether it is one that is open, and comes by once more. */
  synchronized boolean has(Dispatch dispatch) {
    return open.stream().anyMatch(it -> dispatch.isSameAs(it.dispatch));
  }

  /** Whether the error page has been shown, or begun. */
  synchronized boolean knowsErrorPage() {
    return errorPageSeen;
  }

  /** The one that a dispatch on its thread comes from; null if there is none. */
  synchronized @Nullable Entered last() {
    return open.isEmpty() ? null : open.get(open.size() - 1);
  }

  /**
   * Whether a dispatch comes from a public page or the error page. Where the error page fails too,
   * the container may dispatch to another, which is none any more; and Tomcat gives its type to
   * what it forwards to.
   */
  synchronized boolean isWithinPage(Dispatch dispatch) {
    return !open.isEmpty() || goesOn || (errorPageSeen && dispatch.type() == DispatcherType.ERROR);
  }

  /**
   * Whether a dispatch may be one by name, since it shows the path of another that may have made
   * it. One to its own path is taken for one by name, too: containers do not tell them apart. Where
   * the container has one request for all, another thread may have put an earlier type back: the
   * true ones come before the asynchronous answer begins, or is begun anew.
   */
  synchronized boolean mayBeByName(Dispatch dispatch) {
    String path = dispatch.path();
    return switch (dispatch.type()) {
      case REQUEST, ASYNC -> dispatch.async();
      case INCLUDE ->
          open.stream()
                  .anyMatch(it -> it.dispatch.type() == dispatch.type() && isAt(it.dispatch, path))
              || (includingThreads.size() > 1 && leftIncludes.contains(path));
      case FORWARD, ERROR ->
          (path != null && left.contains(path))
              || open.stream().anyMatch(it -> isAt(it.dispatch, path));
    };
  }

  private static boolean isAt(Dispatch dispatch, @Nullable String path) {
    return path != null && path.equals(dispatch.path());
  }

  /** A dispatch is let through. */
  synchronized void enter(Entered entered) {
    note(entered.dispatch);
    DispatcherType type = entered.dispatch.type();
    if (type == DispatcherType.ASYNC && open.isEmpty()) {
      // The container dispatches when nothing else is to happen with the request.
      left.clear();
    }
    errorPageSeen |= type == DispatcherType.ERROR;
    open.add(entered);
  }

  /**
   * It has returned.
   *
   * @param async whether the request is answered asynchronously: another thread may go on from here
   */
  synchronized void leave(Entered entered, boolean async) {
    Dispatch dispatch = entered.dispatch;
    note(dispatch, async);
    open.remove(open.lastIndexOf(entered));
    String path = dispatch.path();
    if (asyncSeen && path != null) {
      if (dispatch.type() != DispatcherType.INCLUDE) {
        left.add(path);
      } else if (dispatch.depth() == 1) {
        leftIncludes.add(path);
      }
    }
    goesOn |= async && !dispatch.async();
  }
}
