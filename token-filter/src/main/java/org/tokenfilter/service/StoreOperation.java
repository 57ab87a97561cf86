package org.tokenfilter.service;

import org.tokenfilter.store.TokenStore;

/** What a store is called for. */
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
