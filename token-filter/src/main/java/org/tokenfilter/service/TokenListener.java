package org.tokenfilter.service;

import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.Rejection;

/**
 * Hears what happens to tokens. What it throws is logged and harms nothing. Called by many threads
 * at once.
 */
public interface TokenListener {

  /** A token was issued. */
  default void issued(TokenRecord record) {}

  /** A token was used successfully, and its deadline moved. */
  default void renewed(TokenRecord record) {}

  /** This node ended a record, or swept it after it had expired. */
  default void ended(TokenId id, Reason reason) {}

  /**
   * A presented token was refused.
   *
   * @param why for operators; holds no secret
   */
  default void refused(Rejection rejection, String why) {}
}
