package org.tokenfilter.service;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The refresh of API client tokens: it exchanges a token for its successor. The store lets one of
 * several concurrent callers win. The others, and a client that has lost the answer, get the same
 * successor during the grace period. A later caller may have stolen the token, so the reuse is
 * reported. The number of refreshes of an API client in a minute is limited, because each leaves a
 * dead record.
 */
final class TokenRefresher {

  private final TokenStore store;
  private final TokenPolicy policy;
  private final TokenJudge judge;
  private final TokenIssuer issuer;
  private final Clock clock;
  private final Listeners listeners;
  private final TokenFamily family;
  private final RefreshLimit limit;

  TokenRefresher(
      TokenStore store,
      TokenPolicy policy,
      TokenJudge judge,
      TokenIssuer issuer,
      Clock clock,
      Listeners listeners,
      TokenFamily family,
      RefreshLimit limit) {
    this.store = store;
    this.policy = policy;
    this.judge = judge;
    this.issuer = issuer;
    this.clock = clock;
    this.listeners = listeners;
    this.family = family;
    this.limit = limit;
  }

  IssuedToken refresh(PresentedToken presented) throws TokenRejectedException {
    Instant now = clock.instant();
    TokenRecord old = judge.authentic(presented, now);
    if (!Groups.isApiClient(old)) {
      throw new TokenRejectedException(Rejection.INVALID, "not an API client's token");
    }
    Ending ending = replacement(old);
    if (ending != null) {
      Optional<IssuedToken> again = again(old.id(), ending, now);
      if (again.isEmpty() && !inGrace(ending, now)) {
        replayed(old, ending, presented);
      }
      return again.orElseThrow(TokenRefresher::replaced);
    }
    TokenJudge.requireLive(old, now);
    judge.requireToGoOn(old, now);
    limit.require(old);
    return exchange(old);
  }

  private IssuedToken exchange(TokenRecord old) throws TokenRejectedException {
    IssuedToken token = issuer.successorOf(old, clock.instant());
    // Read again, since the steps before may have been slow and an expired token must not be
    // exchanged.
    Instant now = clock.instant();
    TokenJudge.requireLive(old, now);
    if (store.replace(old.id(), token.record(), now)) {
      limit.count(old);
      listeners.tellEnded(List.of(old.id()), Reason.REPLACED);
      return issuer.issued(token);
    }
    // Another request has exchanged the token a moment ago, which is not a reuse.
    TokenRecord current = judge.find(old.id(), now);
    Ending ending = replacement(current);
    if (ending != null) {
      return again(old.id(), ending, now).orElseThrow(TokenRefresher::replaced);
    }
    TokenJudge.requireLive(current, now);
    throw new TokenRejectedException(Rejection.INVALID, "the store did not exchange the token");
  }

  /**
   * Returns the same successor again, while it is live and not refreshed itself. The outcome of the
   * first exchange may have been unknown to its caller, so the store reports the revocation of the
   * old token to all nodes again.
   */
  private Optional<IssuedToken> again(TokenId old, Ending ending, Instant now)
      throws TokenRejectedException {
    Optional<TokenRecord> live =
        inGrace(ending, now)
            ? successor(ending).filter(record -> record.liveAt(now))
            : Optional.empty();
    if (live.isPresent()) {
      judge.requireToGoOn(live.get(), now);
      var ended = store.end(old, Ending.of(Reason.CLOSED, now));
      listeners.tellEnded(ended, Reason.CLOSED);
    }
    return live.map(issuer::writtenAgain);
  }

  /**
   * Returns true during the grace period. A grace period of zero never applies, even if the clock
   * of this node still shows a time before the exchange.
   */
  private boolean inGrace(Ending ending, Instant now) {
    return !policy.refreshGrace().isZero() && now.isBefore(ending.at().plus(policy.refreshGrace()));
  }

  private void replayed(TokenRecord old, Ending ending, PresentedToken presented) {
    listeners.tell(old, listener -> listener.replayed(old, presented.client()));
    TokenId successor = ending.successor();
    if (policy.replay() == TokenPolicy.Replay.END_FAMILY && successor != null) {
      family.close(successor);
    }
  }

  private Optional<TokenRecord> successor(Ending ending) {
    TokenId id = ending.successor();
    return id == null ? Optional.empty() : store.find(id);
  }

  private static @Nullable Ending replacement(TokenRecord record) {
    Ending ending = record.ending();
    return ending != null && ending.reason() == Reason.REPLACED ? ending : null;
  }

  private static TokenRejectedException replaced() {
    return new TokenRejectedException(Rejection.REPLACED, "replaced");
  }
}
