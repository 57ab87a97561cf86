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
import org.tokenfilter.store.Ends;
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
final class EndedFeed {

  /** The longest window that is queried, which is also that of the first poll. */
  static final Duration WINDOW = Duration.ofSeconds(60);

  /** The maximum number of revocations that one query lists. */
  static final int MOST = 50_000;

  /**
   * The longest time between two applied polls. The rest of the window is for late answers and for
   * clocks that differ.
   */
  static final Duration LONGEST_GAP = Duration.ofSeconds(50);

  /** The time after which an answer is too late to be applied. */
  static final Duration DEADLINE = Duration.ofSeconds(5);

  /** The minimum by which a query reaches further back than an instant answer would require. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(EndedFeed.class);

  private final TokenStore store;
  private final Freshness freshness;
  private final LiveTokens tokens;
  private final Listeners listeners;
  private final StoreTime storeTime;
  private final FeedTrouble trouble;
  private @Nullable Applied last;

  /** The latest answer, applied or not; null before the first one. */
  private @Nullable Answer latest;

  private final AtomicReference<@Nullable AutoCloseable> watching = new AtomicReference<>();
  private boolean failed;
  private boolean unwatched;

  /** The start of a query, the store's time in its answer, and the time that the answer took. */
  private record Answer(Freshness.Mark begin, Instant storeTime, Duration took) {}

  /** An answer that was applied, with the ids that it reported. */
  private record Applied(Answer answer, Set<TokenId> named) {}

  EndedFeed(
      TokenStore store,
      Freshness freshness,
      LiveTokens tokens,
      Listeners listeners,
      StoreTime storeTime,
      FeedTrouble trouble) {
    this.store = store;
    this.freshness = freshness;
    this.tokens = tokens;
    this.listeners = listeners;
    this.storeTime = storeTime;
    this.trouble = trouble;
  }

  /**
   * Polls the store once, unless caching is off. A failure leaves the freshness of the node as it
   * was.
   *
   * @return the failure, which has been logged; empty on success
   */
  Optional<Throwable> poll() {
    if (!freshness.isPossible()) {
      return Optional.empty();
    }
    try {
      ask();
      if (failed) {
        LOG.info("The token store reports revocations again");
      }
      failed = false;
      return Optional.empty();
    } catch (Throwable e) {
      if (!failed) {
        LOG.warn("The token store reports no revocations; requests read the store meanwhile", e);
      }
      failed = true;
      return Optional.of(e);
    }
  }

  /**
   * Queries the store and applies the answer.
   *
   * @throws TimeoutException if the answer came too late to be applied
   */
  private void ask() throws TimeoutException {
    Freshness.Mark begin = freshness.mark();
    Duration window = window(begin);
    Ends ends = store.endedWithin(window, MOST);
    storeTime.compare(begin.wall(), ends.storeTime());
    Answer answer = new Answer(begin, ends.storeTime(), Freshness.between(begin, freshness.mark()));
    latest = answer;
    if (answer.took().compareTo(DEADLINE) > 0) {
      throw new TimeoutException("the answer of the token store took longer than " + DEADLINE);
    }
    Applied before = last;
    if (before == null) {
      tokens.empty();
    } else if (isGap(before.answer(), answer)) {
      trouble.gap(LOG, LONGEST_GAP);
      tokens.empty();
    } else if (!reaches(window, before.answer(), answer)) {
      LOG.debug("A window of {} does not reach back to the last poll; the next is longer", window);
      return;
    } else if (!ends.complete() || ends.ids().size() > MOST) {
      trouble.tooManyEnds(LOG, MOST, window);
      tokens.empty();
    } else {
      drop(ends.ids(), before.named());
    }
    freshness.applied(begin);
    last = new Applied(answer, ends.ids());
    listeners.tellEndedElsewhere(ends.ids(), store::find);
    if (watching.get() == null) {
      watching.set(watch());
    }
  }

  /** Returns the shortest sufficient window, since a longer one makes the store list more ids. */
  private Duration window(Freshness.Mark begin) {
    Applied before = last;
    if (before == null || latest == null) {
      return WINDOW;
    }
    Duration byNode = Freshness.between(before.answer().begin(), begin);
    // The store's clock may have been changed since; its latest answer shows by how much.
    Duration byStore =
        Duration.between(before.answer().storeTime(), latest.storeTime())
            .plus(Freshness.between(latest.begin(), begin));
    Duration twice = latest.took().multipliedBy(2);
    Duration slack = shorter(longer(SLACK, twice), DEADLINE);
    return shorter(WINDOW, longer(byNode, byStore).plus(slack));
  }

  /** Returns whether an answer covers the time since the previous one, by both clocks. */
  private static boolean reaches(Duration window, Answer before, Answer answer) {
    Duration byNode = Freshness.between(before.begin(), answer.begin()).plus(answer.took());
    Duration byStore = Duration.between(before.storeTime(), answer.storeTime());
    return longer(byNode, byStore).compareTo(window) <= 0;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * Subscribes to hints of the store, which shorten the lag but are not relied on. If that fails,
   * the next poll tries again.
   */
  private @Nullable AutoCloseable watch() {
    try {
      AutoCloseable watched = store.watch(tokens::drop);
      unwatched = false;
      return watched;
    } catch (RuntimeException e) {
      if (!unwatched) {
        LOG.warn("Could not watch the token store for revocations; it is polled meanwhile", e);
      }
      unwatched = true;
      return null;
    }
  }

  private void drop(Set<TokenId> ended, Set<TokenId> namedBefore) {
    for (TokenId id : ended) {
      // The feed repeats ids for some seconds, which must not keep other tokens from being cached.
      if (!namedBefore.contains(id) || tokens.holds(id)) {
        tokens.drop(id);
      }
    }
  }

  /** Returns whether revocations may have left the window unseen, by either clock. */
  private static boolean isGap(Answer before, Answer answer) {
    return Freshness.between(before.begin(), answer.begin()).compareTo(LONGEST_GAP) > 0
        || Duration.between(before.storeTime(), answer.storeTime()).compareTo(LONGEST_GAP) > 0;
  }

  /** Stops watching the store for hints. */
  void stop() {
    AutoCloseable watched = watching.getAndSet(null);
    if (watched != null) {
      try {
        watched.close();
      } catch (Exception e) {
        LOG.warn("Could not stop watching the token store for revocations", e);
      }
    }
  }
}
