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
 * The request as the application sees it: it knows who sent it, and can log in and out. On a public
 * path it looks when it is asked; where nobody is known, it answers as the container does.
 */
final class AuthenticatedRequest extends HttpServletRequestWrapper {

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Participant participant;
  private final @Nullable Visitor visitor;

  /** Who was admitted, or has logged in; null if nobody was. */
  private @Nullable TokenPrincipal principal;

  /** Whether the container has logged in: then it says who the user is. */
  private boolean byContainer;

  /** The request of who was admitted. */
  AuthenticatedRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      Participant participant,
      TokenPrincipal principal) {
    this(request, response, participant, principal, null);
  }

  /** A request that needs no token. */
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

  /** Whether it is known without a look that a request is this one's. */
  static boolean isOf(TokenPrincipal principal, ServletRequest request) {
    AuthenticatedRequest outermost = within(request);
    return outermost != null && principal.equals(outermost.principal);
  }

  /** Whether a request is one of these, whatever is wrapped around it. */
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
   * Logs somebody in, with a session token in cookies; the request is theirs from then on. On a
   * public path where tokens do not travel in cookies it is the container that logs in.
   *
   * @throws ServletException if the name or the password is wrong, or tokens do not travel in
   *     cookies, or the answer is on its way already, which cannot bring them
   */
  @Override
  public void login(@Nullable String username, @Nullable String password) throws ServletException {
    if (principal == null && !participant.byCookie()) {
      super.login(username, password);
      byContainer = true;
      return;
    }
    // A form may lack a field; nobody has an empty name or password.
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

  /** The container's: a page that was forwarded to may stand on the one of the page before it. */
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
   * Ends the token that the request was admitted with, or has logged in with; on a public path, the
   * one that it presents, whoever holds it. Takes its cookies back; the request is nobody's from
   * then on.
   *
   * @throws ServletException if it cannot be told which token is meant: nothing is ended then
   * @throws org.tokenfilter.store.TokenStoreException if the store did not end it
   */
  @Override
  public void logout() throws ServletException {
    try {
      security().logout(request, response);
    } catch (TokenRejectedException refused) {
      throw new ServletException("the log-out was refused: " + refused.why(), refused);
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
