package org.tokenfilter.store;

/**
 * How many live records a group may hold, and what happens to one more. A record without a group is
 * never limited.
 *
 * @param most at least 1
 * @param policy what happens when the group is full
 */
public record Limit(int most, Policy policy) {

  /** No limit. */
  public static final Limit NONE = new Limit(Integer.MAX_VALUE, Policy.REJECT);

  /** What happens when the group is full. */
  public enum Policy {
    /** The new record is not stored. */
    REJECT,
    /** The oldest of the group end, as many as it takes. */
    EVICT_OLDEST
  }

  /** Refuses a limit below 1. */
  public Limit {
    if (most < 1) {
      throw new IllegalArgumentException("a limit is at least 1, not " + most);
    }
  }
}
