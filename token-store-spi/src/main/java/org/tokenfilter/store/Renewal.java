package org.tokenfilter.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A use of a record, to be kept.
 *
 * @param id the record
 * @param usedAt when it was used, to the millisecond
 * @param idleExpiresAt the idle deadline that this use gives it, to the millisecond; null for
 *     records without an idle timeout
 */
public record Renewal(TokenId id, Instant usedAt, @Nullable Instant idleExpiresAt) {

  /** Cuts the times to the millisecond. */
  public Renewal {
    usedAt = usedAt.truncatedTo(ChronoUnit.MILLIS);
    idleExpiresAt = idleExpiresAt == null ? null : idleExpiresAt.truncatedTo(ChronoUnit.MILLIS);
  }
}
