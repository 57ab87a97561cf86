package org.tokenfilter.endpoint;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.TokenSecurity;

/** A servlet of this room that takes user names and passwords. */
abstract class LoginEndpoint extends TokenEndpoint {

  @Serial private static final long serialVersionUID = 1L;

  private transient @Nullable Logins logins;

  LoginEndpoint() {}

  LoginEndpoint(TokenSecurity security) {
    super(security);
  }

  /** Needs somebody who checks passwords. */
  @Override
  void start(TokenSecurity security) {
    logins = new Logins(participant(), getServletName());
  }

  /** How its clients log in, while it is in service. */
  final Logins logins() {
    if (logins == null) {
      throw new IllegalStateException("not in service");
    }
    return logins;
  }
}
