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
final class SharedReads {

  /** Half of the concurrent store calls of requests by default; the other half is for writers. */
  private static final int MAX_CONCURRENT = 16;

  private final ConcurrentMap<TokenId, Read> latest = new ConcurrentHashMap<>();
  private final Semaphore permits = new Semaphore(MAX_CONCURRENT);
  private final Duration maxWait;

  /** One read of the store, which callers may share until it has started. */
  private static final class Read {
    final CompletableFuture<Optional<TokenRecord>> result = new CompletableFuture<>();
    private @Nullable Read previous;
    private boolean started;

    Read(@Nullable Read previous) {
      this.previous = previous;
    }
  }

  SharedReads(Duration maxWait) {
    this.maxWait = maxWait;
  }

  /**
   * Reads a record, or shares another caller's read of the same id that has not started yet.
   *
   * @throws TokenStoreException if the store throws it, or if the wait exceeds its limit
   */
  Optional<TokenRecord> find(TokenId id, Supplier<Optional<TokenRecord>> lookup) {
    Read[] mine = new Read[1];
    Read read =
        latest.compute(
            id,
            (same, last) -> {
              if (last != null && !last.started) {
                return last;
              }
              mine[0] = new Read(last);
              return mine[0];
            });
    return read == mine[0] ? runAsLeader(id, read, lookup) : await(read);
  }

  private Optional<TokenRecord> runAsLeader(
      TokenId id, Read read, Supplier<Optional<TokenRecord>> lookup) {
    try {
      Optional<TokenRecord> answer = readInTurn(id, read, lookup);
      read.result.complete(answer);
      return answer;
    } catch (Throwable failure) {
      read.result.completeExceptionally(failure);
      throw failure;
    } finally {
      latest.remove(id, read);
    }
  }

  private Optional<TokenRecord> readInTurn(
      TokenId id, Read read, Supplier<Optional<TokenRecord>> lookup) {
    if (read.previous != null) {
      awaitCompletion(read.previous);
      read.previous = null;
    }
    acquirePermit();
    try {
      latest.computeIfPresent(
          id,
          (same, last) -> {
            read.started = true;
            return last;
          });
      return lookup.get();
    } finally {
      permits.release();
    }
  }

  /** Waits for the end of another read and ignores its outcome. */
  private void awaitCompletion(Read read) {
    try {
      read.result.get(maxWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException otherFailure) {
      return;
    } catch (TimeoutException e) {
      throw tooSlow(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private Optional<TokenRecord> await(Read read) {
    try {
      return read.result.get(maxWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new TokenStoreException(
          "the store read of another request failed, which this request shared", e, true);
    } catch (TimeoutException e) {
      throw tooSlow(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void acquirePermit() {
    try {
      if (!permits.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
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
