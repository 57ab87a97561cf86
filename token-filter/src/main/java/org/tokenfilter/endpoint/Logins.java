package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Authorization;
import org.tokenfilter.config.Participant;
import org.tokenfilter.credentials.ApiKey;
import org.tokenfilter.credentials.Login;
import org.tokenfilter.credentials.LoginDesk;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** Logs in for an endpoint, in whichever way its clients send user name and password. */
final class Logins {

  private final Participant participant;
  private final LoginDesk desk;

  /**
   * Log-ins of an endpoint.
   *
   * @param endpoint its name, for the message where nobody checks passwords
   * @throws org.tokenfilter.config.ConfigurationException if nobody does
   */
  Logins(Participant participant, String endpoint) {
    this.participant = participant;
    this.desk = participant.security().desk(endpoint);
  }

  /** Whether the request has credentials of the scheme Basic. */
  static boolean isByBasic(HttpServletRequest request) throws TokenRejectedException {
    return Authorization.credentials(request, "basic") != null;
  }

  /** Logs in by the scheme Basic, for a token that is about to be issued. */
  Subject byBasic(HttpServletRequest request) throws TokenRejectedException, IOException {
    return loggedIn(checkedByBasic(request), request);
  }

  /** Checks credentials of the scheme Basic (RFC 7617), which a browser adds by itself. */
  Subject checkedByBasic(HttpServletRequest request) throws TokenRejectedException, IOException {
    participant.security().guard().checkAction(request, false);
    @Nullable String credentials = Authorization.credentials(request, "basic");
    return desk.logInByBasic(credentials, request, participant.clientOf(request));
  }

  /** Logs in likewise by a user name and a password from the request's body. */
  Subject byFields(String username, String password, HttpServletRequest request)
      throws TokenRejectedException, IOException {
    Login login = new Login(username, password.toCharArray(), request);
    try {
      return loggedIn(desk.logIn(login, participant.clientOf(request)), request);
    } catch (TokenRejectedException refused) {
      throw withoutBasic(refused);
    }
  }

  /** Logs in likewise by an API key from the request's query or body. */
  Subject byKey(String key, HttpServletRequest request) throws TokenRejectedException, IOException {
    try {
      ApiKey sent = new ApiKey(key.toCharArray(), request);
      return loggedIn(desk.logInByKey(sent, participant.clientOf(request)), request);
    } catch (TokenRejectedException refused) {
      throw withoutBasic(refused);
    }
  }

  /** Who was not asked for Basic is not challenged to it, either. */
  private static TokenRejectedException withoutBasic(TokenRejectedException refused) {
    return refused.rejection() == Rejection.WRONG_CREDENTIALS
        ? new TokenRejectedException(Rejection.WRONG_LOGIN, refused.why())
        : refused;
  }

  private Subject loggedIn(Subject subject, HttpServletRequest request) {
    participant.security().containerSession().logIn(request);
    return subject;
  }
}
