package org.tokenfilter.credentials;

import java.io.IOException;
import java.util.Optional;
import org.tokenfilter.token.Subject;

/**
 * Checks user names and passwords. Teams write their own for whatever keeps their accounts. Must be
 * thread-safe, and should take as long for an unknown user as for a wrong password. One that is
 * named by {@code token.credentials} and is an {@link AutoCloseable} is closed with the
 * application.
 */
@FunctionalInterface
public interface Authenticator {

  /**
   * Checks a login.
   *
   * @return who it is; empty if the name or the password is wrong, or the account may not log in
   * @throws IOException if that could not be decided; the answer is then 503
   */
  Optional<Subject> authenticate(Login login) throws IOException;
}
