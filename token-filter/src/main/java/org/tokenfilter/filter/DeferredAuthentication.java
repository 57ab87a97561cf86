package org.tokenfilter.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.RefusalWarnings;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.container.AccessLogUser;
import org.tokenfilter.filter.Decision.Granted;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The user of a request that needs no token. The token is validated when a page first queries the
 * user, once for a request, and is not renewed. An invalid token counts as none, as does a token
 * that another site may have made a browser send. If the token cannot be validated, the user is
 * unknown. Thread-safe.
 */
final class DeferredAuthentication {

  private final @Nullable String path;
  private final HttpServletRequest request;
  private final TokenSecurity security;
  private final AccessDecider decider;
  private final RefusalWarnings warnings;

  /**
   * Guards the validation, which may wait for the store; a virtual thread must not wait in a
   * monitor.
   */
  private final ReentrantLock lock = new ReentrantLock();

  private boolean resolved;
  private @Nullable TokenPrincipal resolvedPrincipal;

  /** Creates the authentication of a request to a public path, without a validation. */
  DeferredAuthentication(
      @Nullable String path,
      HttpServletRequest request,
      TokenSecurity security,
      AccessDecider decider,
      RefusalWarnings warnings) {
    this.path = path;
    this.request = request;
    this.security = security;
    this.decider = decider;
    this.warnings = warnings;
  }

  /** Returns the user; null if none is known. A decision about the request takes precedence. */
  @Nullable TokenPrincipal principal() {
    Decision decided = Decision.of(request, security);
    if (decided != null) {
      return decided instanceof Granted granted ? granted.principal() : null;
    }
    return AccessLogUser.hasChanged(request) ? null : resolveOnce();
  }

  private @Nullable TokenPrincipal resolveOnce() {
    lock.lock();
    try {
      if (!resolved) {
        resolved = true;
        resolvedPrincipal = resolve();
      }
      return resolvedPrincipal;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable TokenPrincipal resolve() {
    try {
      TokenPrincipal principal = TokenPrincipal.of(decider.identify(path, request));
      warnings.requestDecided();
      AccessLogUser.set(request, principal.name());
      return principal;
    } catch (TokenRejectedException none) {
      warnings.requestDecided();
      warnings.visitorUnknown(none);
      return null;
    } catch (RuntimeException | Error failure) {
      warnings.visitorFailed(failure);
      return null;
    }
  }
}
