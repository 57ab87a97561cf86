package org.tokenfilter.store;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a store keeps about a token. Nothing in it can be presented: neither the token nor a session
 * id follows from it.
 *
 * <p>All times are UTC instants to the millisecond, and so is the idle timeout; finer parts are cut
 * off. Immutable.
 *
 * @param id its handle; for a session the SHA-256 digest of the session id, else random
 * @param kind what it authenticates
 * @param subject whose it is: 1 to 255 characters of any Unicode text without NUL
 * @param roles the subject's roles at log-in, in alphabetical order: at most 8 KiB of UTF-8 in all
 * @param group records of one group share a {@link Limit}; at most 512 characters
 * @param parent the user token that a session belongs to; a record that has a parent is no parent
 * @param client who asked for it, for showing; at most 255 characters
 * @param binding the client address, or the prefix, that must present it; at most 255 characters
 * @param issuedAt when it was issued
 * @param lastUsedAt when it was last used successfully, as far as the store was told
 * @param idleTimeout how long it lives without use; null if it does not slide
 * @param idleExpiresAt when it dies unless used; set exactly where {@code idleTimeout} is
 * @param expiresAt when it dies in any case; null if never
 * @param ending how it ended; null while it has not
 * @param attributes what the application keeps with it: at most 8 KiB of UTF-8 in all
 */
