package org.tokenfilter.store;

import java.time.Instant;
import java.util.Set;

/**
 * The recently revoked records, as returned by {@link TokenStore#endedWithin}. Immutable.
 *
 * @param ids the ids of the revoked records
 * @param complete false if there were more than the limit; {@code ids} then holds some of them
 * @param storeTime the time of the answer by the store's own clock
 */
public record Ends(Set<TokenId> ids, boolean complete, Instant storeTime) {

  /** Copies the set. */
  public Ends {
    ids = Set.copyOf(ids);
  }
}
