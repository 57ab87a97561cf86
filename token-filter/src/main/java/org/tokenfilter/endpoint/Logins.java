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

/** The login of an endpoint's clients by the scheme Basic, by parameters or by an API key. */
final class Logins {

  private final Participant participant;
  private final LoginDesk desk;

  /**
   * Creates the login of an endpoint.
   *
   * @param endpoint the name of the endpoint, for the error message
   * @throws org.tokenfilter.config.ConfigurationException if no authenticator is configured
   */
  Logins(Participant participant, String endpoint) {
    this.participant = participant;
    this.desk = participant.security().desk(endpoint);
  }

  /** Returns whether a request has credentials of the scheme Basic. */
  static boolean isByBasic(HttpServletRequest request) throws TokenRejectedException {
    return Authorization.credentials(request, "basic") != null;
  }

  /**
   * Logs the user in by the scheme Basic, before a token is issued, and renews the container's
   * session.
   */
  Subject byBasic(HttpServletRequest request) throws TokenRejectedException, IOException {
    return loggedIn(checkedByBasic(request), request);
  }

  /**
   * Checks credentials of the scheme Basic (RFC 7617) without a login. A browser adds them by
   * itself, so a request from another site is refused.
   */
  Subject checkedByBasic(HttpServletRequest request) throws TokenRejectedException, IOException {
    participant.security().guard().checkAction(request, false);
    @Nullable String credentials = Authorization.credentials(request, "basic");
    return desk.logInByBasic(credentials, request, participant.clientOf(request));
  }

  /**
   * Logs the user in by a user name and a password from the request's parameters, likewise before a
   * token is issued.
   */
  Subject byFields(String username, String password, HttpServletRequest request)
      throws TokenRejectedException, IOException {
    Login login = new Login(username, password.toCharArray(), request);
    try {
      return loggedIn(desk.logIn(login, participant.clientOf(request)), request);
    } catch (TokenRejectedException refused) {
      throw withoutBasic(refused);
    }
  }

  /**
   * Logs the user in by an API key from the request's parameters, likewise before a token is
   * issued.
   */
  Subject byKey(String key, HttpServletRequest request) throws TokenRejectedException, IOException {
    try {
      ApiKey sent = new ApiKey(key.toCharArray(), request);
      return loggedIn(desk.logInByKey(sent, participant.clientOf(request)), request);
    } catch (TokenRejectedException refused) {
      throw withoutBasic(refused);
    }
  }

  /**
   * Returns a rejection whose response has no Basic challenge, for a client that did not use Basic.
   */
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
