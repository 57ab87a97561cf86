package org.tokenfilter.store;

import java.time.Instant;
import java.util.Set;

/**
 * The recently revoked records, as returned by {@link TokenStore#revokedWithin}. Immutable.
 *
 * @param ids the ids of the revoked records
 * @param complete false if there were more than the limit; {@code ids} then holds some of them
 * @param storeTime the time of the answer by the store's own clock
 */
public record RecentRevocations(Set<TokenId> ids, boolean complete, Instant storeTime) {

  /** Copies the set. */
  public RecentRevocations {
    ids = Set.copyOf(ids);
  }
}
