package org.tokenfilter.credentials;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Subject;

/**
 * Checks user names and passwords; and tells, where it can, who may still go on. Teams write their
 * own for whatever keeps their accounts. Must be thread-safe, and should take as long for an
 * unknown user as for a wrong password. One that is named by {@code token.credentials} and is an
 * {@link AutoCloseable} is closed with the application.
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

  /**
   * Checks an API key, which stands for a user name and its password at once: {@code
   * TokenQueryServlet} takes such keys. They are compared as they are, so they must be random and
   * long enough not to be guessed: 128 bits at least.
   *
   * @return whose key it is; empty if nobody has it, as by default
   * @throws IOException if that could not be decided; the answer is then as for {@link
   *     #authenticate}
   */
  default Optional<Subject> authenticateKey(ApiKey key) throws IOException {
    return Optional.empty();
  }

  /**
   * What the accounts are now, where a login that has succeeded may be let in again without being
   * asked about: the same name and password, for ten seconds, and for as long as this is the same
   * object (compared by identity). So callers that send them with each request, as introspection by
   * Basic does, cost one check in that time. Asked before and after each check; must answer at
   * once.
   *
   * @return null, as by default, and each login is checked. Anything else only if {@link
   *     #authenticate} looks at the name and the password and at nothing else of the request, and
   *     if a change of the accounts may take effect ten seconds late, or gives another object
   */
  default @Nullable Object accountsVersion() {
    return null;
  }

  /**
   * Whether {@link #current} answers. Where it does not, {@code token.subject.recheck} stops the
   * start.
   */
  default boolean canTellCurrent() {
    return false;
  }

  /**
   * Says whether somebody who logged in earlier may go on, and by which roles. Asked on each node
   * once in {@code token.subject.recheck} for a subject that is active there, and once more after
   * each log-in of his; by the thread of a request that waits for it, and of several subjects at
   * once; so it should give up soon. Whoever implements it answers true in {@link #canTellCurrent}
   * too.
   *
   * @param subject as one of his logins left him, whoever logged him in: his name is what counts
   * @return the same name with the roles that he has now, or what he was given where nothing is to
   *     change; its attributes are not looked at. Empty if he may not go on: his account was
   *     disabled, deleted or renamed. All his tokens are then ended
   * @throws IOException if that could not be decided; requests are answered 503 once the last
   *     answer is too old. So they are where it throws anything else, or answers null
   */
  default Optional<Subject> current(Subject subject) throws IOException {
    throw new UnsupportedOperationException(
        getClass().getName() + " cannot say whether somebody may go on");
  }
}
