package org.tokenfilter.store;

import java.time.Instant;
import java.util.Set;

/**
 * The records that ended lately, as {@link TokenStore#endedWithin} tells them.
 *
 * @param ids which
 * @param complete false if there were too many to list; {@code ids} then holds some of them
 * @param storeTime the store's own clock at the time of the answer
 */
public record Ends(Set<TokenId> ids, boolean complete, Instant storeTime) {

  /** Copies the set. */
  public Ends {
    ids = Set.copyOf(ids);
  }
}
