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
import org.tokenfilter.store.TokenStoreException;

/**
 * Single-flight calls: at most one call for a key at a time, whose result many callers share. The
 * thread of the first caller makes the call, the others wait for a bounded time. A caller shares
 * the call in flight, so it must itself check whether the result is new enough.
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

  private final LongSupplier nanoTime;

  /** One call, which other callers may share. */
  private static final class Flight<V> {
    final CompletableFuture<V> result = new CompletableFuture<>();
    final long startNanos;

    Flight(long startNanos) {
      this.startNanos = startNanos;
    }
  }

  /**
   * Creates calls of which none is in flight. Once a call has exceeded the maximum wait, later
   * callers fail at once until it has returned.
   *
   * @param maxWait the longest time that callers wait for one call
   * @param call the name of a call, for messages
   * @param nanoTime the monotonic clock, in nanoseconds
   */
  public SingleFlight(Duration maxWait, String call, LongSupplier nanoTime) {
    this.maxWait = maxWait;
    this.call = call;
    this.nanoTime = nanoTime;
  }

  /**
   * Makes a call, or shares the call of another caller for the same key.
   *
   * @throws TokenStoreException if the call throws it, or if the wait exceeds its limit
   */
  public V share(K key, Supplier<V> lookup) {
    Flight<V> mine = new Flight<>(nanoTime.getAsLong());
    Flight<V> current = latest.putIfAbsent(key, mine);
    return current == null ? lead(key, mine, lookup) : await(current);
  }

  private V lead(K key, Flight<V> flight, Supplier<V> lookup) {
    V answer;
    try {
      answer = lookup.get();
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

  private V await(Flight<V> flight) {
    long left = flight.startNanos + maxWait.toNanos() - nanoTime.getAsLong();
    try {
      return flight.result.get(Math.max(0, left), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new TokenStoreException("the " + call + " of another request failed", e, true);
    } catch (TimeoutException e) {
      throw new TokenStoreException("the " + call + " of another request timed out", e, true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException(
          "interrupted while waiting for the " + call + " of another request", e, true);
    }
  }
}
