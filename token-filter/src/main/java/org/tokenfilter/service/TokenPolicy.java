package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Limit;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * How long tokens live, and what they are bound to.
 *
 * @param sessionIdleTimeout how long a session token lives without use
 * @param userIdleTimeout how long a user token and its sessions live without use
 * @param maxLifetime the hard limit of tokens that slide; zero for none
 * @param openMaxLifetime the longest time to live of an open token
 * @param openUnlimited whether an open token may live for ever
 * @param clientLifetime how long an API client's token lives
 * @param refreshGrace how long a token that was refreshed still yields its successor
 * @param replay what happens where such a token is presented later than that
 * @param sessions how many open sessions a subject may have
 * @param binding what of the client a session token is bound to
 */
public record TokenPolicy(
    Duration sessionIdleTimeout,
    Duration userIdleTimeout,
    Duration maxLifetime,
    Duration openMaxLifetime,
    boolean openUnlimited,
    Duration clientLifetime,
    Duration refreshGrace,
    Replay replay,
    Limit sessions,
    Binding binding) {

  /** What follows from a refreshed token that is presented once more; it is refused in any case. */
  public enum Replay {
    /** The audit log and the listeners are told. */
    REPORT,
    /** They are told, and the successor ends too: one of the two who have it is a thief. */
    END_FAMILY
  }

  /**
   * When a token that slides dies in any case.
   *
   * @param ttl the time to live that was asked for; zero for none of its own
   * @return null if there is no hard limit
   */
  @Nullable Instant slidingLimit(Instant issuedAt, Duration ttl) {
    Duration limit = ttl;
    if (!maxLifetime.isZero() && (ttl.isZero() || ttl.compareTo(maxLifetime) > 0)) {
      limit = maxLifetime;
    }
    return limit.isZero() ? null : issuedAt.plus(limit);
  }

  /**
   * When an open token dies.
   *
   * @param ttl the time to live that was asked for; zero for ever
   * @return null if it lives for ever
   * @throws TokenRejectedException if that is longer than allowed
   */
  @Nullable Instant openLimit(Instant issuedAt, Duration ttl) throws TokenRejectedException {
    if (ttl.isZero()) {
      if (!openUnlimited) {
        throw new TokenRejectedException(
            Rejection.BAD_REQUEST, "open tokens that live for ever are not allowed");
      }
      return null;
    }
    if (ttl.compareTo(openMaxLifetime) > 0) {
      throw new TokenRejectedException(
          Rejection.BAD_REQUEST, "an open token lives at most " + openMaxLifetime);
    }
    return issuedAt.plus(ttl);
  }
}
