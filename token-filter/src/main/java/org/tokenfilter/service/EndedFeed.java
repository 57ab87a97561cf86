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
 * Asks the store again and again what has ended, on any node, and takes it out of memory:
 *
 * <ol>
 *   <li>The moment is noted, then the store is asked for the ends since the last question whose
 *       answer was applied, and of a little longer.
 *   <li>An answer that does not reach back so far, by the node's clocks or the store's, is thrown
 *       away, and so is one that comes late; the next question reaches further back.
 *   <li>Each id is taken out of memory, and with the first naming its epoch is raised. Where ends
 *       may have left the longest window unseen, or are too many to list, all memory is emptied
 *       instead.
 *   <li>Only then the node is fresh, from the moment that was noted.
 * </ol>
 *
 * <p>So after an answer that was asked for at a time T, no token is in memory whose end was
 * acknowledged before T.
 *
 * <p>Run by one thread, which is its own: a store that hangs stops nothing else.
 */
final class EndedFeed {

  /** The longest that is asked for, and what the first question asks for. */
  static final Duration WINDOW = Duration.ofSeconds(60);

  /** More ends than that are not listed. */
  static final int MOST = 50_000;

  /** Between two questions; what is left of the window is for late answers and unlike clocks. */
  static final Duration LONGEST_GAP = Duration.ofSeconds(50);

  /** How late an answer may come. */
  static final Duration DEADLINE = Duration.ofSeconds(5);

  /** What a question reaches further back than it must if the answer comes at once. */
  private static final Duration SLACK = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(EndedFeed.class);

  private final TokenStore store;
  private final Freshness freshness;
  private final LiveTokens tokens;
  private final Listeners listeners;
  private final StoreTime storeTime;
  private final FeedTrouble trouble;
  private @Nullable Applied last;

  /** The last answer, applied or not. */
  private @Nullable Answer latest;

  private final AtomicReference<@Nullable AutoCloseable> watching = new AtomicReference<>();
  private boolean failed;
  private boolean unwatched;

  /** An answer, when it was asked for, and how long it took. */
  private record Answer(Freshness.Mark begin, Instant storeTime, Duration took) {}

  /** One that was applied. */
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
   * Asks once. Where that fails, the node goes on being as fresh as it was.
   *
   * @return why it failed, which was reported; empty if it did not
   */
  Optional<Throwable> poll() {
    if (!freshness.isPossible()) {
      return Optional.empty();
    }
    try {
      ask();
      if (failed) {
        LOG.info("The token store tells of ended tokens again");
      }
      failed = false;
      return Optional.empty();
    } catch (Throwable e) {
      if (!failed) {
        LOG.warn("The token store does not tell of ended tokens; requests are going to it", e);
      }
      failed = true;
      return Optional.of(e);
    }
  }

  /**
   * Asks, and applies the answer.
   *
   * @throws TimeoutException if it came too late to be applied
   */
  private void ask() throws TimeoutException {
    Freshness.Mark begin = freshness.mark();
    Duration window = window(begin);
    Ends ends = store.endedWithin(window, MOST);
    storeTime.compare(begin.wall(), ends.storeTime());
    Answer answer = new Answer(begin, ends.storeTime(), Freshness.between(begin, freshness.mark()));
    latest = answer;
    if (answer.took().compareTo(DEADLINE) > 0) {
      throw new TimeoutException("its answer took longer than " + DEADLINE);
    }
    Applied before = last;
    if (before == null) {
      tokens.empty();
    } else if (isGap(before.answer(), answer)) {
      trouble.gap(LOG, LONGEST_GAP);
      tokens.empty();
    } else if (!reaches(window, before.answer(), answer)) {
      LOG.debug("What ended in the last {} is too little to go on from", window);
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

  /** No longer than it must be: with each second of it the store lists the ends of one more. */
  private Duration window(Freshness.Mark begin) {
    Applied before = last;
    if (before == null || latest == null) {
      return WINDOW;
    }
    Duration byNode = Freshness.between(before.answer().begin(), begin);
    // The store's clock may have been set since; its latest answer shows by how much.
    Duration byStore =
        Duration.between(before.answer().storeTime(), latest.storeTime())
            .plus(Freshness.between(latest.begin(), begin));
    Duration twice = latest.took().multipliedBy(2);
    Duration slack = shorter(longer(SLACK, twice), DEADLINE);
    return shorter(WINDOW, longer(byNode, byStore).plus(slack));
  }

  /** Whether an answer tells of all that has ended since the one before, by anybody's clock. */
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

  /** It makes the lag shorter, and nothing rests on it: where it fails, the next poll tries. */
  private @Nullable AutoCloseable watch() {
    try {
      AutoCloseable watched = store.watch(tokens::drop);
      unwatched = false;
      return watched;
    } catch (RuntimeException e) {
      if (!unwatched) {
        LOG.warn("The token store cannot be watched for ended tokens; until then it is asked", e);
      }
      unwatched = true;
      return null;
    }
  }

  private void drop(Set<TokenId> ended, Set<TokenId> namedBefore) {
    for (TokenId id : ended) {
      // Named again and again for some seconds: that must not keep others from being remembered.
      if (!namedBefore.contains(id) || tokens.holds(id)) {
        tokens.drop(id);
      }
    }
  }

  /** Whether ends may have come and left the window between two answers, by anybody's clock. */
  private static boolean isGap(Answer before, Answer answer) {
    return Freshness.between(before.begin(), answer.begin()).compareTo(LONGEST_GAP) > 0
        || Duration.between(before.storeTime(), answer.storeTime()).compareTo(LONGEST_GAP) > 0;
  }

  /** Hears no more hints. */
  void stop() {
    AutoCloseable watched = watching.getAndSet(null);
    if (watched != null) {
      try {
        watched.close();
      } catch (Exception e) {
        LOG.warn("The token store could not stop telling of ended tokens", e);
      }
    }
  }
}
