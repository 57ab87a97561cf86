package org.tokenfilter.guard;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStoreException;

/**
 * Single-flight calls: at most one call for a key at a time, whose result many callers share. The
 * thread of the first caller makes the call, the others wait for a bounded time. There are two
 * kinds:
 *
 * <ul>
 *   <li>{@link #sharingNext}: a caller that arrives while a call is in flight shares the next one,
 *       so a result is never older than its request.
 *   <li>{@link #sharingCurrent}: a caller shares the call in flight. It must itself check whether
 *       the result is new enough.
 * </ul>
 *
 * <p>Thread-safe.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the results
 */
public final class SingleFlight<K, V> {

  private final ConcurrentMap<K, Flight<V>> latest = new ConcurrentHashMap<>();
  private final Duration maxWait;
  private final String call;

  /** The bulkhead of calls that share the next result; null for those that share the current. */
  private final @Nullable Bulkhead bulkhead;

  /** The clock of the waits; a stopped one counts each wait from the arrival of its caller. */
  private final LongSupplier nanoTime;

  /** One call, which other callers may share. */
  private static final class Flight<V> {
    final CompletableFuture<V> result = new CompletableFuture<>();
    final long startNanos;
    private @Nullable Flight<V> previous;
    private boolean started;

    Flight(long startNanos) {
      this.startNanos = startNanos;
    }
  }

  private SingleFlight(
      @Nullable Bulkhead bulkhead, Duration maxWait, String call, LongSupplier nanoTime) {
    this.bulkhead = bulkhead;
    this.maxWait = maxWait;
    this.call = call;
    this.nanoTime = nanoTime;
  }

  /**
   * Creates calls of which late callers share the next one. A call can be shared until it has a
   * permit of the bulkhead. Each caller waits up to the maximum wait.
   *
   * @param bulkhead the limit of concurrent calls
   * @param maxWait the longest time that a caller waits for the call of another one
   * @param call the name of a call, for messages
   */
  public static <K, V> SingleFlight<K, V> sharingNext(
      Bulkhead bulkhead, Duration maxWait, String call) {
    return new SingleFlight<>(bulkhead, maxWait, call, () -> 0);
  }

  /**
   * Creates calls of which late callers share the current one. Once a call has exceeded the maximum
   * wait, later callers fail at once until it has returned.
   *
   * @param maxWait the longest time that callers wait for one call
   * @param call the name of a call, for messages
   * @param nanoTime the monotonic clock, in nanoseconds
   */
  public static <K, V> SingleFlight<K, V> sharingCurrent(
      Duration maxWait, String call, LongSupplier nanoTime) {
    return new SingleFlight<>(null, maxWait, call, nanoTime);
  }

  /**
   * Makes a call, or shares the call of another caller for the same key.
   *
   * @throws TokenStoreException if the call throws it, or if the wait exceeds its limit
   */
  public V share(K key, Supplier<V> lookup) {
    Flight<V> mine = new Flight<>(nanoTime.getAsLong());
    Flight<V> flight =
        latest.compute(
            key,
            (same, last) -> {
              if (last != null && !last.started) {
                return last;
              }
              mine.previous = last;
              return mine;
            });
    return flight == mine ? lead(key, mine, lookup) : await(flight);
  }

  private V lead(K key, Flight<V> flight, Supplier<V> lookup) {
    V answer;
    try {
      answer = bulkhead == null ? lookup.get() : callInTurn(key, flight, bulkhead, lookup);
    } catch (Throwable failure) {
      latest.remove(key, flight);
      flight.result.completeExceptionally(failure);
      throw failure;
    }
    // Before the waiting callers are released: one that cannot use the result makes a new call and
    // must not get this one again.
    latest.remove(key, flight);
    flight.result.complete(answer);
    return answer;
  }

  private V callInTurn(K key, Flight<V> flight, Bulkhead limit, Supplier<V> lookup) {
    if (flight.previous != null) {
      awaitCompletion(flight.previous);
      flight.previous = null;
    }
    limit.enter();
    try {
      latest.computeIfPresent(
          key,
          (same, last) -> {
            flight.started = true;
            return last;
          });
      return lookup.get();
    } finally {
      limit.leave();
    }
  }

  /** Waits for the end of another call and ignores its outcome. */
  private void awaitCompletion(Flight<V> flight) {
    try {
      awaitResult(flight);
    } catch (ExecutionException otherFailure) {
      return;
    }
  }

  private V await(Flight<V> flight) {
    try {
      return awaitResult(flight);
    } catch (ExecutionException e) {
      throw new TokenStoreException("the " + call + " of another request failed", e, true);
    }
  }

  private V awaitResult(Flight<V> flight) throws ExecutionException {
    long left = flight.startNanos + maxWait.toNanos() - nanoTime.getAsLong();
    try {
      return flight.result.get(Math.max(0, left), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new TokenStoreException("the " + call + " of another request timed out", e, true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException(
          "interrupted while waiting for the " + call + " of another request", e, true);
    }
  }
}
