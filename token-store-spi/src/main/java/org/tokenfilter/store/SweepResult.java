package org.tokenfilter.store;

import java.util.List;

/**
 * The result of one call of {@link TokenStore#sweep}. Immutable.
 *
 * @param expired the ids of the records revoked as {@link RevocationReason#EXPIRED}, their children
 *     included
 * @param deleted the number of dead records deleted
 * @param more whether more records are due on this shard
 */
public record SweepResult(List<TokenId> expired, int deleted, boolean more) {

  /** Copies the list. */
  public SweepResult {
    expired = List.copyOf(expired);
  }
}
