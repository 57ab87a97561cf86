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
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;

/**
 * A write-behind buffer of uses of tokens on this node that the store does not have yet. It holds
 * the latest use of each token. A use waits until the renewal interval has passed since the token
 * was last written, unless another node could consider the token expired before. Bounded; when it
 * is full, {@link #note} returns false and the caller must write the use at once. Thread-safe.
 */
final class RenewalBuffer {

  /** The interval between two writes of the due renewals. */
  static final Duration TICK = Duration.ofSeconds(1);

  /** The maximum number of renewals of one call of the store. */
  static final int BATCH = 1_000;

  /** The difference between the nodes' clocks up to which no token in use is rejected. */
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(5);

  private static final long MARGIN = TICK.plus(CLOCK_SKEW).toMillis();

  private final ConcurrentMap<TokenId, Use> uses = new ConcurrentHashMap<>();
  private final LiveTokens tokens;
  private final Timeliness timeliness;
  private final long budget;
  private final AtomicLong bytes = new AtomicLong();

  RenewalBuffer(LiveTokens tokens, Timeliness timeliness) {
    this(tokens, timeliness, MemoryBudget.ofHeap(MemoryBudget.SHARE).uses());
  }

  /**
   * Creates an empty buffer.
   *
   * @param tokens the cache of live tokens
   * @param timeliness the intervals of renewals
   * @param budget the maximum heap size of the buffer, in estimated bytes
   */
  RenewalBuffer(LiveTokens tokens, Timeliness timeliness, long budget) {
    this.tokens = tokens;
    this.timeliness = timeliness;
    this.budget = budget;
  }

  /** Returns whether the buffer has no room for the use of a token that it does not hold yet. */
  boolean isFull() {
    return bytes.get() >= budget;
  }

  /**
   * Adds a use, together with that of the user token if the token is a session. A use that must be
   * written at once is left to the caller until the next tick, during which {@link #due} does not
   * return it, so that it is not written twice.
   *
   * @return false if the caller must write the use at once, with that of the user token, and call
   *     {@link #takeBack} if that fails
   */
  boolean note(ActiveToken used, Instant now) {
    boolean waits = add(used, now);
    if (!waits) {
      Instant until = now.plus(TICK);
      change(used, use -> use.leaveToRequest(until));
    }
    return waits;
  }

  /**
   * Adds a use that no caller writes itself. If it is urgent, the next {@link #due} returns it.
   *
   * @return false if the buffer has no room for it
   */
  boolean noteForTick(ActiveToken used, Instant now) {
    boolean unused = add(used, now);
    return uses.containsKey(used.used().id());
  }

  /** Takes back a use that the caller has not or perhaps not written; the next tick writes it. */
  void takeBack(ActiveToken used) {
    change(used, Use::takeBack);
  }

  private void change(ActiveToken used, Consumer<Use> change) {
    change(used.used().id(), change);
    change(used.record().id(), change);
  }

  private void change(TokenId id, Consumer<Use> change) {
    uses.computeIfPresent(
        id,
        (same, use) -> {
          change.accept(use);
          return use;
        });
  }

  /** Adds a use, and returns what {@link #note} returns. */
  private boolean add(ActiveToken used, Instant now) {
    TokenRecord record = used.used();
    Duration idleTimeout = record.idleTimeout();
    long use = used.usedAt().toEpochMilli();
    if (idleTimeout == null) {
      boolean shownLately =
          used.usedAt().isBefore(record.lastUsedAt().plus(timeliness.intervalOf(null)));
      return shownLately || add(record, use, LiveToken.NEVER, true, now);
    }
    long until = used.usedAt().plus(idleTimeout).toEpochMilli();
    boolean waits = add(record, use, until, true, now);
    return (used.session() == null || add(used.record(), use, until, false, now)) && waits;
  }

  private boolean add(TokenRecord record, long use, long until, boolean own, Instant now) {
    if (isFull() && !uses.containsKey(record.id())) {
      return false;
    }
    Use noted =
        uses.compute(
            record.id(),
            (id, known) -> {
              Use kept = known;
              if (kept == null) {
                kept = use(record, now);
                bytes.addAndGet(kept.bytes());
              }
              kept.add(use, until, own);
              return kept;
            });
    return !noted.isUrgent(now, MARGIN);
  }

  private Use use(TokenRecord record, Instant now) {
    LiveToken kept = tokens.get(record.id(), now);
    return new Use(
        record,
        kept == null ? tokens.of(record) : kept,
        timeliness.intervalOf(record.idleTimeout()).toMillis(),
        now);
  }

  /** Returns the buffered use of a token; null if there is none. */
  @Nullable Use latest(TokenId id) {
    return uses.get(id);
  }

  /**
   * Returns a live record with the use that the store does not have yet.
   *
   * @param record the record as the store returned it
   */
  TokenRecord with(TokenRecord record) {
    Instant until = record.idleExpiresAt();
    Use use =
        uses.computeIfPresent(
            record.id(),
            (id, known) -> {
              if (until != null) {
                known.acknowledged(until);
              }
              return known;
            });
    return use == null ? record : record.renewed(use.renewal(record.id()));
  }

  /** Records that the store has acknowledged a renewal. */
  void written(Renewal renewal, Instant now) {
    uses.computeIfPresent(
        renewal.id(),
        (id, use) -> {
          use.written(renewal, now);
          return use;
        });
  }

  /** Removes the use of a token that the store did not renew, or that is revoked. */
  void forget(TokenId id) {
    Use forgotten = uses.remove(id);
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
  List<List<DueRenewal>> due(Instant now, boolean all, int skipped) {
    List<TokenId> due = new ArrayList<>();
    for (TokenId id : uses.keySet()) {
      uses.computeIfPresent(
          id,
          (same, use) -> {
            if (use.isDue(now, MARGIN) || (all && use.isPending())) {
              due.add(id);
            }
            boolean needless = use.isPending() ? use.isTooLate(now) : use.isRested(now);
            if (needless) {
              bytes.addAndGet(-use.bytes());
            }
            return needless ? null : use;
          });
    }
    if (!due.isEmpty()) {
      Collections.rotate(due, -(skipped % due.size()));
    }
    return batches(due);
  }

  /** Groups renewals into batches; a session and its user token share one if both are due. */
  private List<List<DueRenewal>> batches(List<TokenId> due) {
    List<List<DueRenewal>> batches = new ArrayList<>();
    List<DueRenewal> batch = new ArrayList<>();
    Set<TokenId> waiting = new HashSet<>(due);
    for (TokenId id : due) {
      List<DueRenewal> together = together(id, waiting);
      if (batch.size() + together.size() > BATCH) {
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
  private List<DueRenewal> together(TokenId id, Set<TokenId> waiting) {
    Use use = uses.get(id);
    if (use == null || !waiting.remove(id)) {
      return List.of();
    }
    List<DueRenewal> together = new ArrayList<>(2);
    together.add(new DueRenewal(id, use));
    TokenId parent = use.parent();
    if (parent != null) {
      together.addAll(together(parent, waiting));
    }
    return together;
  }

  int size() {
    return uses.size();
  }
}
