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
 * A single-flight reader of the store: at most one read for an id at a time, and a bounded number
 * of reads in all. A caller that arrives while a read is in flight does not share that read, which
 * may predate a revocation it must see. It waits and shares the next read with all other waiting
 * callers. Each wait is bounded. Thread-safe.
 */
final class SharedFinds {

  /** Half of the concurrent store calls of requests by default; the other half is for writers. */
  private static final int AT_ONCE = 16;

  private final ConcurrentMap<TokenId, Find> latest = new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(AT_ONCE);
  private final Duration patience;

  /** One read of the store, which callers may share until it has started. */
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
   * Reads a record, or shares another caller's read of the same id that has not started yet.
   *
   * @throws TokenStoreException if the store throws it, or if the wait exceeds its limit
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

  /** Waits for the end of another read and ignores its outcome. */
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
      throw new TokenStoreException(
          "the store read of another request failed, which this request shared", e, true);
    } catch (TimeoutException e) {
      throw tooSlow(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void enter() {
    try {
      if (!places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new TokenStoreException(
            "too many requests read the token store at the same time", null, true);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static TokenStoreException tooSlow(TimeoutException e) {
    return new TokenStoreException(
        "timed out waiting for the store read of another request", e, true);
  }

  private static TokenStoreException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new TokenStoreException("interrupted while waiting for the token store", e, true);
  }
}
