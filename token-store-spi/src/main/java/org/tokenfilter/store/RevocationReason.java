package org.tokenfilter.store;

/** The reason for a revocation. Children are revoked with the reason of their parent. */
public enum RevocationReason {
  /** The revocation was requested, as by a logout or a revocation request. */
  CLOSED,
  /** A successor replaced the record. */
  REPLACED,
  /** The record made room for a younger record of its group. */
  EVICTED,
  /** The record was not used in time, or its maximum lifetime was over. */
  EXPIRED
}
