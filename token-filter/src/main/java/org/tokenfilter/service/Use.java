package org.tokenfilter.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;

/**
 * The latest use of a token on this node, and what of it the store has acknowledged; in
 * milliseconds. Read by anybody, changed by one thread at a time.
 */
final class Use {

  private static final long FIELDS =
      HeapSize.object(2, 6 * Long.BYTES + 2) + HeapSize.MAPPED + HeapSize.ID;

  private final LiveToken token;
  private final @Nullable TokenId parent;
  private final long interval;
  private volatile long usedAt;
  private volatile long idleUntil;
  private volatile long acknowledgedUntil;
  private long writtenAt;

  /** Until when it is left to the request that writes it; 0 if to none. */
  private long leftUntil;

  private boolean pending;
  private boolean itsOwn;

  /** No use yet of this record, which is as the store has it. */
  Use(TokenRecord record, LiveToken token, long interval, Instant now) {
    this.token = token;
    this.parent = record.parent();
    this.interval = interval;
    this.usedAt = record.lastUsedAt().toEpochMilli();
    this.idleUntil = LiveToken.millis(record.idleExpiresAt());
    this.acknowledgedUntil = idleUntil;
    // By a clock that is ahead it may have been written in the future.
    this.writtenAt = Math.min(usedAt, now.toEpochMilli());
  }

  /** The heap that it takes, with its token: that may have left the cache. */
  long bytes() {
    return FIELDS + token.bytes();
  }

  /** It was used once more, or its session was. */
  void add(long use, long until, boolean own) {
    usedAt = Math.max(usedAt, use);
    if (idleUntil != LiveToken.NEVER) {
      idleUntil = Math.max(idleUntil, until);
    }
    itsOwn |= own;
    pending = true;
  }

  /**
   * A request writes it. Uses that follow before one is written give it no longer: however many
   * requests hang in the store, what they do not write is not kept from the tick.
   */
  void leaveToRequest(Instant until) {
    if (leftUntil == 0) {
      leftUntil = until.toEpochMilli();
    }
  }

  /** The request has not written it. */
  void takeBack() {
    leftUntil = 0;
  }

  /** The store has acknowledged a use. */
  void written(Renewal renewal, Instant now) {
    if (renewal.idleExpiresAt() != null && acknowledgedUntil != LiveToken.NEVER) {
      acknowledged(renewal.idleExpiresAt());
    }
    writtenAt = now.toEpochMilli();
    if (usedAt <= renewal.usedAt().toEpochMilli()) {
      pending = false;
      itsOwn = false;
      leftUntil = 0;
    }
  }

  /** The store has said until when it lives. */
  void acknowledged(Instant until) {
    acknowledgedUntil = Math.max(acknowledgedUntil, until.toEpochMilli());
  }

  /** Whether it would be refused elsewhere before it were written in its turn. */
  boolean isUrgent(Instant now, long margin) {
    return acknowledgedUntil != LiveToken.NEVER
        && acknowledgedUntil - now.toEpochMilli() < interval + margin;
  }

  boolean isDue(Instant now, long margin) {
    return pending && now.toEpochMilli() >= leftUntil && (isRested(now) || isUrgent(now, margin));
  }

  /** Whether it was not written lately. */
  boolean isRested(Instant now) {
    return now.toEpochMilli() - writtenAt >= interval;
  }

  boolean isPending() {
    return pending;
  }

  /** Whether nothing of it can be kept any more: it has expired on this node, too. */
  boolean isTooLate(Instant now) {
    return now.toEpochMilli() >= idleUntil;
  }

  /** Whether it was used itself, and slides: a listener is told. */
  boolean isToBeTold() {
    return itsOwn && idleUntil != LiveToken.NEVER;
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
        idleUntil == LiveToken.NEVER ? null : Instant.ofEpochMilli(idleUntil));
  }

  /** The record with a use that the store has acknowledged. */
  TokenRecord record(Renewal written) {
    return token.record(written.usedAt().toEpochMilli(), LiveToken.millis(written.idleExpiresAt()));
  }
}
