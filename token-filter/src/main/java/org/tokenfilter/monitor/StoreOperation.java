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
  /** {@link TokenStore#replace}. */
  REPLACE,
  /** {@link TokenStore#revoke}. */
  END,
  /** {@link TokenStore#revokeAll}. */
  END_ALL,
  /** {@link TokenStore#list}. */
  LIST,
  /** {@link TokenStore#revokedWithin}. */
  ENDED_WITHIN,
  /** {@link TokenStore#sweep}. */
  SWEEP
}
