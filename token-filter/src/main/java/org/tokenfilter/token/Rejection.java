package org.tokenfilter.token;

/** Why a request is refused, as far as its sender may know. */
public enum Rejection {
  /** It presents no token. */
  MISSING,
  /** Its token is not ours, unknown, forged, malformed, or bound to another session or client. */
  INVALID,
  /** Its token is authentic, but the store has no record of it, or no longer. */
  UNKNOWN,
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
  /** Its body is larger than anything that is read here. */
  CONTENT_TOO_LARGE,
  /** Its body is of a media type, or a coding, that is not read here. */
  UNSUPPORTED_MEDIA_TYPE,
  /** A browser sent it on behalf of another site. */
  CROSS_SITE,
  /** Its user name and password, of the scheme Basic, are missing or wrong. */
  WRONG_CREDENTIALS,
  /** Its user name and password, in its body, are wrong. */
  WRONG_LOGIN,
  /** It needs a token, or user name and password, and has neither. */
  NO_CREDENTIALS,
  /** It is authenticated, but lacks a role. */
  INSUFFICIENT_SCOPE,
  /** Too many logins by this user name or from this client have failed lately. */
  TOO_MANY_LOGINS,
  /** More logins wait to be checked than may. */
  LOGIN_BUSY,
  /** Its subject has more roles or attributes, or a longer name, than a token may stand for. */
  UNFIT_SUBJECT,
  /** Its subject has as many open sessions as it may. */
  SESSION_LIMIT,
  /** Its API client has a live token, which it can refresh. */
  CLIENT_TOKEN_LIVE,
  /** Its API client has refreshed its token too often lately. */
  TOO_MANY_REFRESHES;

  /** Whether it is refused because its token, or its session, has died. */
  public boolean isDeath() {
    return switch (this) {
      case EXPIRED, CLOSED, REPLACED, EVICTED -> true;
      default -> false;
    };
  }
}
