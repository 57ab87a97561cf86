package org.tokenfilter.endpoint;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;

/** The base class of servlets that accept user names and passwords. */
abstract class LoginEndpoint extends TokenEndpoint {

  @Serial private static final long serialVersionUID = 1L;

  private transient @Nullable Logins logins;

  LoginEndpoint() {}

  LoginEndpoint(TokenSecurity security) {
    super(security);
  }

  /** Sets up the login, for which an authenticator must be configured. */
  @Override
  void start(TokenSecurity security) {
    logins = new Logins(participant(), getServletName());
  }

  /**
   * Returns the login of this servlet.
   *
   * @throws IllegalStateException before the servlet is initialized
   */
  final Logins logins() {
    if (logins == null) {
      throw new IllegalStateException("the servlet must be initialized first");
    }
    return logins;
  }
}
