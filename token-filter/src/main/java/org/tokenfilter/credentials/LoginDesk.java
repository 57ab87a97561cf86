package org.tokenfilter.credentials;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.CharBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Where every log-in passes, whatever endpoint it comes from. A wrong user name, a wrong password
 * and credentials that nobody can have are refused alike. Thread-safe.
 */
public final class LoginDesk {

  private static final int MAX_USERNAME_LENGTH = 255;
  private static final int MAX_PASSWORD_LENGTH = 1024;

  private final Authenticator authenticator;

  /** A desk that asks this authenticator. */
  public LoginDesk(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /**
   * Logs in with the credentials of the scheme Basic.
   *
   * @param credentials what follows the scheme; null if there is nothing
   * @throws TokenRejectedException if they are missing or wrong
   * @throws IOException if that could not be decided
   */
  public Subject logInByBasic(@Nullable String credentials, HttpServletRequest request)
      throws TokenRejectedException, IOException {
    Login login =
        Optional.ofNullable(credentials)
            .flatMap(text -> BasicCredentials.parse(text, request))
            .orElseThrow(() -> refused("no credentials of the scheme Basic"));
    return logIn(login);
  }

  /**
   * Logs in, and wipes the password.
   *
   * @throws TokenRejectedException if the user name or the password is wrong
   * @throws IOException if that could not be decided
   */
  public Subject logIn(Login login) throws TokenRejectedException, IOException {
    try {
      if (!isPossible(login)) {
        throw refused("credentials that nobody can have");
      }
      Optional<Subject> subject = authenticator.authenticate(login);
      // A team's own may answer null for whom it does not know, and nobody must see that it did.
      if (subject == null || subject.isEmpty()) {
        throw refused("wrong user name or password");
      }
      return subject.get();
    } finally {
      Arrays.fill(login.password(), '\0');
    }
  }

  private static boolean isPossible(Login login) {
    return isText(login.username(), MAX_USERNAME_LENGTH)
        && isText(CharBuffer.wrap(login.password()), MAX_PASSWORD_LENGTH);
  }

  /**
   * Neither has control characters (RFC 7617, 2; RFC 8265, 4.2) or halves of surrogate pairs. A
   * hash may take two such passwords for one: HMAC ignores zeros at the end of a key, and all
   * halves are encoded as the same question mark.
   */
  private static boolean isText(CharSequence text, int most) {
    return !text.isEmpty()
        && text.length() <= most
        && text.codePoints()
            .noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  private static TokenRejectedException refused(String why) {
    return new TokenRejectedException(Rejection.WRONG_CREDENTIALS, why);
  }
}
