package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.memory.MemoryBudget;
import org.tokenfilter.policy.CachePolicy;
import org.tokenfilter.service.PendingRenewal.RenewalToWrite;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;

/**
 * A write-behind buffer of uses of tokens on this node that the store does not have yet. It holds
 * the latest use of each token. A use waits until the renewal interval has passed since the token
 * was last written, unless another node could consider the token expired before. Bounded; when it
 * is full, {@link #offer} returns false and the caller must write the use at once. Thread-safe.
 */
final class RenewalBuffer {

  /** The interval between two writes of the due renewals. */
  static final Duration FLUSH_INTERVAL = Duration.ofSeconds(1);

  /** The maximum number of renewals of one call of the store. */
  static final int BATCH_SIZE = 1_000;

  /** The difference between the nodes' clocks up to which no token in use is rejected. */
  private static final Duration MAX_CLOCK_SKEW = Duration.ofSeconds(5);

  private static final long URGENCY_MARGIN = FLUSH_INTERVAL.plus(MAX_CLOCK_SKEW).toMillis();

  private final ConcurrentMap<TokenId, PendingRenewal> renewals = new ConcurrentHashMap<>();
  private final TokenCache cache;
  private final CachePolicy cachePolicy;
  private final long budget;
  private final AtomicLong bytes = new AtomicLong();

  RenewalBuffer(TokenCache cache, CachePolicy cachePolicy) {
    this(cache, cachePolicy, MemoryBudget.ofHeap(MemoryBudget.DEFAULT_PERCENT).renewals());
  }

  /**
   * Creates an empty buffer.
   *
   * @param cache the cache of live tokens
   * @param cachePolicy the intervals of renewals
   * @param budget the maximum heap size of the buffer, in estimated bytes
   */
  RenewalBuffer(TokenCache cache, CachePolicy cachePolicy, long budget) {
    this.cache = cache;
    this.cachePolicy = cachePolicy;
    this.budget = budget;
  }

  /** Returns whether the buffer has no room for the use of a token that it does not hold yet. */
  boolean isFull() {
    return bytes.get() >= budget;
  }

  /**
   * Adds a use, together with that of the user token if the token is a session. A use that must be
   * written at once is left to the caller until the next tick, during which {@link #collectDue}
   * does not return it, so that it is not written twice.
   *
   * @return false if the caller must write the use at once, with that of the user token, and call
   *     {@link #undefer} if that fails
   */
  boolean offer(ActiveToken used, Instant now) {
    boolean waits = recordUse(used, now);
    if (!waits) {
      Instant until = now.plus(FLUSH_INTERVAL);
      update(used, pending -> pending.deferUntil(until));
    }
    return waits;
  }

  /**
   * Adds a use that no caller writes itself. If it is urgent, the next {@link #collectDue} returns
   * it.
   *
   * @return false if the buffer has no room for it
   */
  boolean offerForFlush(ActiveToken used, Instant now) {
    boolean unused = recordUse(used, now);
    return renewals.containsKey(used.renewalTarget().id());
  }

  /** Takes back a use that the caller has not or perhaps not written; the next tick writes it. */
  void undefer(ActiveToken used) {
    update(used, PendingRenewal::undefer);
  }

  private void update(ActiveToken used, Consumer<PendingRenewal> change) {
    update(used.renewalTarget().id(), change);
    update(used.record().id(), change);
  }

  private void update(TokenId id, Consumer<PendingRenewal> change) {
    renewals.computeIfPresent(
        id,
        (same, pending) -> {
          change.accept(pending);
          return pending;
        });
  }

  /** Adds a use, and returns what {@link #offer} returns. */
  private boolean recordUse(ActiveToken used, Instant now) {
    TokenRecord record = used.renewalTarget();
    Duration idleTimeout = record.idleTimeout();
    long use = used.usedAt().toEpochMilli();
    if (idleTimeout == null) {
      boolean shownLately =
          used.usedAt().isBefore(record.lastUsedAt().plus(cachePolicy.renewalIntervalFor(null)));
      return shownLately || recordUse(record, use, CachedToken.NEVER, true, now);
    }
    long until = used.usedAt().plus(idleTimeout).toEpochMilli();
    boolean waits = recordUse(record, use, until, true, now);
    return (used.session() == null || recordUse(used.record(), use, until, false, now)) && waits;
  }

