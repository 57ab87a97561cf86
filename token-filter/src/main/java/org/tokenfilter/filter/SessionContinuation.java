package org.tokenfilter.filter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.CloseParameter;
import org.tokenfilter.config.Participant;
import org.tokenfilter.config.TokenSecurity;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.token.ActiveToken;
import org.tokenfilter.token.OpenedSession;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Which session of its user token a request to the service gateway is in. Without the header {@code
 * session} and without {@code close=false} it is in one of its own, of which nothing is stored.
 *
 * <pre>
 *   GET ...?close=false                     opens a session, and names it:   session: q3W...
 *   GET ...              session: q3W...    goes on in it
 *   GET ...?close=true   session: q3W...    goes on in it, and closes it in the end
 * </pre>
 */
final class SessionContinuation {

  /** When the session of a request ends. */
  enum End {
    /** Not with this request. */
    LATER,
    /** With this request, if it fails: it has opened the session. */
    ON_FAILURE,
    /** With this request. */
    IN_ANY_CASE
  }

  /** A token in its session, if it has one. */
  record Stay(ActiveToken token, End end) {}

  private final Participant participant;

  SessionContinuation(Participant participant) {
    this.participant = participant;
  }

  /** Lets a token into the session that its request names or opens; only user tokens have any. */
  Stay enter(
      ActiveToken token,
      PresentedToken presented,
      HttpServletRequest request,
      HttpServletResponse response)
      throws TokenRejectedException {
    if (token.record().kind() != TokenKind.USER) {
      return new Stay(token, End.LATER);
    }
    TokenSecurity security = participant.security();
    CloseParameter close = CloseParameter.of(request);
    if (close != CloseParameter.ABSENT && presented.ambient()) {
      security.guard().checkAction(request, true);
    }
    @Nullable String named = participant.sessionHeader().read(request);
    if (named != null) {
      return new Stay(
          security.service().continueSession(token, named, presented.client()),
          close == CloseParameter.TRUE ? End.IN_ANY_CASE : End.LATER);
    }
    if (close != CloseParameter.FALSE || !canName(request, response)) {
      return new Stay(token, End.LATER);
    }
    OpenedSession opened = security.service().openSession(token);
    participant.sessionHeader().give(response, opened.id());
    return new Stay(opened.token(), End.ON_FAILURE);
  }

  /** A session that its client does not learn of would be nobody's, and count for the limit. */
  private static boolean canName(HttpServletRequest request, HttpServletResponse response) {
    return request.getDispatcherType() != DispatcherType.INCLUDE && !response.isCommitted();
  }
}
