package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.Subject;
import org.tokenfilter.token.TokenRejectedException;

/**
 * The rights that subjects have now. An answer counts for the interval, from the moment it was
 * asked for, and for the tokens that were issued until then. Where none counts, the request asks;
 * where it gets none, it is not known whether it may go on, and nothing is let through. Whoever may
 * not go on is refused here from then on, and all that he has is ended in the store, for the other
 * nodes; unless so many may not at once that it is {@link MassLoss doubted}. Bounded in memory:
 * under a flood of subjects those that are used least are asked about again. Thread-safe.
 */
final class CurrentRights {

  private static final Logger LOG = LoggerFactory.getLogger(CurrentRights.class);

  /** Of so many parts of the memory one is for questions that failed. */
  private static final int PARTS = 5;

  private static final long MARK = HeapSize.object(1, Long.BYTES) + HeapSize.DURATION;

  /** Who keeps the accounts and has failed is left alone for a moment, about that subject. */
  static final Duration PAUSE = Duration.ofSeconds(1);

  /** An open question may be older than the token that its answer is needed for. */
  private static final int MOST_TRIES = 3;

  private final Recheck recheck;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final SharedQuestions questions;
  private final SubjectTokens tokens;
  private final Listeners listeners;
  private final Cache<String, Standing> standings;
  private final Cache<String, Freshness.Mark> failures;
  private final MassLoss losses;

  CurrentRights(
      Recheck recheck,
      Duration patience,
      Surroundings surroundings,
      SubjectTokens tokens,
      Listeners listeners) {
    this.recheck = recheck;
    this.clock = surroundings.clock();
    this.nanoTime = surroundings.nanoTime();
    this.questions = new SharedQuestions(patience, nanoTime);
    this.tokens = tokens;
    this.listeners = listeners;
    long budget = surroundings.memory().subjects() / PARTS;
    this.standings = kept(recheck.interval(), nanoTime, budget * (PARTS - 1), Standing::bytes);
    this.failures = kept(PAUSE, nanoTime, budget, mark -> MARK);
    this.losses = new MassLoss(nanoTime, surroundings.notices());
  }

  private static <T> Cache<String, T> kept(
      Duration time, LongSupplier nanoTime, long budget, ToLongFunction<T> size) {
    return Caffeine.newBuilder()
        .maximumWeight(budget)
        .weigher(
            (String subject, T value) ->
                (int) (HeapSize.CACHED + HeapSize.of(subject) + size.applyAsLong(value)))
        .expireAfterWrite(time)
        .ticker(nanoTime::getAsLong)
        .executor(Runnable::run)
        .build();
  }

  /**
   * The roles that the subject of a live record has now.
   *
   * @param now when the request began
   * @throws TokenRejectedException if he may not go on
   * @throws TokenStoreException if that is not known
   */
  Set<String> of(TokenRecord record, Instant now) throws TokenRejectedException {
    Standing standing = standing(record, now);
    Set<String> roles = standing.roles();
    if (roles == null) {
      end(record.subject(), standing);
      throw new TokenRejectedException(Rejection.CLOSED, "its subject may not go on");
    }
    return roles;
  }

  /** How many subjects are remembered. */
  long remembered() {
    standings.cleanUp();
    return standings.estimatedSize();
  }

  private Standing standing(TokenRecord record, Instant now) {
    Standing known = known(record, now);
    for (int i = 0; i < MOST_TRIES && known == null; i++) {
      Standing answer = questions.ask(record.subject(), () -> knownByNow(record, now));
      known = answer.covers(record) ? answer : null;
    }
    if (known == null || !counts(known, record, now)) {
      throw new TokenStoreException("no answer came in time to count", null, true);
    }
    return known;
  }

  private @Nullable Standing known(TokenRecord record, Instant now) {
    Standing standing = standings.getIfPresent(record.subject());
    return standing != null && counts(standing, record, now) ? standing : null;
  }

  private boolean counts(Standing standing, TokenRecord record, Instant now) {
    return standing.covers(record) && isWithin(recheck.interval(), standing.asked(), now);
  }

  private boolean isWithin(Duration time, Freshness.Mark since, Instant now) {
    Freshness.Mark present = new Freshness.Mark(nanoTime.getAsLong(), now);
    return Freshness.between(since, present).compareTo(time) < 0;
  }

  /** Somebody may have asked between the look into memory and this request's turn. */
  private Standing knownByNow(TokenRecord record, Instant now) {
    Standing known = known(record, now);
    if (known != null) {
      return known;
    }
    Freshness.Mark failure = failures.getIfPresent(record.subject());
    if (failure != null && isWithin(PAUSE, failure, now)) {
      throw new TokenStoreException("who may go on was not known a moment ago", null, true);
    }
    return questions.inTurn(() -> asked(record));
  }

  private Standing asked(TokenRecord record) {
    Freshness.Mark begin = new Freshness.Mark(nanoTime.getAsLong(), clock.instant());
    Optional<Subject> current;
    try {
      current =
          recheck
              .accounts()
              .current(new Subject(record.subject(), record.roles(), record.attributes()));
      if (current == null) {
        throw new IllegalStateException("the answer is null");
      }
    } catch (Throwable undecided) {
      // Also what no method declares: teams write their own, in other languages, too.
      if (undecided instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      failures.put(record.subject(), new Freshness.Mark(nanoTime.getAsLong(), clock.instant()));
      throw new TokenStoreException(
          "whether the subject may go on could not be decided", undecided, true);
    }
    Standing standing = new Standing(begin, record, rolesOf(current, record.subject()));
    standings.put(record.subject(), standing);
    return standing;
  }

  /** Nobody is let through, and nothing is ended, while it is doubted. */
  private void requireBelieved(Optional<Subject> current, String subject) {
    if (current.filter(known -> known.name().equals(subject)).isPresent()) {
      losses.known();
    } else if (losses.lost(subject)) {
      failures.put(subject, new Freshness.Mark(nanoTime.getAsLong(), clock.instant()));
      throw new TokenStoreException(
          "many subjects may not go on all of a sudden, which is doubted for now", null, true);
    }
  }

  private @Nullable Set<String> rolesOf(Optional<Subject> current, String subject) {
    requireBelieved(current, subject);
    if (current.isEmpty()) {
      listeners.tell(listener -> listener.subjectBarred(subject, "may not go on"));
      return null;
    }
    if (!current.get().name().equals(subject)) {
      listeners.tell(listener -> listener.subjectBarred(subject, "has another name now"));
      return null;
    }
    return current.get().roles();
  }

  /** Once for each answer; where the store does not, with the next request. */
  private void end(String subject, Standing barred) {
    if (barred.takeToBeEnded()) {
      try {
        tokens.endAll(subject, Set.of());
      } catch (Throwable unknown) {
        barred.stillToBeEnded();
        LOG.warn("The tokens of one who may not go on are not ended yet", unknown);
      }
    }
  }
}
