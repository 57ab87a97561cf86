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
import org.tokenfilter.config.Participant;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.credentials.Login;
import org.tokenfilter.filter.SessionContinuation.End;
import org.tokenfilter.filter.SessionContinuation.Stay;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The request as the application sees it, with the authenticated user and with login and logout. On
 * a public path the token is validated when the application first queries the user. If no user is
 * known, the methods return what the container's request returns.
 */
final class AuthenticatedRequest extends HttpServletRequestWrapper {

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Participant participant;
  private final @Nullable Visitor visitor;

  /** The user to whom the request was granted, or who has logged in; null if there is none. */
  private @Nullable TokenPrincipal principal;

  /** True after a login by the container, which then determines the user. */
  private boolean byContainer;

  /** Creates the wrapper of a request that was granted. */
  AuthenticatedRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      Participant participant,
      TokenPrincipal principal) {
    this(request, response, participant, principal, null);
  }

  /** Creates the wrapper of a request that needs no token. */
  AuthenticatedRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      Participant participant,
      Visitor visitor) {
    this(request, response, participant, null, visitor);
  }

  private AuthenticatedRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      Participant participant,
      @Nullable TokenPrincipal principal,
      @Nullable Visitor visitor) {
    super(request);
    this.request = request;
    this.response = response;
    this.participant = participant;
    this.principal = principal;
    this.visitor = visitor;
  }

  /** Returns whether a request is already known to belong to a user, without validating a token. */
  static boolean isOf(TokenPrincipal principal, ServletRequest request) {
    AuthenticatedRequest outermost = within(request);
    return outermost != null && principal.equals(outermost.principal);
  }

  /** Returns whether a request is one of these, possibly below other wrappers. */
  static boolean isWithin(ServletRequest request) {
    return within(request) != null;
  }

  private static @Nullable AuthenticatedRequest within(ServletRequest request) {
    ServletRequest next = request;
    while (next instanceof ServletRequestWrapper wrapper) {
      if (wrapper instanceof AuthenticatedRequest own) {
        return own;
      }
      next = wrapper.getRequest();
    }
    return null;
  }

  private @Nullable TokenPrincipal known() {
    return principal == null && visitor != null && !byContainer ? visitor.principal() : principal;
  }

  @Override
  public @Nullable Principal getUserPrincipal() {
    TokenPrincipal known = known();
    return known == null ? super.getUserPrincipal() : known;
  }

  @Override
  public @Nullable String getRemoteUser() {
    TokenPrincipal known = known();
    return known == null ? super.getRemoteUser() : known.name();
  }

  @Override
  public boolean isUserInRole(String role) {
    TokenPrincipal known = known();
    return known == null ? super.isUserInRole(role) : known.roles().contains(role);
  }

  @Override
  public @Nullable String getAuthType() {
    return known() == null ? super.getAuthType() : "BEARER";
  }

  @Override
  public boolean authenticate(HttpServletResponse answer) throws IOException, ServletException {
    return known() != null || super.authenticate(answer);
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
    if (principal == null && !participant.byCookie()) {
      super.login(username, password);
      byContainer = true;
      return;
    }
    // A form may lack a field; no user has an empty name or password.
    Login login =
        new Login(
            requireNonNullElse(username, ""),
            requireNonNullElse(password, "").toCharArray(),
            beneath(request));
    ActiveToken token = participant.logIn(request, response, login);
    Decision.Admitted admitted = new Decision.Admitted(security(), new Stay(token, End.LATER));
    principal = admitted.principal();
    admitted.keepIn(request);
  }

  /**
   * Returns the container's request. After a forward, the wrapper of the target may wrap that of
   * the page before it.
   */
  private static HttpServletRequest beneath(HttpServletRequest request) {
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
      throw new ServletException("logout was refused: " + refused.why(), refused);
    }
    boolean ofContainer = principal == null;
    principal = null;
    byContainer = false;
    new Decision.Refused(security(), security().problems().of(Rejection.MISSING)).keepIn(request);
    if (ofContainer && super.getUserPrincipal() != null) {
      super.logout();
    }
  }

  private TokenSecurity security() {
    return participant.security();
  }
}
