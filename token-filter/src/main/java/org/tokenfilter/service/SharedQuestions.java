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
 * Asks whoever keeps the accounts: about one subject once at a time, and a bounded number of
 * questions at once. Each is asked by the thread of the request that needs it first, and shared by
 * all that need it until it is answered. So where no answer ever comes, as many threads hang as
 * there are places; whoever else needs one waits until it has taken too long, and from then on
 * nobody waits. Thread-safe.
 */
final class SharedQuestions {

  static final int AT_ONCE = 16;

  private final ConcurrentMap<String, Question> open = new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final Duration patience;
  private final LongSupplier nanoTime;

  /** When a place was last taken or given back. */
  private volatile long lastMove;

  private record Question(CompletableFuture<Standing> answer, long begun) {}

  /**
   * Questions.
   *
   * @param patience how long one may take before nobody waits for it
   */
  SharedQuestions(Duration patience, LongSupplier nanoTime) {
    this.patience = patience;
    this.nanoTime = nanoTime;
  }

  /**
   * Asks about a subject, or shares the question that is open.
   *
   * @throws TokenStoreException if the question does, or if patience is over
   */
  Standing ask(String subject, Supplier<Standing> question) {
    Question mine = new Question(new CompletableFuture<>(), nanoTime.getAsLong());
    Question other = open.putIfAbsent(subject, mine);
    if (other != null) {
      return waited(other);
    }
    try {
      Standing answer = question.get();
      close(subject, mine);
      mine.answer.complete(answer);
      return answer;
    } catch (Throwable failure) {
      close(subject, mine);
      mine.answer.completeExceptionally(failure);
      throw failure;
    }
  }

  /** Before it is answered: whoever needs a younger answer than this one must not find it again. */
  private void close(String subject, Question mine) {
    open.remove(subject, mine);
  }

  /**
   * Does what asks, when there is a place for it.
   *
   * @throws TokenStoreException if patience is over
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
        throw new TokenStoreException("too many questions for subjects are open", null, true);
      }
      lastMove = nanoTime.getAsLong();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** All places are taken, and none has been given back for as long as anybody waits. */
  private boolean isStuck() {
    return nanoTime.getAsLong() - lastMove > patience.toNanos();
  }

  private Standing waited(Question question) {
    long left = question.begun + patience.toNanos() - nanoTime.getAsLong();
    try {
      return question.answer.get(Math.max(0, left), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new TokenStoreException("another request's question had no answer", e, true);
    } catch (TimeoutException e) {
      throw new TokenStoreException("whether the subject may go on takes too long", e, true);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static TokenStoreException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new TokenStoreException("interrupted while waiting for who may go on", e, true);
  }
}
