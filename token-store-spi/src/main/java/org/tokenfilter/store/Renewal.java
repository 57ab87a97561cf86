package org.tokenfilter.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A renewal of a record by a use of its token. Immutable.
 *
 * @param id the id of the record
 * @param usedAt the time of the use, to the millisecond
 * @param idleExpiresAt the idle deadline that follows from this use, to the millisecond; null for
 *     records without an idle timeout
 */
public record Renewal(TokenId id, Instant usedAt, @Nullable Instant idleExpiresAt) {

  /** Truncates the times to the millisecond. */
  public Renewal {
    usedAt = usedAt.truncatedTo(ChronoUnit.MILLIS);
    idleExpiresAt = idleExpiresAt == null ? null : idleExpiresAt.truncatedTo(ChronoUnit.MILLIS);
  }
}