public record TokenRecord(
    TokenId id,
    TokenKind kind,
    String subject,
    Set<String> roles,
    @Nullable String group,
    @Nullable TokenId parent,
    @Nullable String client,
    @Nullable String binding,
    Instant issuedAt,
    Instant lastUsedAt,
    @Nullable Duration idleTimeout,
    @Nullable Instant idleExpiresAt,
    @Nullable Instant expiresAt,
    @Nullable Ending ending,
    Map<String, String> attributes) {

  /** How many characters (UTF-16 code units) a subject may have. */
  public static final int MAX_SUBJECT_LENGTH = 255;

  /** How many characters (UTF-16 code units) a group may have. */
  public static final int MAX_GROUP_LENGTH = 512;

  /** How many characters (UTF-16 code units) a client may have. */
  public static final int MAX_CLIENT_LENGTH = 255;

  /** How many characters (UTF-16 code units) a binding may have. */
  public static final int MAX_BINDING_LENGTH = 255;

  /** How many bytes of UTF-8 the roles may have in all. */
  public static final int MAX_ROLE_BYTES = 8192;

  /** How many bytes of UTF-8 the attributes' names and values may have in all. */
  public static final int MAX_ATTRIBUTE_BYTES = 8192;

  /**
   * Checks the values, copies the collections and cuts the times.
   *
   * @throws IllegalArgumentException if a value is outside of what the components promise
   */
  public TokenRecord {
    RecordText.require("subject", subject);
    if (subject.isEmpty() || subject.length() > MAX_SUBJECT_LENGTH) {
      throw new IllegalArgumentException("a subject has 1 to 255 characters");
    }
    roles = RoleSet.of(roles);
    RecordText.requireOrNull("group", group, MAX_GROUP_LENGTH);
    RecordText.requireOrNull("client", client, MAX_CLIENT_LENGTH);
    RecordText.requireOrNull("binding", binding, MAX_BINDING_LENGTH);
    attributes = AttributeMap.of(attributes);
    if ((idleTimeout == null) != (idleExpiresAt == null)) {
      throw new IllegalArgumentException("idleTimeout and idleExpiresAt come together");
    }
    issuedAt = millis(issuedAt);
    lastUsedAt = millis(lastUsedAt);
    idleTimeout = idleTimeout == null ? null : idleTimeout.truncatedTo(ChronoUnit.MILLIS);
    idleExpiresAt = idleExpiresAt == null ? null : millis(idleExpiresAt);
    expiresAt = expiresAt == null ? null : millis(expiresAt);
  }

  /** Starts a record that was issued at {@code issuedAt} and not used since. */
  public static Builder builder(TokenId id, TokenKind kind, String subject, Instant issuedAt) {
    return new Builder(id, kind, subject, issuedAt);
  }

  /** Whether it is neither ended nor expired at {@code time}. */
  public boolean liveAt(Instant time) {
    return ending == null && !expiredAt(time);
  }

  /**
   * Whether its deadline has come at {@code time}; the deadline itself is the first dead moment.
   */
  public boolean expiredAt(Instant time) {
    return (idleExpiresAt != null && !time.isBefore(idleExpiresAt))
        || (expiresAt != null && !time.isBefore(expiresAt));
  }

  /** The earlier of idle and hard limit; null if it never expires. */
  public @Nullable Instant deadline() {
    if (idleExpiresAt == null) {
      return expiresAt;
    }
    return expiresAt == null || idleExpiresAt.isBefore(expiresAt) ? idleExpiresAt : expiresAt;
  }

  /** The moment from which its retention counts: its end or its deadline; null while neither is. */
  public @Nullable Instant death() {
    Instant deadline = deadline();
    if (ending == null) {
      return deadline;
    }
    return deadline == null || ending.at().isBefore(deadline) ? ending.at() : deadline;
  }

  /** The same record, used once more: times move forward, never back. */
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
   * The same record, ended.
   *
   * @throws IllegalStateException if it has ended already
   */
  public TokenRecord ended(Ending how) {
    if (ending != null) {
      throw new IllegalStateException("the first end is final");
    }
    return toBuilder().ending(how).build();
  }

  /** A builder that holds this record's values. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static Instant millis(Instant time) {
    return time.truncatedTo(ChronoUnit.MILLIS);
  }

  /** Builds a {@link TokenRecord}; {@link #build()} checks it. Not thread-safe. */
  public static final class Builder {

    private final TokenId id;
    private final TokenKind kind;
    private final String subject;
    private final Instant issuedAt;
    private Instant lastUsedAt;
    private Set<String> roles = Set.of();
    private @Nullable String group;
    private @Nullable TokenId parent;
    private @Nullable String client;
    private @Nullable String binding;
    private @Nullable Duration idleTimeout;
    private @Nullable Instant idleExpiresAt;
    private @Nullable Instant expiresAt;
    private @Nullable Ending ending;
    private Map<String, String> attributes = Map.of();

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
      roles = record.roles;
      group = record.group;
      parent = record.parent;
      client = record.client;
      binding = record.binding;
      idleTimeout = record.idleTimeout;
      idleExpiresAt = record.idleExpiresAt;
      expiresAt = record.expiresAt;
      ending = record.ending;
      attributes = record.attributes;
    }

    /** The subject's roles. */
    public Builder roles(Set<String> value) {
      roles = value;
      return this;
    }

    /** The group whose limit it counts for. */
    public Builder group(@Nullable String value) {
      group = value;
      return this;
    }

    /** The user token that it is a session of. */
    public Builder parent(@Nullable TokenId value) {
      parent = value;
      return this;
    }

    /** Who asked for it. */
    public Builder client(@Nullable String value) {
      client = value;
      return this;
    }

    /** The address or prefix that must present it. */
    public Builder binding(@Nullable String value) {
      binding = value;
      return this;
    }

    /** When it was last used. */
    public Builder lastUsedAt(Instant value) {
      lastUsedAt = value;
      return this;
    }

    /** How long it lives without use, counted from its last use. */
    public Builder idleTimeout(Duration timeout) {
      return idle(timeout, lastUsedAt.plus(timeout));
    }

    /** How long it lives without use, and until when. */
    public Builder idle(@Nullable Duration timeout, @Nullable Instant until) {
      idleTimeout = timeout;
      idleExpiresAt = until;
      return this;
    }

    /** When it dies in any case. */
    public Builder expiresAt(@Nullable Instant value) {
      expiresAt = value;
      return this;
    }

    /** How it ended. */
    public Builder ending(@Nullable Ending value) {
      ending = value;
      return this;
    }

    /** What the application keeps with it. */
    public Builder attributes(Map<String, String> value) {
      attributes = value;
      return this;
    }

    /**
     * The record.
     *
     * @throws IllegalArgumentException if a value is outside of what the record promises
     */
    public TokenRecord build() {
      return new TokenRecord(
          id,
          kind,
          subject,
          roles,
          group,
          parent,
          client,
          binding,
          issuedAt,
          lastUsedAt,
          idleTimeout,
          idleExpiresAt,
          expiresAt,
          ending,
          attributes);
    }
  }
}
