package org.tokenfilter.filter;

import static java.util.Objects.requireNonNullElse;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.RefusalWarnings;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.credentials.UsernamePasswordCredential;
import org.tokenfilter.gateway.GatewaySession.CloseWhen;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.InvalidSubjectException;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The request as the application sees it, with the authenticated user and with login and logout. On
 * a public path the token is validated when the application first queries the user. If no user is
 * known, the methods return what the container's request returns.
 */
final class AuthenticatedRequest extends HttpServletRequestWrapper {

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final SecurityHandle handle;
  private final @Nullable DeferredAuthentication deferredAuthentication;

  /** The user to whom the request was granted, or who has logged in; null if there is none. */
  private @Nullable TokenPrincipal principal;

  /** True after a login by the container, which then determines the user. */
  private boolean loggedInByContainer;

  /** Creates the wrapper of a request that was granted. */
  AuthenticatedRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      SecurityHandle handle,
      TokenPrincipal principal) {
    this(request, response, handle, principal, null);
  }

  /** Creates the wrapper of a request that needs no token. */
  AuthenticatedRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      SecurityHandle handle,
      DeferredAuthentication deferredAuthentication) {
    this(request, response, handle, null, deferredAuthentication);
  }

  private AuthenticatedRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      SecurityHandle handle,
      @Nullable TokenPrincipal principal,
      @Nullable DeferredAuthentication deferredAuthentication) {
    super(request);
    this.request = request;
    this.response = response;
    this.handle = handle;
    this.principal = principal;
    this.deferredAuthentication = deferredAuthentication;
  }

  /** Returns whether a request is already known to belong to a user, without validating a token. */
  static boolean isFor(TokenPrincipal principal, ServletRequest request) {
    AuthenticatedRequest outermost = findWrapper(request);
    return outermost != null && principal.equals(outermost.principal);
  }

  /** Returns whether a request is one of these, possibly below other wrappers. */
  static boolean isWrapped(ServletRequest request) {
    return findWrapper(request) != null;
  }

  private static @Nullable AuthenticatedRequest findWrapper(ServletRequest request) {
    ServletRequest next = request;
    while (next instanceof ServletRequestWrapper wrapper) {
      if (wrapper instanceof AuthenticatedRequest own) {
        return own;
      }
      next = wrapper.getRequest();
    }
    return null;
  }

  private @Nullable TokenPrincipal currentPrincipal() {
    return principal == null && deferredAuthentication != null && !loggedInByContainer
        ? deferredAuthentication.principal()
        : principal;
  }

  @Override
  public @Nullable Principal getUserPrincipal() {
    TokenPrincipal known = currentPrincipal();
    return known == null ? super.getUserPrincipal() : known;
  }

  @Override
  public @Nullable String getRemoteUser() {
    TokenPrincipal known = currentPrincipal();
    return known == null ? super.getRemoteUser() : known.name();
  }

  @Override
  public boolean isUserInRole(String role) {
    TokenPrincipal known = currentPrincipal();
    return known == null ? super.isUserInRole(role) : known.roles().contains(role);
  }

  @Override
  public @Nullable String getAuthType() {
    return currentPrincipal() == null ? super.getAuthType() : "BEARER";
  }

  @Override
  public boolean authenticate(HttpServletResponse httpResponse)
      throws IOException, ServletException {
    return currentPrincipal() != null || super.authenticate(httpResponse);
  }

  /**
   * Logs the user in with a session token in cookies. From then on the request belongs to the user.
   * On a public path where tokens do not travel in cookies, the container performs the login.
   *
   * @throws ServletException if the name or the password is wrong, tokens do not travel in cookies,
   *     or the response is already committed and cannot carry them
   */
  @Override
  public void login(@Nullable String username, @Nullable String password) throws ServletException {
    if (principal == null && !handle.transport().cookiesEnabled()) {
      super.login(username, password);
      loggedInByContainer = true;
      return;
    }
    // A form may lack a field; no user has an empty name or password.
    UsernamePasswordCredential credential =
        new UsernamePasswordCredential(
            requireNonNullElse(username, ""),
            requireNonNullElse(password, "").toCharArray(),
            unwrap(request));
    IssuedToken token = loginWithCookies(credential);
    ActiveToken active = new ActiveToken(token.record(), null, token.record().lastUsedAt());
    Decision.Granted granted = new Decision.Granted(security(), active, CloseWhen.NEVER);
    principal = granted.principal();
    granted.storeIn(request);
  }

  private IssuedToken loginWithCookies(UsernamePasswordCredential credential)
      throws ServletException {
    if (!handle.transport().cookiesEnabled()) {
      throw new ServletException("HttpServletRequest.login needs cookie in token.carriers");
    }
    if (response.isCommitted()) {
      throw new ServletException("the response is committed, so that no cookies can be added");
    }
    try {
      Subject subject =
          security()
              .loginService("HttpServletRequest.login")
              .login(credential, handle.transport().tokens().clientOf(request));
      return security().login(request, response, subject);
    } catch (InvalidSubjectException e) {
      new RefusalWarnings(
              security().operatorLog(), security().proxies(), security().storeCalls()::isHealthy)
          .subjectUnfit(e);
      throw new ServletException("the login was refused", e);
    } catch (TokenRejectedException e) {
      throw new ServletException("the login was refused", e);
    } catch (IOException e) {
      throw new ServletException("the password could not be checked", e);
    }
  }

  /**
   * Returns the container's request. After a forward, the wrapper of the target may wrap that of
   * the page before it.
   */
  private static HttpServletRequest unwrap(HttpServletRequest request) {
    HttpServletRequest found = request;
    ServletRequest next = request;
    while (next instanceof ServletRequestWrapper wrapper) {
      next = wrapper.getRequest();
      found = wrapper instanceof AuthenticatedRequest own ? own.request : found;
    }
    return found;
  }

  /**
   * Revokes the token with which the request was granted or that its login has issued; on a public
   * path, the token that it presents, regardless of its holder. Expires its cookies. From then on
   * the request has no user.
   *
   * @throws ServletException if the token cannot be determined; nothing is revoked then
   * @throws org.tokenfilter.store.TokenStoreException if the store did not revoke the token
   */
  @Override
  public void logout() throws ServletException {
    try {
      security().logout(request, response);
    } catch (TokenRejectedException refused) {
      throw new ServletException("logout was refused: " + refused.detail(), refused);
    }
    boolean ofContainer = principal == null;
    principal = null;
    loggedInByContainer = false;
    new Decision.Denied(security(), security().problems().of(Rejection.MISSING)).storeIn(request);
    if (ofContainer && super.getUserPrincipal() != null) {
      super.logout();
    }
  }

  private TokenSecurity security() {
    return handle.security();
  }
}
