package org.tokenfilter.store;

import java.util.List;

/**
 * The result of one call of {@link TokenStore#sweep}. Immutable.
 *
 * @param expired the ids of the records revoked as {@link Reason#EXPIRED}, their children included
 * @param deleted the number of dead records deleted
 * @param more whether more records are due
 */
public record Sweep(List<TokenId> expired, int deleted, boolean more) {

  /** Copies the list. */
  public Sweep {
    expired = List.copyOf(expired);
  }
}
