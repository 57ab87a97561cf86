package org.tokenfilter.store;

import java.util.List;

/**
 * The result of {@link TokenStore#insert}. Immutable.
 *
 * @param outcome the outcome
 * @param evicted the ids of the records that this insertion revoked to make room, their children
 *     included
 */
public record InsertResult(Outcome outcome, List<TokenId> evicted) {

  /** The outcome of an insertion. */
  public enum Outcome {
    /** The record was stored. */
    INSERTED,
    /** Nothing changed, because the group is at its limit. */
    GROUP_FULL,
    /** Nothing changed, because the parent is revoked, expired or unknown. */
    PARENT_ENDED
  }

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there are evictions and the record was not stored
   */
  public InsertResult {
    evicted = List.copyOf(evicted);
    if (outcome != Outcome.INSERTED && !evicted.isEmpty()) {
      throw new IllegalArgumentException("evicted must be empty unless the outcome is INSERTED");
    }
  }

  /** Returns a result without evictions. */
  public static InsertResult of(Outcome outcome) {
    return new InsertResult(outcome, List.of());
  }
}
