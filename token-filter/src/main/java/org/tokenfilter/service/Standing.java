package org.tokenfilter.service;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/**
 * The status of a subject's account as the provider reported it: enabled, with its current roles,
 * or disabled. Thread-safe.
 */
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
   * Creates a status.
   *
   * @param asked the start of the lookup
   * @param record the record for which the status was looked up
   * @param roles the current roles of the subject; null if the account is disabled
   */
  Standing(Freshness.Mark asked, TokenRecord record, @Nullable Set<String> roles) {
    this.asked = asked;
    // A node whose clock is ahead may have issued the record in the future.
    this.youngest = record.issuedAt().isAfter(asked.wall()) ? record.issuedAt() : asked.wall();
    this.roles = roles;
    this.toBeEnded = new AtomicBoolean(roles == null);
  }

  /** Returns the estimated heap of this status with its times, in bytes. */
  long bytes() {
    return FIELDS + (roles == null ? 0 : HeapSize.of(roles));
  }

  /** Returns the start of the lookup. */
  Freshness.Mark asked() {
    return asked;
  }

  /**
   * Returns true if this status applies to a record. It does not apply to records of logins after
   * the lookup, because the account may have been enabled again since, or may have other roles.
   */
  boolean covers(TokenRecord record) {
    return !record.issuedAt().isAfter(youngest);
  }

  /** Returns the current roles of the subject, or null if the account is disabled. */
  @Nullable Set<String> roles() {
    return roles;
  }

  /**
   * Claims the task of revoking the subject's tokens.
   *
   * @return true for one caller only, until {@link #stillToBeEnded} is called
   */
  boolean takeToBeEnded() {
    return toBeEnded.compareAndSet(true, false);
  }

  /** Releases a claim whose revocation failed, so that another request retries it. */
  void stillToBeEnded() {
    toBeEnded.set(true);
  }
}