  private boolean recordUse(TokenRecord record, long use, long until, boolean own, Instant now) {
    if (isFull() && !renewals.containsKey(record.id())) {
      return false;
    }
    PendingRenewal noted =
        renewals.compute(
            record.id(),
            (id, known) -> {
              PendingRenewal kept = known;
              if (kept == null) {
                kept = newPendingRenewal(record, now);
                bytes.addAndGet(kept.bytes());
              } else if (!kept.hasDetailsOf(record)) {
                long before = kept.bytes();
                kept.setToken(tokenOf(record, now));
                bytes.addAndGet(kept.bytes() - before);
              }
              kept.recordUse(use, until, own);
              return kept;
            });
    return !noted.isUrgent(now, URGENCY_MARGIN);
  }

  private PendingRenewal newPendingRenewal(TokenRecord record, Instant now) {
    return new PendingRenewal(
        record,
        tokenOf(record, now),
        cachePolicy.renewalIntervalFor(record.idleTimeout()).toMillis(),
        now);
  }

  private CachedToken tokenOf(TokenRecord record, Instant now) {
    CachedToken kept = cache.get(record.id(), now);
    return kept == null ? cache.uncached(record) : kept;
  }

  /** Returns the buffered use of a token; null if there is none. */
  @Nullable PendingRenewal latest(TokenId id) {
    return renewals.get(id);
  }

  /**
   * Returns a live record with the use that the store does not have yet.
   *
   * @param record the record as the store returned it
   */
  TokenRecord withLatestUse(TokenRecord record) {
    Instant until = record.idleExpiresAt();
    PendingRenewal pending =
        renewals.computeIfPresent(
            record.id(),
            (id, known) -> {
              if (until != null) {
                known.acknowledgeDeadline(until);
              }
              return known;
            });
    return pending == null ? record : record.renewed(pending.renewal(record.id()));
  }

  /** Records that the store has acknowledged a renewal. */
  void acknowledge(Renewal renewal, Instant now) {
    renewals.computeIfPresent(
        renewal.id(),
        (id, pending) -> {
          pending.acknowledgeWrite(renewal, now);
          return pending;
        });
  }

  /** Removes the use of a token that the store did not renew, or that is revoked. */
  void remove(TokenId id) {
    PendingRenewal forgotten = renewals.remove(id);
    if (forgotten != null) {
      bytes.addAndGet(-forgotten.bytes());
    }
  }

  /**
   * Returns the renewals that are due to be written, in batches, and removes uses that are no
   * longer needed.
   *
   * @param now the current time
   * @param all whether renewals that are not due yet are returned as well
   * @param skipped the number of renewals to move to the end, because the store did not accept them
   *     the last time
   */
  List<List<RenewalToWrite>> collectDue(Instant now, boolean all, int skipped) {
    List<TokenId> due = new ArrayList<>();
    for (TokenId id : renewals.keySet()) {
      renewals.computeIfPresent(
          id,
          (same, pending) -> {
            if (pending.isDue(now, URGENCY_MARGIN) || (all && pending.isPending())) {
              due.add(id);
            }
            boolean needless =
                pending.isPending() ? pending.hasExpired(now) : pending.intervalElapsed(now);
            if (needless) {
              bytes.addAndGet(-pending.bytes());
            }
            return needless ? null : pending;
          });
    }
    if (!due.isEmpty()) {
      Collections.rotate(due, -(skipped % due.size()));
    }
    return toBatches(due);
  }

  /** Groups renewals into batches; a session and its user token share one if both are due. */
  private List<List<RenewalToWrite>> toBatches(List<TokenId> due) {
    List<List<RenewalToWrite>> batches = new ArrayList<>();
    List<RenewalToWrite> batch = new ArrayList<>();
    Set<TokenId> waiting = new HashSet<>(due);
    for (TokenId id : due) {
      List<RenewalToWrite> together = withParent(id, waiting);
      if (batch.size() + together.size() > BATCH_SIZE) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.addAll(together);
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  /** Returns the renewals of a token and of its user token, unless they are in a batch already. */
  private List<RenewalToWrite> withParent(TokenId id, Set<TokenId> waiting) {
    PendingRenewal pending = renewals.get(id);
    if (pending == null || !waiting.remove(id)) {
      return List.of();
    }
    List<RenewalToWrite> together = new ArrayList<>(2);
    together.add(new RenewalToWrite(id, pending));
    TokenId parent = pending.parent();
    if (parent != null) {
      together.addAll(withParent(parent, waiting));
    }
    return together;
  }

  int size() {
    return renewals.size();
  }
}
