package org.tokenfilter.service;

import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;

/**
 * Hears what happens to tokens, after it has happened and on a thread of the library's: what a
 * listener throws is logged, one that is slow delays nobody, and where it cannot keep up with
 * thousands of events they are dropped, with a warning. Events come one at a time, in their order.
 */
public interface TokenListener {

  /** A token was issued, or a session opened. */
  default void issued(TokenRecord record) {}

  /** A token was used successfully, and its deadline moved. */
  default void renewed(TokenRecord record) {}

  /**
   * A record ended. Of those that expired, the one node hears that swept them.
   *
   * @param reason why; a log-out is CLOSED
   */
  default void ended(TokenId id, Reason reason) {}

  /**
   * A token that had been refreshed was presented for another refresh, after the grace: its client
   * or somebody else has a copy that should be gone.
   */
  default void replayed(TokenRecord replaced, ClientAddress client) {}

  /**
   * A presented token was refused.
   *
   * @param why for operators; holds no secret
   */
  default void refused(Rejection rejection, String why, ClientAddress client) {}

  /**
   * A user name and a password were refused.
   *
   * @param username as it was sent: it may be anything, of any length
   * @param rejection WRONG_CREDENTIALS or TOO_MANY_LOGINS
   */
  default void loginFailed(String username, Rejection rejection, ClientAddress client) {}
}
