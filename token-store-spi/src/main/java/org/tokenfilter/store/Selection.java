package org.tokenfilter.store;

import java.util.Set;

/**
 * The records of one subject, but for some.
 *
 * @param subject whose
 * @param except these are spared. Each one is named: the children of a spared record are not spared
 *     with it, and a spared child ends with a parent that is not
 */
public record Selection(String subject, Set<TokenId> except) {

  /** Copies the set. */
  public Selection {
    except = Set.copyOf(except);
  }
}
