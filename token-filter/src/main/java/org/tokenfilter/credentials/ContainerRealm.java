package org.tokenfilter.credentials;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.Principal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tokenfilter.token.Subject;

/**
 * Asks the container's realm (Jakarta Servlet, {@code HttpServletRequest.login}), and logs out of
 * it again at once: from then on the token says who it is. Thread-safe.
 *
 * <p>The specification gives one exception for a wrong password and for a realm that is down, so
 * both are refused alike. A realm cannot be asked for somebody without his password, so this cannot
 * tell who may go on.
 */
public final class ContainerRealm implements Authenticator {

  private final Set<String> roles;

  /**
   * A realm.
   *
   * @param roles asked for each who logs in, since a realm does not list them
   */
  public ContainerRealm(Set<String> roles) {
    this.roles = Set.copyOf(roles);
  }

  @Override
  public Optional<Subject> authenticate(Login login) throws IOException {
    HttpServletRequest request = login.request();
    try {
      request.login(login.username(), new String(login.password()));
    } catch (ServletException refused) {
      return Optional.empty();
    }
    try {
      Principal principal = request.getUserPrincipal();
      if (principal == null) {
        throw new IOException("the container logged somebody in, and does not say whom");
      }
      Set<String> held =
          roles.stream().filter(request::isUserInRole).collect(Collectors.toUnmodifiableSet());
      return Optional.of(new Subject(principal.getName(), held, Map.of()));
    } finally {
      logOut(request);
    }
  }

  private static void logOut(HttpServletRequest request) throws IOException {
    try {
      request.logout();
    } catch (ServletException e) {
      throw new IOException("the container did not log out again", e);
    }
  }
}
