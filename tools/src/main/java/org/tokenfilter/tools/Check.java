package org.tokenfilter.tools;

/** What a token must be, in the order in which the library looks. */
enum Check {
  /** It is no longer than tokens are. */
  LENGTH("length"),
  /** It has five parts, the second of them empty. */
  PARTS("parts"),
  /** It is written in the alphabet of tokens. */
  ALPHABET("alphabet"),
  /** It is written as its bytes are written, and not in another spelling of them. */
  SPELLING("spelling"),
  /** Its header is one that a key of the file makes. */
  HEADER("header"),
  /** That key may open it. */
  KEY("key"),
  /** It decrypts: the key made it, and nobody has changed it since. */
  DECRYPTION("decryption"),
  /** It says what tokens say. */
  CLAIMS("claims"),
  /** It is for this application. */
  AUDIENCE("audience"),
  /** Its session id is the one that came with it. */
  SESSION_ID("session id"),
  /** The store has its record. */
  RECORD("record"),
  /** The record says what the token says. */
  AGREEMENT("agreement"),
  /** It comes from the client that it is bound to. */
  CLIENT("client"),
  /** Nobody has ended it. */
  END("end"),
  /** Its time is not over. */
  TIME("time");

  private final String title;

  Check(String title) {
    this.title = title;
  }

  /** Its name in the explanation. */
  @Override
  public String toString() {
    return title;
  }
}
