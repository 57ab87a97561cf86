package org.tokenfilter.store;

import org.jspecify.annotations.Nullable;

/**
 * A change of a record, as {@link TokenStore#changes} tells it: its revocation, or new details.
 * Immutable.
 *
 * @param id the id of the record
 * @param revoked the reason of its revocation; null if its details were amended
 * @param version the version of its new details; 0 if it was revoked
 */
public record Change(TokenId id, @Nullable RevocationReason revoked, long version) {

  /**
   * Checks the version.
   *
   * @throws IllegalArgumentException if there is a reason and a version
   */
  public Change {
    if (revoked != null && version != 0) {
      throw new IllegalArgumentException("a revocation has no version");
    }
  }

  /** Returns the change of a record that was revoked. */
  public static Change revoked(TokenId id, RevocationReason reason) {
    return new Change(id, reason, 0);
  }

  /** Returns the change of a record whose details were amended. */
  public static Change amended(TokenId id, long version) {
    return new Change(id, null, version);
  }
}
