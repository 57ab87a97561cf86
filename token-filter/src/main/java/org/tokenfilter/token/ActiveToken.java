package org.tokenfilter.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/**
 * A token that was validated successfully.
 *
 * @param record the token's record, as it was read
 * @param session the record of the session in which a user token is used; null otherwise
 * @param usedAt the time when the request started, from which a renewal counts if the request
 *     succeeds
 * @param passive whether the use is passive: the token is validated but not renewed
 * @param roles an immutable set of the current roles of the subject; the record has the roles of
 *     the login, or those that the application has set since
 */
public record ActiveToken(
    TokenRecord record,
    @Nullable TokenRecord session,
    Instant usedAt,
    boolean passive,
    Set<String> roles) {

  /** Creates a token whose use may renew it and whose subject has the roles of the record. */
  public ActiveToken(TokenRecord record, @Nullable TokenRecord session, Instant usedAt) {
    this(record, session, usedAt, false, record.roles());
  }

  /** Returns the same token with a passive use. */
  public ActiveToken asPassive() {
    return new ActiveToken(record, session, usedAt, true, roles);
  }

  /** Returns the same token, used in the given session. */
  public ActiveToken withSession(TokenRecord kept) {
    return new ActiveToken(record, kept, usedAt, passive, roles);
  }

  /** Returns the same token, used at another time. */
  public ActiveToken withUsedAt(Instant time) {
    return new ActiveToken(record, session, time, passive, roles);
  }

  /** Returns the record that a use renews: the session if there is one, or else the token's own. */
  public TokenRecord renewalTarget() {
    return session == null ? record : session;
  }

  /**
   * Returns the time when the token or session expires if it is not used again, on the assumption
   * that this use succeeds. A passive use does not extend it.
   *
   * @return null if it never expires
   */
  public @Nullable Instant deadline() {
    TokenRecord used = renewalTarget();
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

  /**
   * Returns the remaining lifetime from the start of the request, on the assumption that this use
   * succeeds.
   *
   * @return null if it never expires
   */
  public @Nullable Duration remaining() {
    Instant deadline = deadline();
    return deadline == null ? null : Duration.between(usedAt, deadline);
  }
}
