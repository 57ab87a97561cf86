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
 * An authenticator that uses the container's realm (Jakarta Servlet, {@code
 * HttpServletRequest.login}). It logs out of the realm at once, since the token identifies the user
 * from then on. If the container had logged in the caller by its own login, that login ends too,
 * because Tomcat and Undertow check no password while it lasts. Thread-safe.
 *
 * <p>The specification defines one exception for a wrong password, for a caller that is logged in
 * already, and for a realm that is unavailable. If the realm throws an exception and the container
 * passes it on as the cause, the failure is recognized and answered with 503. If an unavailable
 * realm just rejects the login, it cannot be distinguished from a wrong password. A realm cannot be
 * queried for a user without the password, so this is no {@link AccountStatusProvider}.
 */
public final class ContainerAuthenticator implements Authenticator {

  private final Set<String> roles;

  /**
   * Creates an authenticator.
   *
   * @param roles the roles to check for each user who logs in, since a realm cannot list them
   */
  public ContainerAuthenticator(Set<String> roles) {
    this.roles = Set.copyOf(roles);
  }

  @Override
  public Optional<Subject> authenticate(UsernamePasswordCredential credential) throws IOException {
    HttpServletRequest request = credential.request();
    if (!tryLogin(credential, request)) {
      return Optional.empty();
    }
    try {
      Principal principal = request.getUserPrincipal();
      if (principal == null) {
        throw new IOException("the container logged in a user, but returned no principal");
      }
      Set<String> held =
          roles.stream().filter(request::isUserInRole).collect(Collectors.toUnmodifiableSet());
      return Optional.of(new Subject(principal.getName(), held, Map.of()));
    } finally {
      logout(request);
    }
  }

  private static boolean tryLogin(UsernamePasswordCredential credential, HttpServletRequest request)
      throws IOException {
    ServletException refused = loginError(credential, request);
    // Jetty gives a cause for each failed login. It replaces an existing login by itself, and
    // getUserPrincipal may query its realm once more.
    if (refused != null && refused.getCause() == null && request.getUserPrincipal() != null) {
      logout(request);
      refused = loginError(credential, request);
    }
    return refused == null;
  }

  /**
   * Logs in to the container.
   *
   * @return the exception of the container if it rejected the login; null if it succeeded
   */
  private static @Nullable ServletException loginError(
      UsernamePasswordCredential credential, HttpServletRequest request) throws IOException {
    try {
      request.login(credential.username(), new String(credential.password()));
      return null;
    } catch (ServletException refused) {
      Throwable cause = refused.getCause();
      if (cause instanceof RuntimeException
          || cause instanceof Error
          || cause instanceof IOException) {
        throw new IOException("the container's realm failed", refused);
      }
      return refused;
    }
  }

  private static void logout(HttpServletRequest request) throws IOException {
    try {
      request.logout();
    } catch (ServletException e) {
      throw new IOException("the container failed to log out", e);
    }
  }
}
