package org.tokenfilter.token;

/** Why a request is refused, as far as its sender may know. */
public enum Rejection {
  /** It presents no token. */
  MISSING,
  /** Its token is not ours, unknown, forged, malformed, or bound to another session or client. */
  INVALID,
  /** Its token is authentic, but was not used in time, or its time to live is over. */
  EXPIRED,
  /** Its token is authentic, but was closed. */
  CLOSED,
  /** Its token is authentic, but was exchanged for a successor. */
  REPLACED,
  /** Its token is authentic, but made room for a younger one. */
  EVICTED,
  /** It presents two things that contradict each other, or a parameter that means nothing. */
  BAD_REQUEST,
  /** A browser sent it on behalf of another site. */
  CROSS_SITE,
  /** Its user name and password are missing or wrong. */
  WRONG_CREDENTIALS,
  /** Too many logins by this user name or from this client have failed lately. */
  TOO_MANY_LOGINS,
  /** More logins wait to be checked than may. */
  LOGIN_BUSY,
  /** Its subject has as many open sessions as it may. */
  SESSION_LIMIT
}
