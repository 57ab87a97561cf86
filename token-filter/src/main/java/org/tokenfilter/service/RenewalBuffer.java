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
 * The uses of tokens that this node has seen and not written yet, one for each token: the latest.
 * They wait until the token's interval has passed since it was last written, unless the store might
 * take the token for expired before. Bounded: what finds no room is to be written at once.
 * Thread-safe.
 */
final class RenewalBuffer {

  /** How often what is due is written. */
  static final Duration TICK = Duration.ofSeconds(1);

  /** How many renewals one call of the store takes. */
  static final int BATCH = 1_000;

  /** By how much the clocks of nodes may differ before tokens are refused that are in use. */
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
   * No uses yet.
   *
   * @param budget how much heap they may take, by an estimate
   */
  RenewalBuffer(LiveTokens tokens, Timeliness timeliness, long budget) {
    this.tokens = tokens;
    this.timeliness = timeliness;
    this.budget = budget;
  }

  /** Whether a token that it has no use of finds no room. */
  boolean isFull() {
    return bytes.get() >= budget;
  }

  /**
   * Notes a use, and with a session's use that of its user token. What must be written at once is
   * left to the caller for a tick: {@link #due} would write it a second time meanwhile.
   *
   * @return false if it must be written at once, both of them; {@link #takeBack} if that fails
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
   * Notes a use that nobody waits for: the next {@link #due} has it, if it is urgent.
   *
   * @return false if there is no room for it
   */
  boolean noteForTick(ActiveToken used, Instant now) {
    boolean unused = add(used, now);
    return uses.containsKey(used.used().id());
  }

  /** What was to be written at once was not, or perhaps not: the next tick writes it. */
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

  /** Answers as {@link #note} does. */
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

  /** The latest use of a token on this node, as far as it is remembered. */
  @Nullable Use latest(TokenId id) {
    return uses.get(id);
  }

  /**
   * What the store says of a live record, with the use that it does not know yet.
   *
   * @param record as the store has it
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

  /** The store has acknowledged a use. */
  void written(Renewal renewal, Instant now) {
    uses.computeIfPresent(
        renewal.id(),
        (id, use) -> {
          use.written(renewal, now);
          return use;
        });
  }

  /** The store has refused to renew it, or it has ended: there is nothing to write any more. */
  void forget(TokenId id) {
    Use forgotten = uses.remove(id);
    if (forgotten != null) {
      bytes.addAndGet(-forgotten.bytes());
    }
  }

  /**
   * Forgets what is of no use any more, and answers what is to be written, in batches.
   *
   * @param all also what need not be written yet
   * @param skipped how many to put last: those that the store would not take the last time
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

  /** A session and its user token are in one batch, where it is the turn of both. */
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

  /** What is written of it, and of its user token, unless either was taken already. */
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
