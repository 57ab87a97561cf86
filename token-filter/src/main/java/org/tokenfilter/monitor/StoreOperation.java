package org.tokenfilter.monitor;

import org.tokenfilter.store.TokenStore;

/** An operation of the token store. */
public enum StoreOperation {
  /** {@link TokenStore#insert}. */
  INSERT,
  /** {@link TokenStore#find}. */
  FIND,
  /** {@link TokenStore#renew}. */
  RENEW,
  /** {@link TokenStore#amend}. */
  AMEND,
  /** {@link TokenStore#replace}. */
  REPLACE,
  /** {@link TokenStore#revoke}. */
  END,
  /** {@link TokenStore#revokeAll}. */
  END_ALL,
  /** {@link TokenStore#list}. */
  LIST,
  /** {@link TokenStore#changes}. */
  CHANGES,
  /** {@link TokenStore#sweep}. */
  SWEEP,
  /** {@link TokenStore#mark}. */
  MARK,
  /** {@link TokenStore#marked}. */
  MARKED
}
