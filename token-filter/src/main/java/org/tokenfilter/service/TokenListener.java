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

  /**
   * A token was used successfully, and its deadline moved in the store: told when the store has
   * acknowledged it, of many uses within {@code token.renewal.interval} once.
   */
  default void renewed(TokenRecord record) {}

  /**
   * A record ended. It is told on the node that ended it, and a little later than {@code
   * token.revocation.lag} on every other one, whoever ended it: somebody who logged out, or the
   * sweep of what has expired. So each node can let go of what it keeps for a token. A node that
   * has just started hears of the ends of the last minute, too; one that could not ask the store
   * for a minute, or whose {@code token.revocation.lag} is zero, misses those of other nodes.
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
   * A subject may not go on, as {@code token.subject.recheck} has shown on this node; the ends of
   * his tokens follow.
   *
   * @param why for operators; holds no secret
   */
  default void subjectBarred(String subject, String why) {}

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
