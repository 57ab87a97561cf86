package org.tokenfilter.service;

import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;

/**
 * A renewal in its turn to be written.
 *
 * @param use the use that it was made of
 * @param told whether the listeners hear of it
 */
record DueRenewal(Renewal renewal, Use use, boolean told) {

  DueRenewal(TokenId id, Use use) {
    this(use.renewal(id), use, use.isToBeTold());
  }
}
