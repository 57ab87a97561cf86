package org.tokenfilter.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.Authorization;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.credentials.ApiKeyCredential;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.login.LoginService;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/** The login of an endpoint's clients by the scheme Basic, by parameters or by an API key. */
final class EndpointLogin {

  private final SecurityHandle handle;
  private final LoginService loginService;

  /**
   * Creates the login of an endpoint.
   *
   * @param endpoint the name of the endpoint, for the error message
   * @throws org.tokenfilter.config.ConfigurationException if no authenticator is configured
   */
  EndpointLogin(SecurityHandle handle, String endpoint) {
    this.handle = handle;
    this.loginService = handle.security().loginService(endpoint);
  }

  /** Returns whether a request has credentials of the scheme Basic. */
  static boolean hasBasicCredentials(HttpServletRequest request) throws TokenRejectedException {
    return Authorization.credentials(request, "basic") != null;
  }

  /**
   * Logs the user in by the scheme Basic, before a token is issued, and renews the container's
   * session.
   */
  Subject loginByBasic(HttpServletRequest request) throws TokenRejectedException, IOException {
    return renewContainerSession(checkBasic(request), request);
  }

  /**
   * Checks credentials of the scheme Basic (RFC 7617) without a login. A browser adds them by
   * itself, so a request from another site is refused.
   */
  Subject checkBasic(HttpServletRequest request) throws TokenRejectedException, IOException {
    handle.guard().checkAction(request, false);
    @Nullable String credentials = Authorization.credentials(request, "basic");
    return loginService.loginWithBasic(
        credentials, request, handle.transport().tokens().clientOf(request));
  }

  /**
   * Logs the user in by a user name and a password from the request's parameters, likewise before a
   * token is issued.
   */
  Subject loginByPassword(String username, String password, HttpServletRequest request)
      throws TokenRejectedException, IOException {
    UsernamePasswordCredential credential =
        new UsernamePasswordCredential(username, password.toCharArray(), request);
    try {
      return renewContainerSession(
          loginService.login(credential, handle.transport().tokens().clientOf(request)), request);
    } catch (TokenRejectedException refused) {
      throw withoutBasicChallenge(refused);
    }
  }

  /**
   * Logs the user in by an API key from the request's parameters, likewise before a token is
   * issued.
   */
  Subject loginByApiKey(String key, HttpServletRequest request)
      throws TokenRejectedException, IOException {
    try {
      ApiKeyCredential sent = new ApiKeyCredential(key.toCharArray(), request);
      return renewContainerSession(
          loginService.loginWithApiKey(sent, handle.transport().tokens().clientOf(request)),
          request);
    } catch (TokenRejectedException refused) {
      throw withoutBasicChallenge(refused);
    }
  }

  /**
   * Returns a rejection whose response has no Basic challenge, for a client that did not use Basic.
   */
  private static TokenRejectedException withoutBasicChallenge(TokenRejectedException refused) {
    return refused.rejection() == Rejection.WRONG_CREDENTIALS
        ? new TokenRejectedException(Rejection.WRONG_LOGIN, refused.detail())
        : refused;
  }

  private Subject renewContainerSession(Subject subject, HttpServletRequest request) {
    handle.containerSession().onLogin(request);
    return subject;
  }
}
