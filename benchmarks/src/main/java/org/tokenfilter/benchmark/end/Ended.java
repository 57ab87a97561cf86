package org.tokenfilter.benchmark.end;

import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.PresentedToken;

/** A token that one node ends, and when another one refused it; in nanoseconds. */
final class Ended {

  private final TokenId id;
  private final PresentedToken presented;
  private volatile long acknowledgedAt;
  private volatile long refusedAt;

  Ended(TokenId id, PresentedToken presented) {
    this.id = id;
    this.presented = presented;
  }

  TokenId id() {
    return id;
  }

  PresentedToken presented() {
    return presented;
  }

  /** Whoever ended it has been answered. */
  void acknowledged(long nanos) {
    acknowledgedAt = nanos;
  }

  /** The first request that was refused began then. */
  void refused(long nanos) {
    refusedAt = nanos;
  }

  /** None if it was refused before its end was acknowledged. */
  long nanosUntilRefused() {
    return Math.max(0, refusedAt - acknowledgedAt);
  }
}
