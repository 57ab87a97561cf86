package org.tokenfilter.credentials;

import java.io.IOException;
import java.util.Optional;
import org.tokenfilter.token.Subject;

/**
 * A provider of the current state of accounts. An {@link Authenticator} that can tell the state of
 * its accounts implements this interface as well; {@code token.subject.recheck} needs it. An
 * implementation must be thread-safe.
 */
@FunctionalInterface
public interface AccountStatusProvider {

  /**
   * Returns the current state of an account that logged in earlier: whether it may continue, and
   * its roles. Each node calls it once per {@code token.subject.recheck} for a subject that is
   * active there, and once after each login of the subject. If it returns the roles that it was
   * given, they count only for tokens that have these roles, and it is called for the others as
   * well. The calls for several subjects run concurrently, each in the thread of a request that
   * waits for the result, so an implementation should use a short timeout.
   *
   * @param subject the subject as of one of its logins, by any authenticator; only the name is
   *     significant
   * @return a subject of the same name with the current roles, or the given subject if nothing has
   *     changed; its attributes are ignored. Empty if the account may not continue because it was
   *     disabled, deleted or renamed; all tokens of the subject are then revoked
   * @throws IOException if the state could not be determined; requests are answered with 503 once
   *     the last result is too old. The same applies if this method throws any other exception or
   *     returns null
   */
  Optional<Subject> current(Subject subject) throws IOException;
}
