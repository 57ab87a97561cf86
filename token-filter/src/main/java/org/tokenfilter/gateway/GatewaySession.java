package org.tokenfilter.gateway;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.carrier.CrossSiteGuard;
import org.tokenfilter.carrier.SessionHeader;
import org.tokenfilter.config.SecurityHandle;
import org.tokenfilter.service.TokenService;
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
public final class GatewaySession {

  /** The condition under which a request closes its session. */
  public enum CloseWhen {
    /** This request does not close it. */
    NEVER,
    /** This request closes it on failure, because it has opened it. */
    ON_FAILURE,
    /** This request closes it. */
    ALWAYS
  }

  /**
   * A token in its session, if it has one.
   *
   * @param token the token with its session
   * @param closeWhen the condition under which the request closes the session
   */
  public record SessionUse(ActiveToken token, CloseWhen closeWhen) {}

  private final TokenService service;
  private final CrossSiteGuard guard;
  private final SessionHeader sessionHeader;

  /** Creates the sessions of the requests that a filter receives. */
  public GatewaySession(SecurityHandle handle) {
    this.service = handle.security().service();
    this.guard = handle.guard();
    this.sessionHeader = handle.transport().sessionHeader();
  }

  /**
   * Resolves the session that a request names or opens. Only user tokens have sessions.
   *
   * @throws TokenRejectedException if the parameter {@code close} or the session is not valid, the
   *     session limit is reached, or another site may have made a browser send the request
   */
  public SessionUse resolve(
      ActiveToken token,
      PresentedToken presented,
      HttpServletRequest request,
      HttpServletResponse response)
      throws TokenRejectedException {
    if (token.record().kind() != TokenKind.USER) {
      return new SessionUse(token, CloseWhen.NEVER);
    }
    CloseParameter close = CloseParameter.of(request);
    if (close != CloseParameter.ABSENT && presented.ambient()) {
      guard.checkAction(request, true);
    }
    @Nullable String named = sessionHeader.read(request);
    if (named != null) {
      return new SessionUse(
          service.useSession(token, named, presented.client()),
          close == CloseParameter.TRUE ? CloseWhen.ALWAYS : CloseWhen.NEVER);
    }
    if (close != CloseParameter.FALSE || !canSendSessionId(request, response)) {
      return new SessionUse(token, CloseWhen.NEVER);
    }
    OpenedSession opened = service.openSession(token);
    sessionHeader.write(response, opened.id());
    return new SessionUse(opened.token(), CloseWhen.ON_FAILURE);
  }

  /**
   * Returns whether the response can name a session. A session that its client never learns of
   * would be unused, and count toward the limit.
   */
  private static boolean canSendSessionId(
      HttpServletRequest request, HttpServletResponse response) {
    return request.getDispatcherType() != DispatcherType.INCLUDE && !response.isCommitted();
  }
}
