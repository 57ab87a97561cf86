package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenStore;

/** What a node may do wrong, to show that the simulation would see it. */
enum Defect {
  NONE,
  /** The lag counts from the answer. */
  FRESH_FROM_THE_ANSWER,
  /** A slow answer puts back what ended meanwhile. */
  NO_EPOCHS,
  /** A use counts from when it is written. */
  IDLE_FROM_THE_WRITING,
  /** Whether a record may be renewed is judged at the time of its use. */
  LIVE_AT_THE_USE,
  /** What the store has not confirmed is believed. */
  PAST_THE_ACKNOWLEDGED_DEADLINE,
  /** What is written late is forgotten instead. */
  FORGETFUL,
  /** With a lag of zero it believes what it read a moment ago. */
  BELIEVING_WITHOUT_LAG,
  /** A hint that something ended is taken for news of all that ended. */
  FRESH_FROM_A_HINT,
  /** Ends are learned from hints alone. */
  HINTS_ALONE,
  /** Who only looks keeps what he looks at alive. */
  LOOKS_COUNTED,
  /** A session is renewed, and its user token is not. */
  PARENT_NOT_RENEWED,
  /** The other nodes hear of the end of a user token, and not of its sessions'. */
  CHILDREN_NOT_NAMED,
  /** Whether a user token is live is asked before its session is inserted. */
  PARENT_WITHOUT_LOCK,
  /** Who exchanges a token does not ask whether another one has. */
  REPLACED_WITHOUT_GUARD,
  /** The members of a group are counted before one more is inserted. */
  LIMIT_WITHOUT_LOCK,
  /** What a subject had when it was first asked. */
  LISTED_FROM_MEMORY,
  /** Who asks for what has ended already is told so, and the other nodes are not. */
  NOT_NAMED_AGAIN,
  /** What expires in a minute is ended by a sweep. */
  SWEPT_EARLY;

  Freshness freshness(Duration lag, Clock clock, LongSupplier nanoTime) {
    if (this == BELIEVING_WITHOUT_LAG && lag.isZero()) {
      return new Freshness(LiveNode.LAG, clock, nanoTime);
    }
    if (this != FRESH_FROM_THE_ANSWER) {
      return new Freshness(lag, clock, nanoTime);
    }
    return new Freshness(lag, clock, nanoTime) {
      @Override
      void pollApplied(Mark start) {
        super.pollApplied(mark());
      }
    };
  }

  TokenCache tokens() {
    return switch (this) {
      case NO_EPOCHS ->
          new TokenCache(
              () ->
                  new Epochs() {
                    @Override
                    void increment(TokenId id) {}
                  });
      case PAST_THE_ACKNOWLEDGED_DEADLINE ->
          new TokenCache() {
            @Override
            @Nullable CachedToken get(TokenId id, Instant now) {
              return super.get(id, Instant.EPOCH);
            }
          };
      default -> new TokenCache();
    };
  }

  Set<TokenId> renew(TokenStore store, Collection<Renewal> renewals, Instant now) {
    return switch (this) {
      case IDLE_FROM_THE_WRITING ->
          store.renew(renewals.stream().map(renewal -> from(renewal, now)).toList(), now);
      case LIVE_AT_THE_USE -> {
        Set<TokenId> missed = new HashSet<>();
        for (Renewal renewal : renewals) {
          missed.addAll(store.renew(List.of(renewal), renewal.usedAt()));
        }
        yield missed;
      }
      case FORGETFUL -> renewals.hashCode() % 4 == 0 ? Set.of() : store.renew(renewals, now);
      case PARENT_NOT_RENEWED -> store.renew(withoutUserTokens(store, renewals), now);
      default -> store.renew(renewals, now);
    };
  }

  private static List<Renewal> withoutUserTokens(TokenStore store, Collection<Renewal> renewals) {
    return renewals.stream()
        .filter(renewal -> store.find(renewal.id()).orElseThrow().kind() != TokenKind.USER)
        .toList();
  }

  private static Renewal from(Renewal renewal, Instant now) {
    Instant until = renewal.idleExpiresAt();
    if (until == null) {
      return renewal;
    }
    Duration idleTimeout = Duration.between(renewal.usedAt(), until);
    return new Renewal(renewal.id(), now, now.plus(idleTimeout));
  }
}
