package org.tokenfilter.store;

import java.time.Instant;
import java.util.List;

/**
 * A page of changes, the answer of {@link TokenStore#changes}. Immutable.
 *
 * @param known whether the store knew the cursor of the question, or was asked without one. If not,
 *     changes may be missing: the caller must forget all of its copies, and continues with the new
 *     cursor
 * @param changes the changes, in no particular order; one may come twice
 * @param cursor the cursor for the next question, in the store's own form
 * @param more whether there is another page. If not, this answer and those before it hold all
 *     changes that were acknowledged before its question began
 * @param storeTime the time of the answer by the store's own clock
 */
public record Changes(
    boolean known, List<Change> changes, String cursor, boolean more, Instant storeTime) {

  /** Copies the list. */
  public Changes {
    changes = List.copyOf(changes);
  }
}
