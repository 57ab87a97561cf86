package org.tokenfilter.store;

/** Why a record ended. The children of a record end with their parent's reason. */
public enum Reason {
  /** Someone asked for it: a log-out, a revocation. */
  CLOSED,
  /** A successor took its place. */
  REPLACED,
  /** It made room for a younger record of its group. */
  EVICTED,
  /** It was not used in time, or its time to live was over. */
  EXPIRED
}
