package org.tokenfilter.store;

/** The result of {@link TokenStore#amend}. */
public enum AmendResult {
  /** The record has the new details. */
  AMENDED,
  /** Nothing changed: the record is live, with details of another version. */
  STALE,
  /** Nothing changed: the record is revoked, expired or unknown. */
  ENDED
}
