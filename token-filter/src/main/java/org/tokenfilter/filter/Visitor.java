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
 * Who sent a request that needs no token. Its token is looked at when a page asks, once for a
 * request, and the look renews nothing. A token that is not good, or that another site may have
 * made a browser send, counts as none; where it cannot be judged, the user is not known.
 * Thread-safe.
 */
final class Visitor {

  private final HttpServletRequest request;
  private final Participant participant;
  private final RefusalNotices notices;
  private final boolean atGateway;

  /** A look may wait for the store, which a virtual thread is not to do within a monitor. */
  private final ReentrantLock looking = new ReentrantLock();

  private boolean looked;
  private @Nullable TokenPrincipal found;

  /**
   * A visitor of whom nothing is known yet.
   *
   * @param atGateway whether the token may come in the header {@code userToken}, too
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

  /** Null if nobody is known. What was decided about the request meanwhile holds. */
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
