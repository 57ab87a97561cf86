package org.tokenfilter.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end of a record: final, whatever its deadline was.
 *
 * @param at when, by the clock of the node that ended it, to the millisecond
 * @param reason why
 * @param successor the record that took its place, where the reason is {@link Reason#REPLACED}
 */
public record Ending(Instant at, Reason reason, @Nullable TokenId successor) {

  /** Cuts {@code at} to the millisecond. */
  public Ending {
    at = at.truncatedTo(ChronoUnit.MILLIS);
    if (successor != null && reason != Reason.REPLACED) {
      throw new IllegalArgumentException("only a replaced record has a successor");
    }
  }

  /** An ending without a successor. */
  public static Ending of(Reason reason, Instant at) {
    return new Ending(at, reason, null);
  }
}
