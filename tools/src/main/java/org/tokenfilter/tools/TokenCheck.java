package org.tokenfilter.tools;

/** The checks of a token, in the order in which the library makes them. */
enum TokenCheck {
  /** The token is not longer than tokens can be. */
  LENGTH("length"),
  /** The token has five parts, the second of them empty. */
  PARTS("parts"),
  /** The token uses the base64url alphabet. */
  ALPHABET("alphabet"),
  /** Each part is the canonical base64url form of its bytes. */
  CANONICAL_FORM("canonical"),
  /** The header is that of a key in the key file. */
  HEADER("header"),
  /** The key is allowed to decrypt the token. */
  KEY("key"),
  /** The token decrypts: it was encrypted with the key and not changed since. */
  DECRYPTION("decryption"),
  /** The claims are complete and valid. */
  CLAIMS("claims"),
  /** The token is for this application. */
  AUDIENCE("audience"),
  /** The session id that came with the token is its own. */
  SESSION_ID("session id"),
  /** The store has the record of the token. */
  RECORD("record"),
  /** The claims agree with the record. */
  AGREEMENT("agreement"),
  /** The token comes from the client that it is bound to. */
  CLIENT("client"),
  /** The token is not revoked. */
  REVOCATION("revocation"),
  /** The token has not expired. */
  EXPIRY("expiry");

  private final String title;

  TokenCheck(String title) {
    this.title = title;
  }

  /** Returns the name of the check in an explanation. */
  @Override
  public String toString() {
    return title;
  }
}
