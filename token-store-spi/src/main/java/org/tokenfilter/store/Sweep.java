package org.tokenfilter.store;

import java.util.List;

/**
 * What one call of {@link TokenStore#sweep} did.
 *
 * @param expired the ids that it ended as {@link Reason#EXPIRED}, their children included
 * @param deleted how many dead records it deleted
 * @param more whether more is due
 */
public record Sweep(List<TokenId> expired, int deleted, boolean more) {

  /** Copies the list. */
  public Sweep {
    expired = List.copyOf(expired);
  }
}
