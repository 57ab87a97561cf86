package org.tokenfilter.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The revocation of a record. It is final, whatever the record's deadline was. Immutable.
 *
 * @param at the time of the revocation by the clock of the revoking node, to the millisecond
 * @param reason the reason for the revocation
 * @param successor the id of the record that replaced this one, if the reason is {@link
 *     RevocationReason#REPLACED}; null for the children of a replaced record and for other reasons
 */
public record Revocation(Instant at, RevocationReason reason, @Nullable TokenId successor) {

  /**
   * Truncates {@code at} to the millisecond.
   *
   * @throws IllegalArgumentException if there is a successor and the reason is another one than
   *     {@link RevocationReason#REPLACED}
   */
  public Revocation {
    at = at.truncatedTo(ChronoUnit.MILLIS);
    if (successor != null && reason != RevocationReason.REPLACED) {
      throw new IllegalArgumentException("successor must be null unless the reason is REPLACED");
    }
  }

  /** Returns a revocation without a successor. */
  public static Revocation of(RevocationReason reason, Instant at) {
    return new Revocation(at, reason, null);
  }
}
