package org.tokenfilter.service;

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
  /** {@link TokenStore#end}. */
  END,
  /** {@link TokenStore#endAll}. */
  END_ALL,
  /** {@link TokenStore#list}. */
  LIST,
  /** {@link TokenStore#endedWithin}. */
  ENDED_WITHIN,
  /** {@link TokenStore#sweep}. */
  SWEEP
}
