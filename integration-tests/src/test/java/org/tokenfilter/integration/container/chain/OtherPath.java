package org.tokenfilter.integration.container.chain;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** A request of the application, which shows another path than the container's. */
final class OtherPath extends HttpServletRequestWrapper {

  OtherPath(HttpServletRequest request) {
    super(request);
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
    return super.getDispatcherType() == DispatcherType.FORWARD
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
