package org.tokenfilter.store;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The record of a token in a store. It holds no credential: neither the token nor a session id can
 * be derived from it.
 *
 * <p>All times are UTC instants. Times and the idle timeout are truncated to the millisecond.
 * Lengths in characters are in UTF-16 code units. Immutable.
 *
 * @param id the token id: the SHA-256 digest of the session id for a session, otherwise random
 * @param kind the kind of the token
 * @param subject the user: 1 to 255 characters of any Unicode text without NUL
 * @param group the group whose records share a {@link Limit}, with at most 512 characters; null if
 *     the record is not limited. Records are of one group if their subjects and groups are equal
 * @param parent the id of the user token that a session belongs to; null if it has none. A record
 *     that has a parent cannot be a parent itself
 * @param client the client that requested the token, for display; at most 255 characters
 * @param binding the client address, or the address prefix, to which the token is bound, with at
 *     most 255 characters; null if it is not bound
 * @param issuedAt the time of issue
 * @param lastUsedAt the time of the last successful use that the store knows of
 * @param idleTimeout the time for which the token may remain unused; null if it has no idle timeout
 * @param idleExpiresAt the idle deadline, which moves with each use; null if and only if {@code
 *     idleTimeout} is
 * @param expiresAt the absolute deadline; null if there is none
 * @param revocation the revocation; null if the record is not revoked
 * @param details the part that {@link TokenStore#amend} replaces: roles, attributes and more
 */
public record TokenRecord(
    TokenId id,
    TokenKind kind,
    String subject,
    @Nullable String group,
    @Nullable TokenId parent,
    @Nullable String client,
    @Nullable String binding,
    Instant issuedAt,
    Instant lastUsedAt,
    @Nullable Duration idleTimeout,
    @Nullable Instant idleExpiresAt,
    @Nullable Instant expiresAt,
    @Nullable Revocation revocation,
    TokenDetails details) {

  /** The maximum length of a subject, in UTF-16 code units. */
  public static final int MAX_SUBJECT_LENGTH = 255;

  /** The maximum length of a group, in UTF-16 code units. */
  public static final int MAX_GROUP_LENGTH = 512;

  /** The maximum length of a client, in UTF-16 code units. */
  public static final int MAX_CLIENT_LENGTH = 255;

  /** The maximum length of a binding, in UTF-16 code units. */
  public static final int MAX_BINDING_LENGTH = 255;

  /**
   * Validates the values, copies the collections and truncates the times.
   *
   * @throws IllegalArgumentException if a value violates the constraints of its component
   */
  public TokenRecord {
    RecordText.requireValid("subject", subject);
    if (subject.isEmpty() || subject.length() > MAX_SUBJECT_LENGTH) {
      throw new IllegalArgumentException("subject must have 1 to 255 characters");
    }
    RecordText.requireOrNull("group", group, MAX_GROUP_LENGTH);
    RecordText.requireOrNull("client", client, MAX_CLIENT_LENGTH);
    RecordText.requireOrNull("binding", binding, MAX_BINDING_LENGTH);
    if ((idleTimeout == null) != (idleExpiresAt == null)) {
      throw new IllegalArgumentException("idleTimeout and idleExpiresAt must be set together");
    }
    issuedAt = millis(issuedAt);
    lastUsedAt = millis(lastUsedAt);
    idleTimeout = idleTimeout == null ? null : idleTimeout.truncatedTo(ChronoUnit.MILLIS);
    idleExpiresAt = idleExpiresAt == null ? null : millis(idleExpiresAt);
    expiresAt = expiresAt == null ? null : millis(expiresAt);
  }

  /** Returns a builder of a record that was issued at {@code issuedAt} and not used since. */
  public static Builder builder(TokenId id, TokenKind kind, String subject, Instant issuedAt) {
    return new Builder(id, kind, subject, issuedAt);
  }

  /** Returns the subject's roles, in alphabetical order. */
  public Set<String> roles() {
    return details.roles();
  }

  /** Returns the application's attributes of the login. */
  public Map<String, String> attributes() {
    return details.attributes();
  }

  /** Returns the version of the details. */
  public long version() {
    return details.version();
  }

  /** Returns whether the record is neither revoked nor expired at {@code time}. */
  public boolean liveAt(Instant time) {
    return revocation == null && !expiredAt(time);
  }

  /**
   * Returns whether the record's deadline is at or before {@code time}: at its deadline the record
   * is already expired.
   */
  public boolean expiredAt(Instant time) {
    return (idleExpiresAt != null && !time.isBefore(idleExpiresAt))
        || (expiresAt != null && !time.isBefore(expiresAt));
  }

  /** Returns the earlier of the idle and the absolute deadline; null if it never expires. */
  public @Nullable Instant deadline() {
    if (idleExpiresAt == null) {
      return expiresAt;
    }
    return expiresAt == null || idleExpiresAt.isBefore(expiresAt) ? idleExpiresAt : expiresAt;
  }

  /**
   * Returns the start of the retention: the earlier of revocation and deadline; null if the record
   * has neither.
   */
  public @Nullable Instant endOfLife() {
    Instant deadline = deadline();
    if (revocation == null) {
      return deadline;
    }
    return deadline == null || revocation.at().isBefore(deadline) ? revocation.at() : deadline;
  }

  /** Returns a copy with the renewal applied; times only move forward. */
  public TokenRecord renewed(Renewal renewal) {
    Instant idle = renewal.idleExpiresAt();
    return toBuilder()
        .lastUsedAt(later(lastUsedAt, renewal.usedAt()))
        .idle(
            idleTimeout,
            idleExpiresAt == null || idle == null ? idleExpiresAt : later(idleExpiresAt, idle))
        .build();
  }

  /**
   * Returns a copy with the given revocation.
   *
   * @throws IllegalStateException if the record is revoked already
   */
  public TokenRecord revoked(Revocation newRevocation) {
    if (revocation != null) {
      throw new IllegalStateException("the record is revoked already");
    }
    return toBuilder().revocation(newRevocation).build();
  }

  /** Returns a copy with other details. */
  public TokenRecord amended(TokenDetails newDetails) {
    return toBuilder().details(newDetails).build();
  }

  /** Returns a builder that holds this record's values. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant millis(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS);
  }

  /** A builder of a {@link TokenRecord}; {@link #build()} validates it. Not thread-safe. */
  public static final class Builder {

    private final TokenId id;
    private final TokenKind kind;
    private final String subject;
    private final Instant issuedAt;
    private Instant lastUsedAt;
    private @Nullable String group;
    private @Nullable TokenId parent;
    private @Nullable String client;
    private @Nullable String binding;
    private @Nullable Duration idleTimeout;
    private @Nullable Instant idleExpiresAt;
    private @Nullable Instant expiresAt;
    private @Nullable Revocation revocation;
    private TokenDetails details = TokenDetails.NONE;

    private Builder(TokenId id, TokenKind kind, String subject, Instant issuedAt) {
      this.id = id;
      this.kind = kind;
      this.subject = subject;
      this.issuedAt = issuedAt;
      this.lastUsedAt = issuedAt;
    }

    private Builder(TokenRecord record) {
      this(record.id, record.kind, record.subject, record.issuedAt);
      lastUsedAt = record.lastUsedAt;
      group = record.group;
      parent = record.parent;
      client = record.client;
      binding = record.binding;
      idleTimeout = record.idleTimeout;
      idleExpiresAt = record.idleExpiresAt;
      expiresAt = record.expiresAt;
      revocation = record.revocation;
      details = record.details;
    }

    /**
     * Sets the subject's roles.
     *
     * @throws IllegalArgumentException if they violate the constraints of the details
     */
    public Builder roles(Set<String> value) {
      return details(details.toBuilder().roles(value).build());
    }

    /** Sets the group whose limit applies; null for none. */
    public Builder group(@Nullable String value) {
      group = value;
      return this;
    }

    /** Sets the id of the user token that the session belongs to; null for none. */
    public Builder parent(@Nullable TokenId value) {
      parent = value;
      return this;
    }

    /** Sets the client that requested the token, for display; null if unknown. */
    public Builder client(@Nullable String value) {
      client = value;
      return this;
    }

    /** Sets the client address or prefix to which the token is bound; null for none. */
    public Builder binding(@Nullable String value) {
      binding = value;
      return this;
    }

    /** Sets the time of the last use. */
    public Builder lastUsedAt(Instant value) {
      lastUsedAt = value;
      return this;
    }

    /** Sets the idle timeout, and the idle deadline counted from the last use. */
    public Builder idleTimeout(Duration timeout) {
      return idle(timeout, lastUsedAt.plus(timeout));
    }

    /** Sets the idle timeout and the idle deadline; null for none. */
    public Builder idle(@Nullable Duration timeout, @Nullable Instant until) {
      idleTimeout = timeout;
      idleExpiresAt = until;
      return this;
    }

    /** Sets the absolute deadline; null for none. */
    public Builder expiresAt(@Nullable Instant value) {
      expiresAt = value;
      return this;
    }

    /** Sets the revocation; null if the record is not revoked. */
    public Builder revocation(@Nullable Revocation value) {
      revocation = value;
      return this;
    }

    /**
     * Sets the application's attributes of the login.
     *
     * @throws IllegalArgumentException if they violate the constraints of the details
     */
    public Builder attributes(Map<String, String> value) {
      return details(details.toBuilder().attributes(value).build());
    }

    /** Sets all details. */
    public Builder details(TokenDetails value) {
      details = value;
      return this;
    }

    /**
     * Builds the record.
     *
     * @throws IllegalArgumentException if a value violates the constraints of its component
     */
    public TokenRecord build() {
      return new TokenRecord(
          id,
          kind,
          subject,
          group,
          parent,
          client,
          binding,
          issuedAt,
          lastUsedAt,
          idleTimeout,
          idleExpiresAt,
          expiresAt,
          revocation,
          details);
    }
  }
}
