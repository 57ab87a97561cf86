package org.tokenfilter.service;

import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A listener for the events of tokens. The library notifies it after each event, on a thread of its
 * own, one event at a time and in order. An exception of a listener is logged. A slow listener does
 * not delay requests. If it falls behind by thousands of events, further events are dropped, with a
 * warning in the log.
 */
public interface TokenListener {

  /**
   * Receives a token that was issued, or a session that was opened.
   *
   * @param record the record of the token or session
   */
  default void tokenIssued(TokenRecord record) {}

  /**
   * Receives a token whose idle deadline was extended in the store after a successful use. Sent
   * once the store has acknowledged the renewal, and once for all uses within {@code
   * token.renewal.interval}.
   *
   * @param record the renewed record
   */
  default void tokenRenewed(TokenRecord record) {}

  /**
   * Receives a token or session that was revoked or has expired. The event is sent on the node that
   * revoked it, and on every other node shortly after {@code token.revocation.lag}, for each cause:
   * a logout, an operation of the service, or the sweep of expired tokens. So each node can release
   * the resources that it holds for a token. A node misses the revocations that other nodes made
   * before its first poll of the store, those of a time for which the store does not know what the
   * node has seen (more than two minutes without a poll, a fail-over, a restored backup), and all
   * if {@code token.revocation.lag} is zero.
   *
   * @param id the id of the token or session
   * @param reason the reason; CLOSED for a logout
   */
  default void tokenRevoked(TokenId id, RevocationReason reason) {}

  /**
   * Receives the reuse of a refreshed token: it was presented for another refresh after the grace
   * period. Its client, or an attacker, holds a copy that should no longer exist.
   *
   * @param replaced the record of the refreshed token
   * @param client the address that presented it
   */
  default void refreshTokenReused(TokenRecord replaced, ClientAddress client) {}

  /**
   * Receives a subject whose account is disabled, as {@code token.subject.recheck} has found on
   * this node. The revocations of the subject's tokens follow.
   *
   * @param subject the name of the subject
   * @param why the detail for operators, without secrets
   */
  default void subjectDisabled(String subject, String why) {}

  /**
   * Receives the rejection of a presented token.
   *
   * @param refused the reason that the sender may know, the cause, and the detail for operators,
   *     without secrets
   * @param client the address that presented the token
   */
  default void tokenRejected(TokenRejectedException refused, ClientAddress client) {}

  /**
   * Receives a failed login by user name and password.
   *
   * @param username the user name as it was sent, of any content and length
   * @param rejection WRONG_CREDENTIALS or TOO_MANY_LOGINS
   * @param client the address that sent the login
   */
  default void loginFailed(String username, Rejection rejection, ClientAddress client) {}
}
