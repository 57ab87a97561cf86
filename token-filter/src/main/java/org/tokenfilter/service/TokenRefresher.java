package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.policy.TokenPolicy;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.token.IssuedToken;
import org.tokenfilter.token.PresentedToken;
import org.tokenfilter.token.RefusalCause;
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

  /** The most tries of one exchange, each of which an amendment may overtake. */
  private static final int MAX_TRIES = 8;

  private final TokenStore store;
  private final TokenPolicy policy;
  private final TokenValidator validator;
  private final TokenIssuer issuer;
  private final Clock clock;
  private final TokenEvents events;
  private final TokenFamily family;
  private final RefreshLimit limit;

  TokenRefresher(
      TokenStore store,
      TokenPolicy policy,
      TokenValidator validator,
      TokenIssuer issuer,
      Clock clock,
      TokenEvents events,
      TokenFamily family,
      LongSupplier nanoTime) {
    this.store = store;
    this.policy = policy;
    this.validator = validator;
    this.issuer = issuer;
    this.clock = clock;
    this.events = events;
    this.family = family;
    this.limit = new RefreshLimit(nanoTime);
  }

  IssuedToken refresh(PresentedToken presented) throws TokenRejectedException {
    Instant now = clock.instant();
    TokenRecord old = validator.authenticate(presented, now);
    if (!SubjectRecords.isApiClient(old)) {
      throw new TokenRejectedException(RefusalCause.WRONG_KIND, "not an API client's token");
    }
    Revocation revocation = replacement(old);
    if (revocation != null) {
      Optional<IssuedToken> again = reissueSuccessor(old.id(), revocation, now);
      if (again.isEmpty() && !isInGrace(revocation, now)) {
        reportReuse(old, revocation, presented);
      }
      return again.orElseThrow(TokenRefresher::alreadyReplaced);
    }
    TokenValidator.requireLive(old, now);
    validator.requireAccountActive(old, now);
    limit.requireBelowLimit(old);
    return exchange(old);
  }

  /**
   * Exchanges a token. If the store does not, it is read again, not the memory: another request may
   * have exchanged the token a moment ago, which is no reuse, or its details were amended, and the
   * successor must inherit the new ones.
   */
  private IssuedToken exchange(TokenRecord presented) throws TokenRejectedException {
    TokenRecord old = presented;
    for (int i = 0; i < MAX_TRIES; i++) {
      IssuedToken token = issuer.newSuccessor(old, clock.instant());
      // Taken right before the call, since the steps before may have been slow and an expired token
      // must not be exchanged.
      Instant now = clock.instant();
      TokenValidator.requireLive(old, now);
      if (store.replace(old.id(), old.version(), token.record(), TokenIssuer.ONE_TOKEN, now)) {
        limit.recordRefresh(old);
        events.publishRevoked(List.of(old.id()), RevocationReason.REPLACED);
        return issuer.publishIssued(token);
      }
      old = validator.read(old.id(), now);
      Revocation revocation = replacement(old);
      if (revocation != null) {
        return reissueSuccessor(old.id(), revocation, now)
            .orElseThrow(TokenRefresher::alreadyReplaced);
      }
      TokenValidator.requireLive(old, now);
    }
    throw new TokenRejectedException(Rejection.INVALID, "the store did not exchange the token");
  }

  /**
   * Returns the same successor again, while it is live and not refreshed itself. The outcome of the
   * first exchange may have been unknown to its caller, so the store is made to acknowledge the
   * revocation of the old token (S12).
   */
  private Optional<IssuedToken> reissueSuccessor(TokenId old, Revocation revocation, Instant now)
      throws TokenRejectedException {
    Optional<TokenRecord> live =
        isInGrace(revocation, now)
            ? successor(revocation).filter(record -> record.liveAt(now))
            : Optional.empty();
    if (live.isPresent()) {
      validator.requireAccountActive(live.get(), now);
      var ended = store.revoke(old, Revocation.of(RevocationReason.CLOSED, now));
      events.publishRevoked(ended, RevocationReason.CLOSED);
    }
    return live.map(issuer::reissue);
  }

  /**
   * Returns true during the grace period. A grace period of zero never applies, even if the clock
   * of this node still shows a time before the exchange.
   */
  private boolean isInGrace(Revocation revocation, Instant now) {
    return !policy.refreshGrace().isZero()
        && now.isBefore(revocation.at().plus(policy.refreshGrace()));
  }

  private void reportReuse(TokenRecord old, Revocation revocation, PresentedToken presented) {
    events.publish(old, listener -> listener.refreshTokenReused(old, presented.client()));
    TokenId successor = revocation.successor();
    if (policy.reusePolicy() == TokenPolicy.ReusePolicy.END_FAMILY && successor != null) {
      family.revoke(successor);
    }
  }

  private Optional<TokenRecord> successor(Revocation revocation) {
    TokenId id = revocation.successor();
    return id == null ? Optional.empty() : store.find(id);
  }

  private static @Nullable Revocation replacement(TokenRecord record) {
    Revocation revocation = record.revocation();
    return revocation != null && revocation.reason() == RevocationReason.REPLACED
        ? revocation
        : null;
  }

  private static TokenRejectedException alreadyReplaced() {
    return new TokenRejectedException(RefusalCause.REPLACED);
  }

  /**
   * A limit of the rate at which an API client may refresh its token on a node. Each refresh leaves
   * a dead record, which is kept for the retention time, and a revocation that all nodes read.
   * Bounded in memory; thread-safe.
   */
  static final class RefreshLimit {

    /** The maximum number of refreshes of a client within a minute. */
    static final int MAX_PER_MINUTE = 60;

    static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int MAX_CLIENTS = 100_000;

    private final Cache<String, AtomicInteger> refreshes;

    RefreshLimit(LongSupplier nanoTime) {
      refreshes =
          Caffeine.newBuilder()
              .maximumSize(MAX_CLIENTS)
              .expireAfterWrite(MINUTE)
              .ticker(nanoTime::getAsLong)
              .executor(Runnable::run)
              .build();
    }

    /**
     * Requires that the client is below the limit.
     *
     * @param client a record of the client's token
     * @throws TokenRejectedException if the client has refreshed too often in this minute
     */
    void requireBelowLimit(TokenRecord client) throws TokenRejectedException {
      AtomicInteger count = refreshes.getIfPresent(key(client));
      if (count != null && count.get() >= MAX_PER_MINUTE) {
        throw new TokenRejectedException(
            Rejection.TOO_MANY_REFRESHES,
            "an API client may refresh at most " + MAX_PER_MINUTE + " times a minute");
      }
    }

    /** Counts a refresh of the client. The minute starts with the first one. */
    void recordRefresh(TokenRecord client) {
      refreshes.asMap().computeIfAbsent(key(client), none -> new AtomicInteger()).incrementAndGet();
    }

    private static String key(TokenRecord client) {
      return String.valueOf(client.group());
    }
  }
}
