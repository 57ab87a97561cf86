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
final class AccountStatus {

  private static final long FIELD_BYTES =
      HeapSize.object(4, 0)
          + HeapSize.object(1, Long.BYTES)
          + 2 * HeapSize.DURATION
          + HeapSize.object(0, Integer.BYTES);

  private final Freshness.Mark lookedUpAt;
  private final Instant newestIssuedAt;
  private final @Nullable Set<String> roles;
  private final AtomicBoolean revocationDue;

  /**
   * Creates a status.
   *
   * @param lookedUpAt the start of the lookup
   * @param record the record for which the status was looked up
   * @param roles the current roles of the subject; null if the account is disabled
   */
  AccountStatus(Freshness.Mark lookedUpAt, TokenRecord record, @Nullable Set<String> roles) {
    this.lookedUpAt = lookedUpAt;
    // A node whose clock is ahead may have issued the record in the future.
    this.newestIssuedAt =
        record.issuedAt().isAfter(lookedUpAt.wall()) ? record.issuedAt() : lookedUpAt.wall();
    this.roles = roles;
    this.revocationDue = new AtomicBoolean(roles == null);
  }

  /** Returns the estimated heap of this status with its times, in bytes. */
  long bytes() {
    return FIELD_BYTES + (roles == null ? 0 : HeapSize.of(roles));
  }

  /** Returns the start of the lookup. */
  Freshness.Mark lookedUpAt() {
    return lookedUpAt;
  }

  /**
   * Returns true if this status applies to a record. It does not apply to records of logins after
   * the lookup, because the account may have been enabled again since, or may have other roles.
   */
  boolean appliesTo(TokenRecord record) {
    return !record.issuedAt().isAfter(newestIssuedAt);
  }

  /** Returns the current roles of the subject, or null if the account is disabled. */
  @Nullable Set<String> roles() {
    return roles;
  }

  /**
   * Claims the task of revoking the subject's tokens.
   *
   * @return true for one caller only, until {@link #releaseRevocation} is called
   */
  boolean claimRevocation() {
    return revocationDue.compareAndSet(true, false);
  }

  /** Releases a claim whose revocation failed, so that another request retries it. */
  void releaseRevocation() {
    revocationDue.set(true);
  }
}
