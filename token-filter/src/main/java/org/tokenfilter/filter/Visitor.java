package org.tokenfilter.filter;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.config.LoggedUser;
import org.tokenfilter.config.Participant;
import org.tokenfilter.config.RefusalNotices;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.filter.Decision.Admitted;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The user of a request that needs no token. The token is validated when a page first queries the
 * user, once for a request, and is not renewed. An invalid token counts as none, as does a token
 * that another site may have made a browser send. If the token cannot be validated, the user is
 * unknown. Thread-safe.
 */
final class Visitor {

  private final HttpServletRequest request;
  private final Participant participant;
  private final RefusalNotices notices;
  private final boolean atGateway;

  /**
   * Guards the validation, which may wait for the store; a virtual thread must not wait in a
   * monitor.
   */
  private final ReentrantLock looking = new ReentrantLock();

  private boolean looked;
  private @Nullable TokenPrincipal found;

  /**
   * Creates the authentication of a request, without a validation.
   *
   * @param atGateway whether the header {@code userToken} may carry the token, too
   */
  Visitor(
      HttpServletRequest request,
      Participant participant,
      RefusalNotices notices,
      boolean atGateway) {
    this.request = request;
    this.participant = participant;
    this.notices = notices;
    this.atGateway = atGateway;
  }

  /** Returns the user; null if none is known. A decision about the request takes precedence. */
  @Nullable TokenPrincipal principal() {
    Decision decided = Decision.of(request, participant.security());
    if (decided != null) {
      return decided instanceof Admitted admitted ? admitted.principal() : null;
    }
    return LoggedUser.hasChanged(request) ? null : look();
  }

  private @Nullable TokenPrincipal look() {
    looking.lock();
    try {
      if (!looked) {
        looked = true;
        found = find();
      }
      return found;
    } finally {
      looking.unlock();
    }
  }

  private @Nullable TokenPrincipal find() {
    TokenSecurity security = participant.security();
    try {
      PresentedToken presented =
          atGateway ? participant.presentAtGateway(request) : participant.present(request);
      if (presented.ambient()) {
        security.guard().checkUnsafe(request);
      }
      TokenPrincipal principal =
          TokenPrincipal.of(security.service().validate(presented).lookedAt());
      notices.decided();
      LoggedUser.note(request, principal.name());
      return principal;
    } catch (TokenRejectedException none) {
      notices.decided();
      notices.unknown(none);
      return null;
    } catch (RuntimeException | Error failure) {
      notices.undecidedVisitor(failure);
      return null;
    }
  }
}
