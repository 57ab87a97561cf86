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
 * The session of a user token that a request to the service gateway uses. Without the header {@code
 * session} and without {@code close=false} a request has a session of its own, which is not stored.
 *
 * <pre>
 *   GET ...?close=false                     opens a session and names it:    session: q3W...
 *   GET ...              session: q3W...    uses the session
 *   GET ...?close=true   session: q3W...    uses the session and then closes it
 * </pre>
 */
final class SessionContinuation {

  /** The condition under which a request closes its session. */
  enum End {
    /** This request does not close it. */
    LATER,
    /** This request closes it on failure, because it has opened it. */
    ON_FAILURE,
    /** This request closes it. */
    IN_ANY_CASE
  }

  /**
   * A token in its session, if it has one.
   *
   * @param token the token with its session
   * @param end the condition under which the request closes the session
   */
  record Stay(ActiveToken token, End end) {}

  private final Participant participant;

  SessionContinuation(Participant participant) {
    this.participant = participant;
  }

  /**
   * Resolves the session that a request names or opens. Only user tokens have sessions.
   *
   * @throws TokenRejectedException if the parameter {@code close} or the session is not valid, the
   *     session limit is reached, or another site may have made a browser send the request
   */
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

  /**
   * Returns whether the response can name a session. A session that its client never learns of
   * would be unused, and count toward the limit.
   */
  private static boolean canName(HttpServletRequest request, HttpServletResponse response) {
    return request.getDispatcherType() != DispatcherType.INCLUDE && !response.isCommitted();
  }
}
