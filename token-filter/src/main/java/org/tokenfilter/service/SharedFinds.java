package org.tokenfilter.service;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;

/**
 * Reads records from the store: one find for an id at a time, and a bounded number at once. Who
 * comes while one is on its way waits for it and shares the next one with all who wait: an answer
 * that was begun before he came might not know of an end that was acknowledged before. Waiting is
 * bounded. Thread-safe.
 */
final class SharedFinds {

  /** Half of the places that requests have in the store by default: writers have the others. */
  private static final int AT_ONCE = 16;

  private final ConcurrentMap<TokenId, Find> latest = new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final Duration patience;

  /** One question to the store; it may be shared until it has begun. */
  private static final class Find {
    final CompletableFuture<Optional<TokenRecord>> answer = new CompletableFuture<>();
    private @Nullable Find before;
    private boolean begun;

    Find(@Nullable Find before) {
      this.before = before;
    }
  }

  SharedFinds(Duration patience) {
    this.patience = patience;
  }

  /**
   * Asks, or shares another one's question that has not begun.
   *
   * @throws TokenStoreException if the store does, or if patience is over
   */
  Optional<TokenRecord> find(TokenId id, Supplier<Optional<TokenRecord>> question) {
    Find[] mine = new Find[1];
    Find find =
        latest.compute(
            id,
            (same, last) -> {
              if (last != null && !last.begun) {
                return last;
              }
              mine[0] = new Find(last);
              return mine[0];
            });
    return find == mine[0] ? lead(id, find, question) : waited(find);
  }

  private Optional<TokenRecord> lead(
      TokenId id, Find find, Supplier<Optional<TokenRecord>> question) {
    try {
      Optional<TokenRecord> answer = ask(id, find, question);
      find.answer.complete(answer);
      return answer;
    } catch (Throwable failure) {
      find.answer.completeExceptionally(failure);
      throw failure;
    } finally {
      latest.remove(id, find);
    }
  }

  private Optional<TokenRecord> ask(
      TokenId id, Find find, Supplier<Optional<TokenRecord>> question) {
    if (find.before != null) {
      waitFor(find.before);
      find.before = null;
    }
    enter();
    try {
      latest.computeIfPresent(
          id,
          (same, last) -> {
            find.begun = true;
            return last;
          });
      return question.get();
    } finally {
      places.release();
    }
  }

  /** Until it is over, whatever it found. */
  private void waitFor(Find find) {
    try {
      find.answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException itsOwn) {
      return;
    } catch (TimeoutException e) {
      throw tooSlow(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private Optional<TokenRecord> waited(Find find) {
    try {
      return find.answer.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new TokenStoreException("the store did not answer another request", e, true);
    } catch (TimeoutException e) {
      throw tooSlow(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void enter() {
    try {
      if (!places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new TokenStoreException("too many requests read the store", null, true);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static TokenStoreException tooSlow(TimeoutException e) {
    return new TokenStoreException("the store is too slow for another request", e, true);
  }

  private static TokenStoreException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new TokenStoreException("interrupted while waiting for the store", e, true);
  }
}
