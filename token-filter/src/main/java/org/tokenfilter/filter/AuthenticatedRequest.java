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
 * path nobody has been asked who they are, and it answers as the container does until somebody logs
 * in.
 */
final class AuthenticatedRequest extends HttpServletRequestWrapper {

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Participant participant;
  private @Nullable TokenPrincipal principal;

  AuthenticatedRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      Participant participant,
      @Nullable TokenPrincipal principal) {
    super(request);
    this.request = request;
    this.response = response;
    this.participant = participant;
    this.principal = principal;
  }

  /** Whether a request is one of these, whatever is wrapped around it. */
  static boolean isWithin(ServletRequest request) {
    ServletRequest next = request;
    while (next instanceof ServletRequestWrapper wrapper) {
      if (wrapper instanceof AuthenticatedRequest) {
        return true;
      }
      next = wrapper.getRequest();
    }
    return false;
  }

  @Override
  public @Nullable Principal getUserPrincipal() {
    return principal == null ? super.getUserPrincipal() : principal;
  }

  @Override
  public @Nullable String getRemoteUser() {
    return principal == null ? super.getRemoteUser() : principal.name();
  }

  @Override
  public boolean isUserInRole(String role) {
    return principal == null ? super.isUserInRole(role) : principal.roles().contains(role);
  }

  @Override
  public @Nullable String getAuthType() {
    return principal == null ? super.getAuthType() : "BEARER";
  }

  @Override
  public boolean authenticate(HttpServletResponse answer) throws IOException, ServletException {
    return principal != null || super.authenticate(answer);
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
    if (principal == null) {
      if (super.getUserPrincipal() != null) {
        super.logout();
      }
      return;
    }
    principal = null;
    new Decision.Refused(security(), security().problems().of(Rejection.MISSING)).keepIn(request);
  }

  private TokenSecurity security() {
    return participant.security();
  }
}
