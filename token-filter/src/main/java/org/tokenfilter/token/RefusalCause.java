package org.tokenfilter.token;

/**
 * The cause of a refusal, for operators and tools. It says more than the sender of the request may
 * know, which is the {@link Rejection} alone. The causes of a refused token are in the order of the
 * checks.
 */
public enum RefusalCause {
  /** The token is longer than tokens can be. */
  TOO_LONG(Rejection.INVALID, "invalid token: it is longer than 1024 characters"),
  /** The token has fewer than five parts. */
  TOO_FEW_PARTS(Rejection.INVALID, "invalid token: it has fewer than five parts"),
  /** The second part of the token is not empty. */
  ENCRYPTED_KEY(Rejection.INVALID, "invalid token: it has an encrypted key"),
  /** The token has more than five parts. */
  TOO_MANY_PARTS(Rejection.INVALID, "invalid token: it has more than five parts"),
  /** The token has a character that base64url does not have. */
  INVALID_CHARACTER(
      Rejection.INVALID, "invalid token: a character is not in the base64url alphabet"),
  /** A part of the token is not the canonical base64url form of its bytes. */
  NOT_CANONICAL(Rejection.INVALID, "invalid token: a part is not canonical base64url"),
  /** No key has the header of the token. */
  UNKNOWN_KEY(Rejection.INVALID, "invalid token: no key in the key ring has its header"),
  /** The key of the token is for another encryption. */
  WRONG_ENCRYPTION(Rejection.INVALID, "invalid token: its key is for another encryption"),
  /** The key of the token is retired. */
  RETIRED_KEY(Rejection.INVALID, "invalid token: its key is retired"),
  /** The token does not decrypt. */
  NOT_DECRYPTED(Rejection.INVALID, "invalid token: it does not decrypt"),
  /** The claims of the token are incomplete or invalid. */
  INVALID_CLAIMS(Rejection.INVALID, "invalid token: its claims are not valid"),
  /** The token is for another application. */
  WRONG_AUDIENCE(Rejection.INVALID, "invalid token: it is for another audience"),
  /** The token is of another kind than the operation needs. */
  WRONG_KIND(Rejection.INVALID, "of another kind than is needed"),
  /** A session token came without its session id. */
  MISSING_SESSION_ID(Rejection.INVALID, "a session token without its session id"),
  /** The session id is malformed. */
  MALFORMED_SESSION_ID(Rejection.INVALID, "a malformed session id"),
  /** The session id belongs to another token. */
  WRONG_SESSION_ID(Rejection.INVALID, "the session id is another token's", true),
  /** The store has no record of the token. */
  UNKNOWN_RECORD(Rejection.UNKNOWN, "no such record"),
  /** The store answered with the record of another token. */
  WRONG_RECORD(Rejection.INVALID, "the store answered with another record", true),
  /** The claims of the token contradict its record. */
  CLAIMS_MISMATCH(Rejection.INVALID, "the claims of the token contradict its record", true),
  /** The session belongs to another user token. */
  WRONG_SESSION(Rejection.INVALID, "the session belongs to another user token", true),
  /** The token was presented by another client than the one it is bound to. */
  WRONG_CLIENT(Rejection.INVALID, "presented by another client", true),
  /**
   * The client of the token has changed from IPv4 to IPv6 or back. As far as can be determined, it
   * has changed its network, so this is no sign of a theft.
   */
  OTHER_IP_VERSION(
      Rejection.INVALID, "bound to an address of a different IP version than the client's"),
  /** The token was revoked. */
  CLOSED(Rejection.CLOSED, "closed"),
  /** The token was exchanged for its successor. */
  REPLACED(Rejection.REPLACED, "replaced"),
  /** The token was revoked in favor of a newer one. */
  EVICTED(Rejection.EVICTED, "evicted"),
  /** The token had expired, and a sweep has recorded that. */
  SWEPT(Rejection.EXPIRED, "expired"),
  /** The token has expired. */
  EXPIRED(Rejection.EXPIRED, "expired"),
  /** The account of the subject is disabled or deleted. */
  ACCOUNT_INACTIVE(Rejection.CLOSED, "the account of its subject is no longer active"),
  /** The request sends something twice with different values. */
  CONTRADICTION(Rejection.BAD_REQUEST, "two values that differ"),
  /** The forwarded headers of the request are malformed or contradict each other. */
  FORWARDED_HEADERS(Rejection.BAD_REQUEST, "forwarded headers that are not valid"),
  /** A browser sent the request on behalf of another site. */
  OTHER_SITE(Rejection.CROSS_SITE, "a browser sent it on behalf of another site"),
  /** A browser sent the request on behalf of another port or scheme of this host. */
  OTHER_PORT(
      Rejection.CROSS_SITE, "a browser sent it on behalf of another port or scheme of this host"),
  /** Too many logins of the user name from the client have failed. */
  LOGINS_OF_NAME_AND_CLIENT(
      Rejection.TOO_MANY_LOGINS, "too many failed logins of the user name from the client"),
  /** Too many logins of the user name have failed. */
  LOGINS_OF_NAME(Rejection.TOO_MANY_LOGINS, "too many failed logins of the user name"),
  /** Too many logins from the client have failed. */
  LOGINS_OF_CLIENT(Rejection.TOO_MANY_LOGINS, "too many failed logins from the client"),
  /** Another cause, which the rejection and the detail describe. */
  OTHER(Rejection.INVALID, "refused");

  private final Rejection rejection;
  private final String detail;
  private final boolean misuse;

  RefusalCause(Rejection rejection, String why) {
    this(rejection, why, false);
  }

  RefusalCause(Rejection rejection, String why, boolean misuse) {
    this.rejection = rejection;
    this.detail = why;
    this.misuse = misuse;
  }

  /** Returns the reason that the sender may know. */
  Rejection rejection() {
    return rejection;
  }

  /** Returns the detail for the log. */
  String detail() {
    return detail;
  }

  /** Returns whether the token may be stolen or forged, so that an operator should investigate. */
  boolean isMisuse() {
    return misuse;
  }
}
