package org.tokenfilter.store;

/** What a record authenticates, and by which rules. */
public enum TokenKind {
  /** Bound to a session id, which must accompany the token; slides when used. */
  SESSION,
  /** Bound to nothing; a fixed time to live, or none. */
  OPEN,
  /** Says who logged in; slides when used, and while any of its sessions is used. */
  USER
}
