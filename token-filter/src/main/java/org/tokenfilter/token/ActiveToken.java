package org.tokenfilter.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/**
 * A token that was found good.
 *
 * @param record its record, as it was found
 * @param session the record of the kept session that a user token goes on in; null otherwise
 * @param usedAt when the request began: its use, if it succeeds, counts from here
 * @param passive whether this use does not count: the token is looked at, and not renewed
 * @param roles what its subject has now, a set that does not change; the record's are those of his
 *     login
 */
public record ActiveToken(
    TokenRecord record,
    @Nullable TokenRecord session,
    Instant usedAt,
    boolean passive,
    Set<String> roles) {

  /** A token whose use counts, and whose subject has the roles of his login. */
  public ActiveToken(TokenRecord record, @Nullable TokenRecord session, Instant usedAt) {
    this(record, session, usedAt, false, record.roles());
  }

  /** The same token, looked at alone. */
  public ActiveToken lookedAt() {
    return new ActiveToken(record, session, usedAt, true, roles);
  }

  /** The same token, used in this session of it. */
  public ActiveToken in(TokenRecord kept) {
    return new ActiveToken(record, kept, usedAt, passive, roles);
  }

  /** The same token, used at another time. */
  public ActiveToken at(Instant time) {
    return new ActiveToken(record, session, time, passive, roles);
  }

  /** The record that a use renews: the session where there is one, else the token's own. */
  public TokenRecord used() {
    return session == null ? record : session;
  }

  /**
   * When it dies unless it is used again, if this use succeeds and counts; null if it never
   * expires.
   */
  public @Nullable Instant deadline() {
    TokenRecord used = used();
    Duration idleTimeout = used.idleTimeout();
    Instant expiresAt = used.expiresAt();
    if (passive) {
      return used.deadline();
    }
    if (idleTimeout == null) {
      return expiresAt;
    }
    Instant idle = usedAt.plus(idleTimeout);
    return expiresAt == null || idle.isBefore(expiresAt) ? idle : expiresAt;
  }

  /** How long it lives on, from the request's begin, if this use succeeds; null if for ever. */
  public @Nullable Duration remaining() {
    Instant deadline = deadline();
    return deadline == null ? null : Duration.between(usedAt, deadline);
  }
}
