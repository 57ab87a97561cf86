package org.tokenfilter.store;

/** The kind of a token, which determines the rules for its validation and expiry. */
public enum TokenKind {
  /** A token bound to a session id that must accompany it; its idle deadline moves with use. */
  SESSION,
  /** A token bound to nothing, with a fixed lifetime or none. */
  OPEN,
  /**
   * A token that identifies the user who logged in; its idle deadline moves with its own use and
   * with the use of any of its sessions.
   */
  USER
}
