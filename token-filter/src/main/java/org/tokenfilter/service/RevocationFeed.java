package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenStore;

/**
 * A poller of the store's recent revocations, made by any node, that evicts the revoked tokens from
 * the cache:
 *
 * <ol>
 *   <li>It notes the current time, then queries the revocations since the start of the last poll
 *       whose answer was applied, plus a margin.
 *   <li>It discards an answer that does not reach back that far, by the clocks of the node or of
 *       the store, and an answer that is late. The next poll reaches further back.
 *   <li>It evicts each id from the cache, and increments the epoch of an id that is reported for
 *       the first time. If revocations may have left the longest window unseen, or are too many to
 *       list, it clears the whole cache instead.
 *   <li>Only then the node is fresh, as of the noted time.
 * </ol>
 *
 * <p>So after applying the answer to a query that started at a time T, the cache holds no token
 * whose revocation was acknowledged before T.
 *
 * <p>Runs on a thread of its own, so that a store that hangs blocks nothing else.
 */
final class RevocationFeed {

  /** The longest window that is queried, which is also that of the first poll. */
  static final Duration MAX_WINDOW = Duration.ofSeconds(60);

  /** The maximum number of revocations that one query lists. */
  static final int MAX_REVOCATIONS = 50_000;

  /**
   * The longest time between two applied polls. The rest of the window is for late answers and for
   * clocks that differ.
   */
  static final Duration MAX_GAP = Duration.ofSeconds(50);

