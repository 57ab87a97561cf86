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
 * Exchanges a token for its successor. Of many who try at once the store lets one win; the others,
 * and whoever has lost the answer, get the same successor for as long as the grace lasts. Whoever
 * comes later than that may have stolen the token. An API client refreshes so often a minute: each
 * time leaves a dead record.
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
    // Taken anew, since what came before may have been slow: what has expired is not exchanged.
    Instant now = clock.instant();
    TokenJudge.requireLive(old, now);
    if (store.replace(old.id(), token.record(), now)) {
      limit.count(old);
      listeners.tellEnded(List.of(old.id()), Reason.REPLACED);
      return issuer.issued(token);
    }
    // Somebody was quicker, a moment ago: that is no replay.
    TokenRecord current = judge.find(old.id(), now);
    Ending ending = replacement(current);
    if (ending != null) {
      return again(old.id(), ending, now).orElseThrow(TokenRefresher::replaced);
    }
    TokenJudge.requireLive(current, now);
    throw new TokenRejectedException(Rejection.INVALID, "the store did not exchange it");
  }

  /**
   * The same successor once more, while it is live and not refreshed itself. The first answer may
   * have been that nothing is known; then the store has yet to tell all nodes of the end.
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

  /** No grace is none, also where this clock still shows a time before the exchange. */
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
