package org.tokenfilter.integration.container.chain;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/** A wrapper of the application that reports another path than the container. */
final class MisleadingRequest extends HttpServletRequestWrapper {

  private final boolean hidesForward;

  /**
   * Wraps a request.
   *
   * @param ofOtherType whether it reports a forward as a request
   */
  MisleadingRequest(HttpServletRequest request, boolean ofOtherType) {
    super(request);
    this.hidesForward = ofOtherType;
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
    return hidesForward && super.getDispatcherType() == DispatcherType.FORWARD
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
