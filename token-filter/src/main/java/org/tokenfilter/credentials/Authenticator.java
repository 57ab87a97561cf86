package org.tokenfilter.credentials;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Subject;

/**
 * A checker of user names and passwords. An application implements it for the system that holds its
 * accounts, together with {@link AccountStatusProvider} if that system can tell the current state
 * of an account.
 *
 * <p>An implementation must be thread-safe, and should take as long for an unknown user as for a
 * wrong password. If {@code token.credentials} names an implementation that is an {@link
 * AutoCloseable}, it is closed with the application.
 */
@FunctionalInterface
public interface Authenticator {

  /**
   * Checks a user name and a password.
   *
   * @return the user; empty if the name or the password is wrong, or the account may not log in
   * @throws IOException if the credential could not be checked; the request is then answered with
   *     503
   */
  Optional<Subject> authenticate(UsernamePasswordCredential credential) throws IOException;

  /**
   * Checks an API key, which takes the place of a user name and a password. {@code
   * TokenQueryServlet} accepts such keys. Keys are compared without a slow hash, so they must be
   * random, with at least 128 bits, to be safe from guessing. The default implementation accepts no
   * key.
   *
   * @return the owner of the key; empty if no user has it
   * @throws IOException if the key could not be checked; the request is then answered with 503
   */
  default Optional<Subject> authenticateKey(ApiKeyCredential key) throws IOException {
    return Optional.empty();
  }

  /**
   * Returns the current version of the accounts, which allows successful logins to be cached. A
   * login with the same name and password is then accepted without another check for ten seconds,
   * as long as this method returns the same object (compared by identity). So a client that sends
   * them with each request, as introspection with Basic does, costs one check in that time. Called
   * before and after each check; must not block.
   *
   * @return the version; null, as by default, if each login must be checked. An implementation may
   *     return an object only if {@link #authenticate} depends on no part of the request other than
   *     the name and the password. A change of the accounts must give another object, unless it may
   *     take effect ten seconds late
   */
  default @Nullable Object accountsVersion() {
    return null;
  }
}
