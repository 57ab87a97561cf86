package org.tokenfilter.carrier;

/** A carrier of the token in a request. */
public enum Carrier {
  /** The header {@code Authorization: Bearer}. */
  BEARER,
  /** The cookie that {@code token.cookie} names. */
  COOKIE
}
