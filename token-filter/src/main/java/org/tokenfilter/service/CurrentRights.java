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
 * A cache of account statuses, which hold the current roles of a subject or say that its account is
 * no longer active. A status is valid for the recheck interval, counted from the start of its
 * lookup, and for tokens that were issued before the lookup. Without a valid status the request
 * calls the provider of account statuses. If that fails, the outcome is unknown and the request is
 * not let through. A subject whose account is no longer active is rejected on this node from then
 * on, and all its tokens are revoked in the store, so that the other nodes reject them too. This
 * does not happen while so many accounts are reported as inactive at once that the reports are
 * {@link MassLoss doubted}. Bounded in memory: under a flood of subjects the least used ones are
 * evicted and looked up again. Thread-safe.
 */
final class CurrentRights {

  private static final Logger LOG = LoggerFactory.getLogger(CurrentRights.class);

  /** The number of parts of the memory budget, one of which is for failed lookups. */
  private static final int PARTS = 5;

  private static final long MARK = HeapSize.object(1, Long.BYTES) + HeapSize.DURATION;

  /** The time after a failed lookup during which the same subject is not looked up again. */
  static final Duration PAUSE = Duration.ofSeconds(1);

  /** The maximum number of lookups, since a shared one may have started before the login. */
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
   * Returns the current roles of the subject of a live record.
   *
   * @param now the start of the request
   * @throws TokenRejectedException if the subject's account is no longer active
   * @throws TokenStoreException if the status of the account could not be determined
   */
  Set<String> of(TokenRecord record, Instant now) throws TokenRejectedException {
    Standing standing = standing(record, now);
    Set<String> roles = standing.roles();
    if (roles == null) {
      end(record.subject(), standing);
      throw new TokenRejectedException(
          Rejection.CLOSED, "the account of its subject is no longer active");
    }
    return roles;
  }

  /** Returns the number of cached statuses. */
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
      throw new TokenStoreException("account status lookup timed out", null, true);
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

  /** Returns the status that another request may have cached meanwhile, or else loads it. */
  private Standing knownByNow(TokenRecord record, Instant now) {
    Standing known = known(record, now);
    if (known != null) {
      return known;
    }
    Freshness.Mark failure = failures.getIfPresent(record.subject());
    if (failure != null && isWithin(PAUSE, failure, now)) {
      throw new TokenStoreException("account status lookup failed recently", null, true);
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
        throw new IllegalStateException("the account status provider returned null");
      }
    } catch (Throwable undecided) {
      // Undeclared exceptions count too, since providers may be written in other JVM languages.
      if (undecided instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      failures.put(record.subject(), new Freshness.Mark(nanoTime.getAsLong(), clock.instant()));
      throw new TokenStoreException("account status lookup failed", undecided, true);
    }
    Standing standing = new Standing(begin, record, rolesOf(current, record.subject()));
    standings.put(record.subject(), standing);
    return standing;
  }

  /**
   * Throws if a report of an inactive account is doubted. Meanwhile the request is not let through,
   * and nothing is revoked.
   */
  private void requireBelieved(Optional<Subject> current, String subject) {
    if (current.filter(known -> known.name().equals(subject)).isPresent()) {
      losses.known();
    } else if (losses.lost(subject)) {
      failures.put(subject, new Freshness.Mark(nanoTime.getAsLong(), clock.instant()));
      throw new TokenStoreException(
          "too many accounts are reported as inactive at once; not trusted yet", null, true);
    }
  }

  private @Nullable Set<String> rolesOf(Optional<Subject> current, String subject) {
    requireBelieved(current, subject);
    if (current.isEmpty()) {
      listeners.tell(listener -> listener.subjectBarred(subject, "account disabled or deleted"));
      return null;
    }
    if (!current.get().name().equals(subject)) {
      listeners.tell(listener -> listener.subjectBarred(subject, "account renamed"));
      return null;
    }
    return current.get().roles();
  }

  /** Revokes the subject's tokens once for each status; the next request retries a failure. */
  private void end(String subject, Standing barred) {
    if (barred.takeToBeEnded()) {
      try {
        tokens.endAll(subject, Set.of());
      } catch (Throwable unknown) {
        barred.stillToBeEnded();
        LOG.warn("Could not revoke the tokens of an inactive account; will retry", unknown);
      }
    }
  }
}
