package org.tokenfilter.store;

/**
 * The limit of live records in a group. A record without a group is never limited. Immutable.
 *
 * @param max the maximum number of live records; at least 1
 * @param policy the policy that applies to an insertion into a full group
 */
public record Limit(int max, Policy policy) {

  /** No limit. */
  public static final Limit NONE = new Limit(Integer.MAX_VALUE, Policy.REJECT);

  /** The policy for an insertion into a full group. */
  public enum Policy {
    /** Rejects the new record. */
    REJECT,
    /** Revokes the oldest records of the group, as many as needed. */
    EVICT_OLDEST
  }

  /**
   * Checks the limit.
   *
   * @throws IllegalArgumentException if the maximum is below 1
   */
  public Limit {
    if (max < 1) {
      throw new IllegalArgumentException("limit must be at least 1, not " + max);
    }
  }
}
