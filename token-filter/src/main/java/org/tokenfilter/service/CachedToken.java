package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.memory.HeapSize;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenRecord;

/**
 * A live record in the compact form that a node caches. It takes half the space of a record, so
 * that a million of them fit into a heap of ordinary size. Only the time of last use and the idle
 * deadline change. Both are the values that the store has acknowledged, in milliseconds, and only
 * move forward. Thread-safe.
 */
final class CachedToken {

  /** The time that stands for no deadline, later than every deadline. */
  static final long NEVER = Long.MAX_VALUE;

  private static final long FIELD_BYTES = HeapSize.object(10, 4 * Long.BYTES + 1);

  private final TokenId id;
  private final TokenKind kind;
  private final String subject;
  private final @Nullable String group;
  private final boolean inSessionsOfSubject;
  private final @Nullable TokenId parent;
  private final @Nullable String client;
  private final @Nullable String binding;
  private final TokenDetails details;
  private final @Nullable Duration idleTimeout;
  private final long issuedAt;
  private final long expiresAt;
  private volatile long usedAt;
  private volatile long idleUntil;

  /**
   * Creates the compact form of a record that the store returned and that is not revoked.
   *
   * @param record the record
   * @param details the details of the record, or equal ones
   */
  CachedToken(TokenRecord record, TokenDetails details) {
    this.id = record.id();
    this.kind = record.kind();
    this.subject = record.subject();
    this.inSessionsOfSubject = SubjectRecords.sessionsGroup(subject).equals(record.group());
    this.group = inSessionsOfSubject ? null : record.group();
    this.parent = record.parent();
    this.client = record.client();
    this.binding =
        record.binding() != null && record.binding().equals(client) ? client : record.binding();
    this.details = details;
    this.idleTimeout = record.idleTimeout();
    this.issuedAt = record.issuedAt().toEpochMilli();
    this.expiresAt = toMillis(record.expiresAt());
    this.usedAt = record.lastUsedAt().toEpochMilli();
    this.idleUntil = toMillis(record.idleExpiresAt());
  }

  static long toMillis(@Nullable Instant time) {
    return time == null ? NEVER : time.toEpochMilli();
  }

  /** Returns its heap size in a cache, without the details that other tokens share. */
  int bytesWithoutShared() {
    long size = FIELD_BYTES + HeapSize.CACHE_ENTRY + 2 * HeapSize.TOKEN_ID;
    size += HeapSize.of(subject) + HeapSize.of(group) + HeapSize.of(parent) + HeapSize.of(client);
    size += Objects.equals(binding, client) ? 0 : HeapSize.of(binding);
    size += idleTimeout == null ? 0 : HeapSize.DURATION;
    size += DetailsInterner.bytesPerToken(details);
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  /** Returns its heap size in a cache if no other token shares its details. */
  long bytes() {
    return bytesWithoutShared()
        + HeapSize.DETAILS
        + HeapSize.of(details.roles())
        + HeapSize.of(details.attributes());
  }

  TokenDetails details() {
    return details;
  }

  /** Returns whether its acknowledged deadlines are later than the given time. */
  boolean liveAt(Instant now) {
    long time = now.toEpochMilli();
    return time < idleUntil && time < expiresAt;
  }

  long idleUntil() {
    return idleUntil;
  }

  long usedAt() {
    return usedAt;
  }

  /** Records a use that the store has acknowledged, in milliseconds. */
  synchronized void acknowledge(long use, long until) {
    usedAt = Math.max(usedAt, use);
    if (idleTimeout != null && until != NEVER) {
      idleUntil = Math.max(idleUntil, until);
    }
  }

  /** Returns the record with a use that the store may not have acknowledged yet. */
  TokenRecord toRecord(long use, long until) {
    long idle = until == NEVER ? idleUntil : Math.max(idleUntil, until);
    return new TokenRecord(
        id,
        kind,
        subject,
        inSessionsOfSubject ? SubjectRecords.sessionsGroup(subject) : group,
        parent,
        client,
        binding,
        Instant.ofEpochMilli(issuedAt),
        Instant.ofEpochMilli(Math.max(usedAt, use)),
        idleTimeout,
        idleTimeout == null ? null : Instant.ofEpochMilli(idle),
        expiresAt == NEVER ? null : Instant.ofEpochMilli(expiresAt),
        null,
        details);
  }

  /** Returns the record with the use that the store has acknowledged. */
  TokenRecord toRecord() {
    return toRecord(usedAt, idleUntil);
  }
}
