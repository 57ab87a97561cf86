package org.tokenfilter.filter;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.Participant;
import org.tokenfilter.credentials.Login;
import org.tokenfilter.token.ActiveToken;

/** The request as the application sees it: with a principal. */
final class AuthenticatedRequest extends HttpServletRequestWrapper {

  private final Participant participant;
  private final HttpServletResponse response;
  private @Nullable TokenPrincipal principal;

  AuthenticatedRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      Participant participant,
      TokenPrincipal principal) {
    super(request);
    this.response = response;
    this.participant = participant;
    this.principal = principal;
  }

  @Override
  public @Nullable Principal getUserPrincipal() {
    return principal;
  }

  @Override
  public @Nullable String getRemoteUser() {
    return principal == null ? null : principal.name();
  }

  @Override
  public boolean isUserInRole(String role) {
    return principal != null && principal.roles().contains(role);
  }

  @Override
  public @Nullable String getAuthType() {
    return principal == null ? null : "BEARER";
  }

  @Override
  public boolean authenticate(HttpServletResponse ignored) {
    return principal != null;
  }

  /**
   * Logs somebody in, with a session token in cookies; the request is theirs from then on.
   *
   * @throws ServletException if the name or the password is wrong, or tokens do not travel in
   *     cookies
   */
  @Override
  public void login(String username, String password) throws ServletException {
    ActiveToken token =
        participant.logIn(this, response, new Login(username, password.toCharArray(), this));
    principal = TokenPrincipal.of(token);
  }

  /** Ends the token, and takes its cookies back. */
  @Override
  public void logout() {
    if (principal != null) {
      participant.security().service().close(principal.handle());
      participant.cookies().takeBack(this, response);
      principal = null;
    }
  }
}
