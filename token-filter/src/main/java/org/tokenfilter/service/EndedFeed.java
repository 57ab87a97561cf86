package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
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
 *   <li>The moment is noted, then the store is asked for the ends of the last minute.
 *   <li>An answer that comes late is thrown away: it may speak of a minute that begins too late.
 *   <li>Each id is taken out of memory, and with the first naming its epoch is raised. Where ends
 *       may have left the window unseen, or are too many to list, all memory is emptied instead.
 *   <li>Only then the node is fresh, from the moment that was noted.
 * </ol>
 *
 * <p>So after an answer that was asked for at a time T, no token is in memory whose end was
 * acknowledged before T. Between two answers that are applied lie at most 50 s from question to
 * question, and 5 s from the question to its answer: less than the minute that is asked for.
 *
 * <p>Run by one thread, which is its own: a store that hangs stops nothing else.
 */
final class EndedFeed {

  /** What is asked for. */
  static final Duration WINDOW = Duration.ofSeconds(60);

  /** More ends than that are not listed. */
  static final int MOST = 10_000;

  /** Between two questions; what is left of the window is for late answers and unlike clocks. */
  static final Duration LONGEST_GAP = Duration.ofSeconds(50);

  /** How late an answer may come. */
  static final Duration DEADLINE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(EndedFeed.class);

  private final TokenStore store;
  private final Freshness freshness;
  private final LiveTokens tokens;
  private final Listeners listeners;
  private final StoreTime storeTime;
  private @Nullable Applied last;
  private final AtomicReference<@Nullable AutoCloseable> watching = new AtomicReference<>();
  private boolean failed;

  /** A question whose answer was applied. */
  private record Applied(Freshness.Mark begin, Instant storeTime, Set<TokenId> named) {}

  EndedFeed(
      TokenStore store,
      Freshness freshness,
      LiveTokens tokens,
      Listeners listeners,
      StoreTime storeTime) {
    this.store = store;
    this.freshness = freshness;
    this.tokens = tokens;
    this.listeners = listeners;
    this.storeTime = storeTime;
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

  private void ask() {
    Freshness.Mark begin = freshness.mark();
    Ends ends = store.endedWithin(WINDOW, MOST);
    if (Freshness.between(begin, freshness.mark()).compareTo(DEADLINE) > 0) {
      LOG.warn("The token store took longer than {} to tell of ended tokens", DEADLINE);
      return;
    }
    apply(ends, begin);
    freshness.applied(begin);
    last = new Applied(begin, ends.storeTime(), ends.ids());
    storeTime.compare(begin.wall(), ends.storeTime());
    listeners.tellEndedElsewhere(ends.ids(), store::find);
    if (watching.get() == null) {
      watching.set(watch());
    }
  }

  /** It makes the lag shorter, and nothing rests on it. */
  private AutoCloseable watch() {
    try {
      return store.watch(tokens::drop);
    } catch (RuntimeException e) {
      LOG.warn("The token store cannot be watched for ended tokens; it is only asked", e);
      return () -> {};
    }
  }

  private void apply(Ends ends, Freshness.Mark begin) {
    Applied before = last;
    if (before == null
        || !ends.complete()
        || ends.ids().size() > MOST
        || gap(before, ends, begin)) {
      tokens.empty();
      return;
    }
    for (TokenId id : ends.ids()) {
      // Named again and again for a minute: that must not keep others from being remembered.
      if (!before.named().contains(id) || tokens.holds(id)) {
        tokens.drop(id);
      }
    }
  }

  /** Whether ends may have come and left the window between two answers, by anybody's clock. */
  private static boolean gap(Applied before, Ends ends, Freshness.Mark begin) {
    return Freshness.between(before.begin(), begin).compareTo(LONGEST_GAP) > 0
        || Duration.between(before.storeTime(), ends.storeTime()).compareTo(LONGEST_GAP) > 0;
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
