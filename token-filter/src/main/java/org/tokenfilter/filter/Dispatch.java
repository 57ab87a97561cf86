package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One dispatch of a request. An application may wrap the container's request in its own wrappers,
 * which may return anything. If these differ from the container's request, the target is unknown.
 *
 * @param request the container's request
 * @param chain the remaining filters and the target
 * @param depth the number of requests that the container has nested in each other
 * @param type the type of the dispatch
 * @param path the path of the target, in the container's canonical form; null if it is unknown
 * @param async whether the request is processed asynchronously
 */
record Dispatch(
    HttpServletRequest request,
    FilterChain chain,
    int depth,
    DispatcherType type,
    @Nullable String path,
    boolean async) {

  /** The class of the request that Tomcat creates for a forward or an include. */
  private static final String TOMCAT_DISPATCH_REQUEST =
      "org.apache.catalina.core.ApplicationHttpRequest";

  /** Determines the dispatch of a request within an application. */
  static Dispatch of(HttpServletRequest request, FilterChain chain, ServletContext context) {
    ServletRequest innermost = request;
    while (innermost instanceof ServletRequestWrapper wrapper) {
      innermost = wrapper.getRequest();
    }
    HttpServletRequest containerRequest = request;
    int depth = 0;
    for (ServletRequest next = request; next != innermost; next = unwrap(next)) {
      if (next instanceof HttpServletRequest http && isSameVendor(next, innermost)) {
        containerRequest = depth == 0 ? http : containerRequest;
        depth++;
      }
    }
    if (depth == 0 && innermost instanceof HttpServletRequest http) {
      containerRequest = http;
    }
    DispatcherType type = containerRequest.getDispatcherType();
    String path = keepsMapping(request, type) ? null : path(containerRequest, type, context);
    boolean async = containerRequest.isAsyncStarted();
    if (containerRequest == request) {
      return new Dispatch(containerRequest, chain, depth + 1, type, path, async);
    }
    boolean sameType = type == request.getDispatcherType();
    boolean samePath = sameType && Objects.equals(path, path(request, type, context));
    DispatcherType known = sameType ? type : DispatcherType.FORWARD;
    return new Dispatch(containerRequest, chain, depth + 1, known, samePath ? path : null, async);
  }

  private static ServletRequest unwrap(ServletRequest wrapper) {
    return ((ServletRequestWrapper) wrapper).getRequest();
  }

  /**
   * Returns whether two requests are of the same container, by the first three segments of the
   * package name, such as org.apache.catalina.
   */
  private static boolean isSameVendor(ServletRequest one, ServletRequest other) {
    String name = other.getClass().getName();
    int end = -1;
    for (int names = 0; names < 3; names++) {
      end = name.indexOf('.', end + 1);
      if (end < 0) {
        return false;
      }
    }
    return one.getClass().getName().regionMatches(0, name, 0, end + 1);
  }

  private static @Nullable String path(
      HttpServletRequest request, DispatcherType type, ServletContext context) {
    if (type == DispatcherType.INCLUDE) {
      return isContextPathOf(context, request.getAttribute(RequestDispatcher.INCLUDE_CONTEXT_PATH))
          ? path(
              request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH),
              request.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO))
          : null;
    }
    // A forward by name keeps the path of the page that it comes from and sets no attribute. A
    // forward to another application keeps that page's application on Undertow.
    boolean byName =
        type == DispatcherType.FORWARD
            && (request.getAttribute(RequestDispatcher.FORWARD_REQUEST_URI) == null
                || !context.equals(request.getServletContext()));
    return byName ? null : path(request.getServletPath(), request.getPathInfo());
  }

  /**
   * Returns whether Tomcat's request has kept the mapping of the request that it wraps. It does so
   * in a forward by name, and takes the path from the application's wrapper; in a forward by path
   * it has another mapping. A forward from an error page has the type ERROR and the attributes of
   * that page.
   */
  private static boolean keepsMapping(ServletRequest request, DispatcherType type) {
    if (type != DispatcherType.FORWARD && type != DispatcherType.ERROR) {
      return false;
    }
    ServletRequest next = request;
    while (next instanceof ServletRequestWrapper wrapper) {
      ServletRequest inner = wrapper.getRequest();
      if (next.getClass().getName().equals(TOMCAT_DISPATCH_REQUEST)
          && next instanceof HttpServletRequest containerRequest) {
        return inner instanceof HttpServletRequest earlier
            && containerRequest.getHttpServletMapping() == earlier.getHttpServletMapping();
      }
      next = inner;
    }
    return false;
  }

  private static @Nullable String path(@Nullable Object servletPath, @Nullable Object pathInfo) {
    if (servletPath == null) {
      return null;
    }
    return pathInfo == null ? servletPath.toString() : servletPath.toString() + pathInfo;
  }

  /**
   * Returns whether a path is the context path of an application. Some containers report it in the
   * encoded form that it has in a URL.
   */
  private static boolean isContextPathOf(ServletContext context, @Nullable Object reported) {
    String own = context.getContextPath();
    return reported != null
        && (own.equals(reported)
            || own.equals(
                URLDecoder.decode(
                    reported.toString().replace("+", "%2B"), StandardCharsets.UTF_8)));
  }

  /**
   * Returns whether this is the same dispatch as another one. If the filter is mapped to a path and
   * to a name, some containers run it for both. Jetty then has one request for each dispatch, which
   * Undertow has not. Undertow has one chain for each dispatch, whereas Jetty has one for each
   * filter.
   */
  boolean isSameAs(Dispatch other) {
    boolean sameRequest = depth > 1 && depth == other.depth && request == other.request;
    return sameRequest || chain == other.chain;
  }
}
