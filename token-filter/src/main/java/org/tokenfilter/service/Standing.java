package org.tokenfilter.service;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/** What was said of a subject when it was asked whether he may go on. Thread-safe. */
final class Standing {

  private static final long FIELDS =
      HeapSize.object(4, 0)
          + HeapSize.object(1, Long.BYTES)
          + 2 * HeapSize.DURATION
          + HeapSize.object(0, Integer.BYTES);

  private final Freshness.Mark asked;
  private final Instant youngest;
  private final @Nullable Set<String> roles;
  private final AtomicBoolean toBeEnded;

  /**
   * An answer.
   *
   * @param asked when the question began
   * @param record for which it was asked
   * @param roles what he has; null if he may not go on
   */
  Standing(Freshness.Mark asked, TokenRecord record, @Nullable Set<String> roles) {
    this.asked = asked;
    // By a clock that is ahead the record may have been issued in the future.
    this.youngest = record.issuedAt().isAfter(asked.wall()) ? record.issuedAt() : asked.wall();
    this.roles = roles;
    this.toBeEnded = new AtomicBoolean(roles == null);
  }

  /** The heap that it takes, with its times. */
  long bytes() {
    return FIELDS + (roles == null ? 0 : HeapSize.of(roles));
  }

  /** When it was asked. */
  Freshness.Mark asked() {
    return asked;
  }

  /**
   * Whether it says anything of this record. Who logs in after the question may have got his
   * account back, or other roles, and none of that is known here.
   */
  boolean covers(TokenRecord record) {
    return !record.issuedAt().isAfter(youngest);
  }

  /** What he has; null if he may not go on. */
  @Nullable Set<String> roles() {
    return roles;
  }

  /** Whether his tokens are to be ended, by the one who is told so. */
  boolean takeToBeEnded() {
    return toBeEnded.compareAndSet(true, false);
  }

  /** The one who was told could not. */
  void stillToBeEnded() {
    toBeEnded.set(true);
  }
}