  /** The time after which an answer is too late to be applied. */
  static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);

  /** The minimum by which a query reaches further back than an instant answer would require. */
  private static final Duration WINDOW_MARGIN = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(RevocationFeed.class);

  private final TokenStore store;
  private final Freshness freshness;
  private final TokenCache cache;
  private final TokenEvents events;
  private final ClockSkewMonitor clockSkew;
  private final TokenStatistics statistics;
  private final OperatorLog operatorLog;
  private @Nullable AppliedAnswer lastApplied;

  /** The latest answer, applied or not; null before the first one. */
  private @Nullable Answer lastAnswer;

  private final AtomicReference<@Nullable AutoCloseable> watcher = new AtomicReference<>();
  private boolean pollFailed;
  private boolean watchFailed;

  /** The start of a query, the store's time in its answer, and the time that the answer took. */
  private record Answer(Freshness.Mark start, Instant storeTime, Duration duration) {}

  /** An answer that was applied, with the ids that it reported. */
  private record AppliedAnswer(Answer answer, Set<TokenId> seenIds) {}

  RevocationFeed(
      TokenStore store,
      Freshness freshness,
      TokenCache cache,
      TokenEvents events,
      ClockSkewMonitor clockSkew,
      TokenStatistics statistics,
      OperatorLog operatorLog) {
    this.store = store;
    this.freshness = freshness;
    this.cache = cache;
    this.events = events;
    this.clockSkew = clockSkew;
    this.statistics = statistics;
    this.operatorLog = operatorLog;
  }

  /**
   * Polls the store once, unless caching is off. A failure leaves the freshness of the node as it
   * was.
   *
   * @return the failure, which has been logged; empty on success
   */
  Optional<Throwable> poll() {
    if (!freshness.isCachingEnabled()) {
      return Optional.empty();
    }
    try {
      pollAndApply();
      if (pollFailed) {
        LOG.info("The token store reports revocations again");
      }
      pollFailed = false;
      return Optional.empty();
    } catch (Throwable e) {
      if (!pollFailed) {
        LOG.warn("The token store reports no revocations; requests read the store meanwhile", e);
      }
      pollFailed = true;
      return Optional.of(e);
    }
  }

  /**
   * Queries the store and applies the answer.
   *
   * @throws TimeoutException if the answer came too late to be applied
   */
  private void pollAndApply() throws TimeoutException {
    Freshness.Mark start = freshness.mark();
    Duration window = windowFrom(start);
    RecentRevocations revocations = store.revokedWithin(window, MAX_REVOCATIONS);
    clockSkew.check(start.wall(), revocations.storeTime());
    Answer answer =
        new Answer(start, revocations.storeTime(), Freshness.elapsed(start, freshness.mark()));
    lastAnswer = answer;
    if (answer.duration().compareTo(ANSWER_TIMEOUT) > 0) {
      throw new TimeoutException(
          "the answer of the token store took longer than " + ANSWER_TIMEOUT);
    }
    AppliedAnswer before = lastApplied;
    if (before == null) {
      cache.invalidateAll();
    } else if (isGap(before.answer(), answer)) {
      reportGap();
      cache.invalidateAll();
    } else if (!covers(window, before.answer(), answer)) {
      LOG.debug("A window of {} does not reach back to the last poll; the next is longer", window);
      return;
    } else if (!revocations.complete() || revocations.ids().size() > MAX_REVOCATIONS) {
      reportTooManyRevocations(window);
      cache.invalidateAll();
    } else {
      invalidate(revocations.ids(), before.seenIds());
    }
    freshness.pollApplied(start);
    lastApplied = new AppliedAnswer(answer, revocations.ids());
    events.publishRemoteRevocations(revocations.ids(), store::find);
    if (watcher.get() == null) {
      watcher.set(watch());
    }
  }

  private void reportTooManyRevocations(Duration window) {
    statistics.recordCacheClear(TokenStatistics.CacheClearCause.TOO_MANY_ENDS);
    operatorLog.warn(
        LOG,
        "memory-emptied-too-many-ends",
        "All tokens were removed from the cache because the store reports more than {} revocations"
            + " for the last {}. Requests read the store until the cache is filled again. Find out"
            + " what revokes so many tokens, and see operations.md, Many revocations",
        MAX_REVOCATIONS,
        window);
  }

  private void reportGap() {
    statistics.recordCacheClear(TokenStatistics.CacheClearCause.GAP);
    operatorLog.warn(
        LOG,
        "memory-emptied-gap",
        "All tokens were removed from the cache because for more than {} the store was not polled"
            + " for revocations or did not answer, or because its clock was changed. Requests read"
            + " the store until the cache is filled again",
        MAX_GAP);
  }

  /** Returns the shortest sufficient window, since a longer one makes the store list more ids. */
  private Duration windowFrom(Freshness.Mark start) {
    AppliedAnswer before = lastApplied;
    if (before == null || lastAnswer == null) {
      return MAX_WINDOW;
    }
    Duration byNode = Freshness.elapsed(before.answer().start(), start);
    // The store's clock may have been changed since; its latest answer shows by how much.
    Duration byStore =
        Duration.between(before.answer().storeTime(), lastAnswer.storeTime())
            .plus(Freshness.elapsed(lastAnswer.start(), start));
    Duration twice = lastAnswer.duration().multipliedBy(2);
    Duration slack = min(max(WINDOW_MARGIN, twice), ANSWER_TIMEOUT);
    return min(MAX_WINDOW, max(byNode, byStore).plus(slack));
  }

  /** Returns whether an answer covers the time since the previous one, by both clocks. */
  private static boolean covers(Duration window, Answer before, Answer answer) {
    Duration byNode = Freshness.elapsed(before.start(), answer.start()).plus(answer.duration());
    Duration byStore = Duration.between(before.storeTime(), answer.storeTime());
    return max(byNode, byStore).compareTo(window) <= 0;
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * Subscribes to hints of the store, which shorten the lag but are not relied on. If that fails,
   * the next poll tries again.
   */
  private @Nullable AutoCloseable watch() {
    try {
      AutoCloseable watched = store.watch(cache::invalidate);
      watchFailed = false;
      return watched;
    } catch (RuntimeException e) {
      if (!watchFailed) {
        LOG.warn("Could not watch the token store for revocations; it is polled meanwhile", e);
      }
      watchFailed = true;
      return null;
    }
  }

  private void invalidate(Set<TokenId> ended, Set<TokenId> namedBefore) {
    for (TokenId id : ended) {
      // The feed repeats ids for some seconds, which must not keep other tokens from being cached.
      if (!namedBefore.contains(id) || cache.contains(id)) {
        cache.invalidate(id);
      }
    }
  }

  /** Returns whether revocations may have left the window unseen, by either clock. */
  private static boolean isGap(Answer before, Answer answer) {
    return Freshness.elapsed(before.start(), answer.start()).compareTo(MAX_GAP) > 0
        || Duration.between(before.storeTime(), answer.storeTime()).compareTo(MAX_GAP) > 0;
  }

  /** Stops watching the store for hints. */
  void stop() {
    AutoCloseable watched = watcher.getAndSet(null);
    if (watched != null) {
      try {
        watched.close();
      } catch (Exception e) {
        LOG.warn("Could not stop watching the token store for revocations", e);
      }
    }
  }
}
