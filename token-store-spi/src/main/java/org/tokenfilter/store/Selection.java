package org.tokenfilter.store;

import java.util.Set;

/**
 * A selection of the records of one subject, with exceptions. Immutable.
 *
 * @param subject the subject whose records are selected
 * @param except the ids of the records that are not selected. An exception covers this record only:
 *     its children remain selected, and a child is revoked with its parent even if it is excepted
 */
public record Selection(String subject, Set<TokenId> except) {

  /** Copies the set. */
  public Selection {
    except = Set.copyOf(except);
  }
}
