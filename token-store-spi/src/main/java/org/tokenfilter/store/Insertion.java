package org.tokenfilter.store;

import java.util.List;

/**
 * What {@link TokenStore#insert} did.
 *
 * @param outcome whether the record is stored
 * @param evicted the ids that this insertion ended to make room, their children included
 */
public record Insertion(Outcome outcome, List<TokenId> evicted) {

  /** Whether the record is stored, and if not, why. */
  public enum Outcome {
    /** It is stored. */
    INSERTED,
    /** Nothing changed: the group held as many live records as it may. */
    GROUP_FULL,
    /** Nothing changed: the parent is ended, expired or unknown. */
    PARENT_ENDED
  }

  /** Copies the list; evictions come with an insertion alone. */
  public Insertion {
    evicted = List.copyOf(evicted);
    if (outcome != Outcome.INSERTED && !evicted.isEmpty()) {
      throw new IllegalArgumentException("nothing is evicted when nothing is inserted");
    }
  }

  /** An outcome without evictions. */
  public static Insertion of(Outcome outcome) {
    return new Insertion(outcome, List.of());
  }
}
