package org.tokenfilter.token;

/** The reason for the rejection of a request, as far as its sender may know. */
public enum Rejection {
  /** The request has no token. */
  MISSING,
  /**
   * The token was not issued by this application, or is unknown, forged, malformed, or bound to
   * another session or client.
   */
  INVALID,
  /** The token is authentic, but the store has no record of it, or no longer has one. */
  UNKNOWN,
  /**
   * The token is authentic, but has expired: it was not used in time, or its maximum lifetime has
   * passed.
   */
  EXPIRED,
  /** The token is authentic, but was revoked. */
  CLOSED,
  /** The token is authentic, but was exchanged for a successor. */
  REPLACED,
  /** The token is authentic, but was evicted in favor of a newer one. */
  EVICTED,
  /** The request contradicts itself, or has an invalid parameter. */
  BAD_REQUEST,
  /** The request body is larger than the limit. */
  CONTENT_TOO_LARGE,
  /** The request body has an unsupported media type or coding. */
  UNSUPPORTED_MEDIA_TYPE,
  /** A browser sent the request on behalf of another site. */
  CROSS_SITE,
  /** The user name and password of the scheme Basic are missing or wrong. */
  WRONG_CREDENTIALS,
  /** The user name and password in the request body are wrong. */
  WRONG_LOGIN,
  /** The request needs a token, or user name and password, and has neither. */
  NO_CREDENTIALS,
  /** The request is authenticated, but lacks a role. */
  MISSING_ROLE,
  /** Too many recent logins with this user name or from this client have failed. */
  TOO_MANY_LOGINS,
  /** The queue of logins to check is full. */
  LOGIN_BUSY,
  /** The subject has more roles or attributes, or a longer name, than a token allows. */
  INVALID_SUBJECT,
  /** The subject has reached the limit of open sessions. */
  SESSION_LIMIT,
  /** The API client has a live token, which it can refresh. */
  CLIENT_TOKEN_LIVE,
  /** The API client has recently refreshed its token too often. */
  TOO_MANY_REFRESHES;

  /**
   * Returns whether the request is rejected because its token or session has expired or was
   * revoked.
   */
  public boolean isTerminal() {
    return switch (this) {
      case EXPIRED, CLOSED, REPLACED, EVICTED -> true;
      default -> false;
    };
  }
}
