package org.tokenfilter.service;

import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;

/**
 * A renewal that is due to be written to the store.
 *
 * @param renewal the renewal
 * @param use the buffered use that it was made from
 * @param told whether the listeners are notified of it
 */
record DueRenewal(Renewal renewal, Use use, boolean told) {

  DueRenewal(TokenId id, Use use) {
    this(use.renewal(id), use, use.isToBeTold());
  }
}
