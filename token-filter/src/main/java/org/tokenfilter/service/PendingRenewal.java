package org.tokenfilter.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.memory.HeapSize;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The latest use of a token on this node, and the part of it that the store has acknowledged. Times
 * are in milliseconds since the epoch. Any thread may read; only one thread at a time may write.
 */
final class PendingRenewal {

  private static final long FIELD_BYTES =
      HeapSize.object(2, 6 * Long.BYTES + 2) + HeapSize.MAP_ENTRY + HeapSize.TOKEN_ID;

  private final @Nullable TokenId parent;
  private final long interval;
  private volatile CachedToken token;
  private volatile long usedAt;
  private volatile long idleUntil;
  private volatile long acknowledgedUntil;
  private long lastWrittenAt;

  /** The time until which the background flush leaves the write to a request; 0 for none. */
  private long deferredUntil;

  private boolean pending;
  private boolean direct;

  /**
   * Creates the state for a record without uses.
   *
   * @param record the record as read from the store
   * @param token the cached token of the record
   * @param interval the renewal interval of the token, in milliseconds
   * @param now the current time
   */
  PendingRenewal(TokenRecord record, CachedToken token, long interval, Instant now) {
    this.token = token;
    this.parent = record.parent();
    this.interval = interval;
    this.usedAt = record.lastUsedAt().toEpochMilli();
    this.idleUntil = CachedToken.toMillis(record.idleExpiresAt());
    this.acknowledgedUntil = idleUntil;
    // A node whose clock is ahead may have written the record in the future.
    this.lastWrittenAt = Math.min(usedAt, now.toEpochMilli());
  }

  /** Returns the estimated heap in bytes, including the token, which may have left the cache. */
  long bytes() {
    return FIELD_BYTES + token.bytes();
  }

  /** Returns whether its details are those of a record that was used. */
  boolean hasDetailsOf(TokenRecord used) {
    return token.details().version() == used.version();
  }

  /** Sets the token with the details that were amended. */
  void setToken(CachedToken amended) {
    token = amended;
  }

  /**
   * Records a use.
   *
   * @param use the time of the use
   * @param until the idle deadline that follows from the use
   * @param own true if the token itself was used, false if a session of it was
   */
  void recordUse(long use, long until, boolean own) {
    usedAt = Math.max(usedAt, use);
    if (idleUntil != CachedToken.NEVER) {
      idleUntil = Math.max(idleUntil, until);
    }
    direct |= own;
    pending = true;
  }

  /**
   * Leaves the write to a request until a time. Uses that follow before a write do not extend that
   * time, so requests that hang in the store cannot keep the use from the background flush.
   */
  void deferUntil(Instant until) {
    if (deferredUntil == 0) {
      deferredUntil = until.toEpochMilli();
    }
  }

  /** Returns the write to the background flush, because the request has not written the use. */
  void undefer() {
    deferredUntil = 0;
  }

  /** Applies a renewal that the store has acknowledged. */
  void acknowledgeWrite(Renewal renewal, Instant now) {
    if (renewal.idleExpiresAt() != null && acknowledgedUntil != CachedToken.NEVER) {
      acknowledgeDeadline(renewal.idleExpiresAt());
    }
    lastWrittenAt = now.toEpochMilli();
    if (usedAt <= renewal.usedAt().toEpochMilli()) {
      pending = false;
      direct = false;
      deferredUntil = 0;
    }
  }

  /** Applies an idle deadline that the store has reported. */
  void acknowledgeDeadline(Instant until) {
    acknowledgedUntil = Math.max(acknowledgedUntil, until.toEpochMilli());
  }

  /**
   * Returns true if other nodes could reject the token before its next regular write.
   *
   * @param margin the additional safety time, in milliseconds
   */
  boolean isUrgent(Instant now, long margin) {
    return acknowledgedUntil != CachedToken.NEVER
        && acknowledgedUntil - now.toEpochMilli() < interval + margin;
  }

  boolean isDue(Instant now, long margin) {
    return pending
        && now.toEpochMilli() >= deferredUntil
        && (intervalElapsed(now) || isUrgent(now, margin));
  }

  /** Returns true if the renewal interval has passed since the last write. */
  boolean intervalElapsed(Instant now) {
    return now.toEpochMilli() - lastWrittenAt >= interval;
  }

  boolean isPending() {
    return pending;
  }

  /** Returns true if the token has expired on this node too, so that a write would be useless. */
  boolean hasExpired(Instant now) {
    return now.toEpochMilli() >= idleUntil;
  }

  /**
   * Returns true if listeners are notified of the renewal: the token itself was used, and it has an
   * idle timeout.
   */
  boolean notifiesListeners() {
    return direct && idleUntil != CachedToken.NEVER;
  }

  @Nullable TokenId parent() {
    return parent;
  }

  long usedAt() {
    return usedAt;
  }

  long idleUntil() {
    return idleUntil;
  }

  Renewal renewal(TokenId id) {
    return new Renewal(
        id,
        Instant.ofEpochMilli(usedAt),
        idleUntil == CachedToken.NEVER ? null : Instant.ofEpochMilli(idleUntil));
  }

  /** Returns the record with a renewal that the store has acknowledged. */
  TokenRecord toRecord(Renewal written) {
    return token.toRecord(
        written.usedAt().toEpochMilli(), CachedToken.toMillis(written.idleExpiresAt()));
  }

  /**
   * A renewal that is due to be written to the store.
   *
   * @param renewal the renewal
   * @param pending the buffered use that it was made from
   * @param notifiesListeners whether the listeners are notified of it
   */
  record RenewalToWrite(Renewal renewal, PendingRenewal pending, boolean notifiesListeners) {

    RenewalToWrite(TokenId id, PendingRenewal pending) {
      this(pending.renewal(id), pending, pending.notifiesListeners());
    }
  }
}
