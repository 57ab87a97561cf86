package org.tokenfilter.carrier;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/**
 * What becomes of the container's HttpSession, where a request has one: an id that was planted in a
 * browser before a login must not be good after it (session fixation), and what an application
 * keeps there must not outlive the log-out. No HttpSession is ever made. Immutable.
 *
 * @param treatment what a login and a log-out do to it
 */
public record ContainerSession(Treatment treatment) {

  /** What a login and a log-out do to an HttpSession. */
  public enum Treatment {
    /** A login gives it a new id, and a log-out invalidates it. */
    RENEW,
    /** Nothing: the application looks after it, or shares it with others. */
    LEAVE
  }

  /**
   * Somebody logs in, before anything is issued. The response must not be committed.
   *
   * @throws IllegalStateException if there is a session and its id cannot be changed
   */
  public void logIn(HttpServletRequest request) {
    if (treatment == Treatment.LEAVE || request.getSession(false) == null) {
      return;
    }
    try {
      request.changeSessionId();
    } catch (IllegalStateException failed) {
      // Another request may have invalidated it meanwhile: then there is none any more.
      if (request.getSession(false) != null) {
        throw failed;
      }
    }
  }

  /** Somebody has logged out. */
  public void logOut(HttpServletRequest request) {
    HttpSession session = treatment == Treatment.LEAVE ? null : request.getSession(false);
    if (session == null) {
      return;
    }
    try {
      session.invalidate();
    } catch (IllegalStateException invalidatedMeanwhile) {
      // That is what is wanted.
      return;
    }
  }
}
