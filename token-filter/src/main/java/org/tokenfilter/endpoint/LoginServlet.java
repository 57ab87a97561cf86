package org.tokenfilter.endpoint;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;

/** The base class of servlets that accept user names and passwords. */
abstract class LoginServlet extends EndpointServlet {

  @Serial private static final long serialVersionUID = 1L;

  private transient @Nullable EndpointLogin endpointLogin;

  LoginServlet() {}

  LoginServlet(TokenSecurity security) {
    super(security);
  }

  /** Sets up the login, for which an authenticator must be configured. */
  @Override
  void onInit(TokenSecurity security) {
    endpointLogin = new EndpointLogin(handle(), getServletName());
  }

  /**
   * Returns the login of this servlet.
   *
   * @throws IllegalStateException before the servlet is initialized
   */
  final EndpointLogin endpointLogin() {
    if (endpointLogin == null) {
      throw new IllegalStateException("the servlet must be initialized first");
    }
    return endpointLogin;
  }
}
