package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.container.SelfProtected;
import org.tokenfilter.service.TokenService;

/**
 * The base class of all servlets of this package. Each of them shares the {@link TokenSecurity} of
 * its application.
 */
abstract class EndpointServlet extends HttpServlet implements SelfProtected {

  @Serial private static final long serialVersionUID = 1L;

  private final transient @Nullable TokenSecurity providedSecurity;
  private transient @Nullable SecurityHandle handle;
  private transient @Nullable RouteDispatcher dispatcher;

  EndpointServlet() {
    providedSecurity = null;
  }

  EndpointServlet(TokenSecurity security) {
    providedSecurity = security;
  }

  /**
   * Joins the application. A container does not destroy a servlet whose initialization fails, so
   * the method then releases what it has acquired.
   *
   * @throws org.tokenfilter.config.ConfigurationException if the settings are invalid, or this
   *     instance is already registered: it can have the settings of one registration only
   */
  @Override
  public final void init() {
    if (handle != null) {
      throw SecurityHandle.registeredTwice(getServletName());
    }
    handle = SecurityHandle.of(getServletConfig(), providedSecurity);
    try {
      dispatcher = new RouteDispatcher(handle.security(), errorFormat());
      onInit(handle.security());
    } catch (RuntimeException e) {
      destroy();
      throw e;
    }
  }

  /**
   * Takes the required components from the application, before the first request.
   *
   * @throws org.tokenfilter.config.ConfigurationException if a required component is missing
   */
  void onInit(TokenSecurity security) {}

  @Override
  public void destroy() {
    if (handle != null) {
      handle.close();
      handle = null;
    }
  }

  /** Returns the token service of the application. */
  final TokenService service() {
    return handle().security().service();
  }

  /**
   * Returns the servlet's handle on its application.
   *
   * @throws IllegalStateException before the servlet is initialized and after it is destroyed
   */
  final SecurityHandle handle() {
    if (handle == null) {
      throw new IllegalStateException("the servlet must be initialized and not destroyed");
    }
    return handle;
  }

  @Override
  protected final void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (dispatcher == null) {
      throw new IllegalStateException("the servlet must be initialized and not destroyed");
    }
    dispatcher.handle(route(request), request, response);
  }

  /** Returns the route at a request's path; null if there is none. */
  abstract @Nullable Route route(HttpServletRequest request);

  /** Returns the format of error responses, by default problem documents. */
  ErrorFormat errorFormat() {
    return new ErrorFormat() {};
  }
}
