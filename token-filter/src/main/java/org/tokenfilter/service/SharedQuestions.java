package org.tokenfilter.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.tokenfilter.store.TokenStoreException;

/**
 * The single-flight calls of the account status provider: at most one call for a subject at a time,
 * and a bounded number in all. The thread of the first request makes the call; all requests for the
 * same subject share it until it has returned. If the provider hangs, at most 16 threads are
 * blocked. Other callers wait up to the maximum wait; once a call has exceeded it, later callers
 * fail at once. Thread-safe.
 */
final class SharedQuestions {

  static final int AT_ONCE = 16;

  private final ConcurrentMap<String, Question> open = new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final Duration patience;
  private final LongSupplier nanoTime;

  /** The time at which a permit was last acquired or released. */
  private volatile long lastMove;

  private record Question(CompletableFuture<Standing> answer, long begun) {}

  /**
   * Starts without calls in flight.
   *
   * @param patience the longest time that callers wait for one call
   * @param nanoTime the monotonic clock, in nanoseconds
   */
  SharedQuestions(Duration patience, LongSupplier nanoTime) {
    this.patience = patience;
    this.nanoTime = nanoTime;
  }

  /**
   * Looks up the status of a subject, or shares the call that is in flight.
   *
   * @throws TokenStoreException if the lookup throws it, or if the wait exceeds its limit
   */
  Standing ask(String subject, Supplier<Standing> question) {
    Question mine = new Question(new CompletableFuture<>(), nanoTime.getAsLong());
    Question other = open.putIfAbsent(subject, mine);
    if (other != null) {
      return waited(other);
    }
    Standing answer;
    try {
      answer = question.get();
    } catch (Throwable failure) {
      open.remove(subject, mine);
      mine.answer.completeExceptionally(failure);
      throw failure;
    }
    // Before the waiting callers are released: one that cannot use the result starts a new call and
    // must not get this one again.
    open.remove(subject, mine);
    mine.answer.complete(answer);
    return answer;
  }

  /**
   * Runs a lookup as soon as a permit is available.
   *
   * @throws TokenStoreException if no permit becomes available within the maximum wait
   */
  Standing inTurn(Supplier<Standing> question) {
    enter();
    try {
      return question.get();
    } finally {
      lastMove = nanoTime.getAsLong();
      places.release();
    }
  }

  private void enter() {
    try {
      if (!places.tryAcquire()
          && (isStuck() || !places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS))) {
        throw new TokenStoreException(
            "too many account status lookups are in progress", null, true);
      }
      lastMove = nanoTime.getAsLong();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Returns true if no permit was acquired or released for longer than the maximum wait. */
  private boolean isStuck() {
    return nanoTime.getAsLong() - lastMove > patience.toNanos();
  }

  private Standing waited(Question question) {
    long left = question.begun + patience.toNanos() - nanoTime.getAsLong();
    try {
      return question.answer.get(Math.max(0, left), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new TokenStoreException("the account status lookup of another request failed", e, true);
    } catch (TimeoutException e) {
      throw new TokenStoreException(
          "the account status lookup of another request timed out", e, true);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static TokenStoreException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new TokenStoreException(
        "interrupted while waiting for an account status lookup", e, true);
  }
}
