package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/**
 * The treatment of the container's HttpSession at login and logout, if a request has one. A session
 * id that was planted in a browser before a login must not be valid after it (session fixation),
 * and data that an application keeps in the HttpSession must not outlive the logout. Never creates
 * an HttpSession. Immutable.
 *
 * @param treatment the effect of a login and of a logout on the HttpSession
 */
public record HttpSessionPolicy(Treatment treatment) {

  /** The effect of a login and of a logout on an HttpSession. */
  public enum Treatment {
    /** A login changes the session id, and a logout invalidates the session. */
    RENEW,
    /**
     * Nothing. The application manages the session itself, or shares it with other applications.
     */
    LEAVE
  }

  /**
   * Changes the session id as part of a login. Must be called before a token is issued and before
   * the response is committed.
   *
   * @throws IllegalStateException if there is a session and its id cannot be changed
   */
  public void onLogin(HttpServletRequest request) {
    if (treatment == Treatment.LEAVE || request.getSession(false) == null) {
      return;
    }
    try {
      request.changeSessionId();
    } catch (IllegalStateException failed) {
      // A concurrent request may have invalidated the session, so that there is none any more.
      if (request.getSession(false) != null) {
        throw failed;
      }
    }
  }

  /**
   * Invalidates the session as part of a logout. Does nothing if a concurrent request already did.
   */
  public void onLogout(HttpServletRequest request) {
    HttpSession session = treatment == Treatment.LEAVE ? null : request.getSession(false);
    if (session == null) {
      return;
    }
    try {
      session.invalidate();
    } catch (IllegalStateException invalidatedMeanwhile) {
      // The session is already invalid, as intended.
      return;
    }
  }
}
