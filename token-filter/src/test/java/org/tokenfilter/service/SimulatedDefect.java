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
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenKind;
import org.tokenfilter.store.TokenStore;

/** Defects of a node or its store, planted to show that the simulation detects them. */
enum SimulatedDefect {
  NONE,
  /** The lag counts from the answer of a poll instead of its start. */
  LAG_FROM_ANSWER,
  /** A slow read puts a token back into the cache that was revoked meanwhile. */
  NO_EPOCHS,
  /** A use counts from the time of its write. */
  IDLE_FROM_WRITE,
  /** A record is checked for renewal as of the time of its use. */
  LIVENESS_AT_USE,
  /** A deadline is trusted that the store has not acknowledged. */
  TRUSTS_UNACKNOWLEDGED_DEADLINE,
  /** Some renewals are dropped instead of written. */
  DROPS_RENEWALS,
  /** With a lag of zero, the node trusts a record it read a moment ago. */
  CACHES_WITHOUT_LAG,
  /** A hint of a change is treated as a report of all changes. */
  FRESH_FROM_HINT,
  /** Changes are not reported to the nodes. */
  CHANGES_NOT_REPORTED,
  /** New details are not reported to the nodes. */
  AMENDMENTS_NOT_REPORTED,
  /** New details are taken for the end of the token. */
  AMENDMENT_AS_END,
  /** The next question begins after an answer that was lost before it could be applied. */
  CURSOR_BEFORE_APPLYING,
  /** A node is fresh after the first page, though there are more. */
  MORE_PAGES_IGNORED,
  /** A node keeps its copies though the store does not know what it has seen. */
  GAP_IGNORED,
  /** A node trusts a store that shows a token as live whose end it has heard of. */
  ENDS_NOT_REMEMBERED,
  /** A passive use keeps the token alive. */
  PASSIVE_USE_COUNTED,
  /** A session is renewed without its user token. */
  PARENT_NOT_RENEWED,
  /**
   * The revocation of a user token is reported to the other nodes without those of its sessions.
   */
  CHILDREN_NOT_REPORTED,
  /** The user token is checked before its session is inserted, without a lock. */
  PARENT_WITHOUT_LOCK,
  /** A refresh does not check whether another one has replaced the token already. */
  REPLACED_WITHOUT_GUARD,
  /** The members of a group are counted before one more is inserted, without a lock. */
  LIMIT_WITHOUT_LOCK,
  /** A list shows the tokens that the subject had at the first call. */
  LISTED_FROM_CACHE,
  /** A revocation that was committed late is passed over by the cursors. */
  LATE_COMMIT_NOT_REPORTED,
  /** A sweep expires tokens a minute early. */
  SWEPT_EARLY;

  private static final long ENDED_BYTES = 100_000;

  Freshness freshness(Duration lag, Clock clock, LongSupplier nanoTime) {
    if (this == CACHES_WITHOUT_LAG && lag.isZero()) {
      return new Freshness(TestNode.LAG, clock, nanoTime);
    }
    if (this != LAG_FROM_ANSWER) {
      return new Freshness(lag, clock, nanoTime);
    }
    return new Freshness(lag, clock, nanoTime) {
      @Override
      void pollApplied(int shard, Mark start) {
        super.pollApplied(shard, mark());
      }
    };
  }

  EndedTokens newEndedTokens() {
    if (this != ENDS_NOT_REMEMBERED) {
      return new EndedTokens(ENDED_BYTES);
    }
    return new EndedTokens(ENDED_BYTES) {
      @Override
      synchronized @Nullable RevocationReason reason(TokenId id) {
        return null;
      }
    };
  }

  TokenCache newTokenCache() {
    return switch (this) {
      case NO_EPOCHS ->
          new TokenCache(
              () ->
                  new TokenCache.Epochs() {
                    @Override
                    void increment(TokenId id) {}
                  });
      case TRUSTS_UNACKNOWLEDGED_DEADLINE ->
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
      case IDLE_FROM_WRITE ->
          store.renew(renewals.stream().map(renewal -> fromWriteTime(renewal, now)).toList(), now);
      case LIVENESS_AT_USE -> {
        Set<TokenId> missed = new HashSet<>();
        for (Renewal renewal : renewals) {
          missed.addAll(store.renew(List.of(renewal), renewal.usedAt()));
        }
        yield missed;
      }
      case DROPS_RENEWALS -> renewals.hashCode() % 4 == 0 ? Set.of() : store.renew(renewals, now);
      case PARENT_NOT_RENEWED -> store.renew(withoutUserTokens(store, renewals), now);
      default -> store.renew(renewals, now);
    };
  }

  private static List<Renewal> withoutUserTokens(TokenStore store, Collection<Renewal> renewals) {
    return renewals.stream()
        .filter(renewal -> store.find(renewal.id()).orElseThrow().kind() != TokenKind.USER)
        .toList();
  }

  private static Renewal fromWriteTime(Renewal renewal, Instant now) {
    Instant until = renewal.idleExpiresAt();
    if (until == null) {
      return renewal;
    }
    Duration idleTimeout = Duration.between(renewal.usedAt(), until);
    return new Renewal(renewal.id(), now, now.plus(idleTimeout));
  }
}
