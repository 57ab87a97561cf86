package org.tokenfilter.credentials;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.Principal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.token.Subject;

/**
 * Asks the container's realm (Jakarta Servlet, {@code HttpServletRequest.login}), and logs out of
 * it again at once: from then on the token says who it is. Where the container knows the caller
 * already, by its own log-in, that log-in ends with it: Tomcat and Undertow check no password
 * before. Thread-safe.
 *
 * <p>The specification gives one exception for a wrong password, for a caller who is known already
 * and for a realm that is down. A realm that throws is told apart by the exception's cause, where
 * the container hands it on, and is answered 503; one that says no when it is down cannot be told
 * from a wrong password. A realm cannot be asked for somebody without his password, so this cannot
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
    if (!letsIn(login, request)) {
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

  private static boolean letsIn(Login login, HttpServletRequest request) throws IOException {
    ServletException refused = refusal(login, request);
    // Jetty has a cause for each refusal. It logs in over whomever it knows, and to ask it whom it
    // knows may ask its realm once more.
    if (refused != null && refused.getCause() == null && request.getUserPrincipal() != null) {
      logOut(request);
      refused = refusal(login, request);
    }
    return refused == null;
  }

  /** Why the container does not log in; null if it has. */
  private static @Nullable ServletException refusal(Login login, HttpServletRequest request)
      throws IOException {
    try {
      request.login(login.username(), new String(login.password()));
      return null;
    } catch (ServletException refused) {
      Throwable cause = refused.getCause();
      if (cause instanceof RuntimeException
          || cause instanceof Error
          || cause instanceof IOException) {
        throw new IOException("the container's realm broke down", refused);
      }
      return refused;
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
