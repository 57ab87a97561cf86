package org.tokenfilter.integration.container.chain;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** A request of the application, which shows another path than the container's. */
final class OtherPath extends HttpServletRequestWrapper {

  private final boolean ofOtherType;

  /**
   * Wraps a request.
   *
   * @param ofOtherType whether it says of a forward that it was requested
   */
  OtherPath(HttpServletRequest request, boolean ofOtherType) {
    super(request);
    this.ofOtherType = ofOtherType;
  }

  @Override
  public String getServletPath() {
    return "/public/page";
  }

  @Override
  public String getPathInfo() {
    return "/else";
  }

  @Override
  public DispatcherType getDispatcherType() {
    return ofOtherType && super.getDispatcherType() == DispatcherType.FORWARD
        ? DispatcherType.REQUEST
        : super.getDispatcherType();
  }

  @Override
  public Object getAttribute(String name) {
    return switch (name) {
      case RequestDispatcher.INCLUDE_CONTEXT_PATH -> "";
      case RequestDispatcher.INCLUDE_SERVLET_PATH -> "/public/page";
      case RequestDispatcher.INCLUDE_PATH_INFO -> "/else";
      default -> super.getAttribute(name);
    };
  }
}
