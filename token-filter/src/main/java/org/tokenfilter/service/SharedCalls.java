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
final class SharedCalls {

  static final int MAX_CONCURRENT = 16;

  private final ConcurrentMap<String, Call> inFlight = new ConcurrentHashMap<>();
  private final Semaphore permits = new Semaphore(MAX_CONCURRENT);
  private final Duration maxWait;
  private final LongSupplier nanoTime;

  /** The time at which a permit was last acquired or released. */
  private volatile long lastPermitChange;

  private record Call(CompletableFuture<AccountStatus> result, long startNanos) {}

  /**
   * Starts without calls in flight.
   *
   * @param maxWait the longest time that callers wait for one call
   * @param nanoTime the monotonic clock, in nanoseconds
   */
  SharedCalls(Duration maxWait, LongSupplier nanoTime) {
    this.maxWait = maxWait;
    this.nanoTime = nanoTime;
  }

  /**
   * Looks up the status of a subject, or shares the call that is in flight.
   *
   * @throws TokenStoreException if the lookup throws it, or if the wait exceeds its limit
   */
  AccountStatus call(String subject, Supplier<AccountStatus> lookup) {
    Call mine = new Call(new CompletableFuture<>(), nanoTime.getAsLong());
    Call other = inFlight.putIfAbsent(subject, mine);
    if (other != null) {
      return await(other);
    }
    AccountStatus answer;
    try {
      answer = lookup.get();
    } catch (Throwable failure) {
      inFlight.remove(subject, mine);
      mine.result.completeExceptionally(failure);
      throw failure;
    }
    // Before the waiting callers are released: one that cannot use the result starts a new call and
    // must not get this one again.
    inFlight.remove(subject, mine);
    mine.result.complete(answer);
    return answer;
  }

  /**
   * Runs a lookup as soon as a permit is available.
   *
   * @throws TokenStoreException if no permit becomes available within the maximum wait
   */
  AccountStatus withPermit(Supplier<AccountStatus> lookup) {
    acquirePermit();
    try {
      return lookup.get();
    } finally {
      lastPermitChange = nanoTime.getAsLong();
      permits.release();
    }
  }

  private void acquirePermit() {
    try {
      if (!permits.tryAcquire()
          && (isSaturated() || !permits.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS))) {
        throw new TokenStoreException(
            "too many account status lookups are in progress", null, true);
      }
      lastPermitChange = nanoTime.getAsLong();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Returns true if no permit was acquired or released for longer than the maximum wait. */
  private boolean isSaturated() {
    return nanoTime.getAsLong() - lastPermitChange > maxWait.toNanos();
  }

  private AccountStatus await(Call call) {
    long left = call.startNanos + maxWait.toNanos() - nanoTime.getAsLong();
    try {
      return call.result.get(Math.max(0, left), TimeUnit.NANOSECONDS);
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
