package org.tokenfilter.benchmark.end;

import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.PresentedToken;

/**
 * A token that one node revokes, with the times of the acknowledgement and of the first refusal on
 * another node, in nanoseconds.
 */
final class RevokedToken {

  private final TokenId id;
  private final PresentedToken presented;
  private volatile long acknowledgedAt;
  private volatile long refusedAt;

  RevokedToken(TokenId id, PresentedToken presented) {
    this.id = id;
    this.presented = presented;
  }

  TokenId id() {
    return id;
  }

  PresentedToken presented() {
    return presented;
  }

  /** Records the time at which the revocation was acknowledged to its caller. */
  void recordAcknowledgement(long nanos) {
    acknowledgedAt = nanos;
  }

  /** Records the start of the first request that was refused. */
  void recordRefusal(long nanos) {
    refusedAt = nanos;
  }

  /** Returns the delay; 0 if the token was refused before the revocation was acknowledged. */
  long nanosUntilRefused() {
    return Math.max(0, refusedAt - acknowledgedAt);
  }
}
