package org.tokenfilter.service;

import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;

/**
 * A renewal that is due to be written to the store.
 *
 * @param renewal the renewal
 * @param pending the buffered use that it was made from
 * @param notifiesListeners whether the listeners are notified of it
 */
record RenewalToWrite(Renewal renewal, PendingRenewal pending, boolean notifiesListeners) {

  RenewalToWrite(TokenId id, PendingRenewal pending) {
    this(pending.renewal(id), pending, pending.notifiesListeners());
  }
}
