package org.tokenfilter.service;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.service.StoreObserver.Outcome;
import org.tokenfilter.store.TokenStore;

/**
 * A monitor of the calls of a token store. It measures each call, notifies listeners, and derives
 * the health of the store from the outcome of the last call of each operation and from the calls in
 * flight. Thread-safe.
 */
public final class StoreCalls {

  private static final Logger LOG = LoggerFactory.getLogger(StoreCalls.class);

  /**
   * The time, in nanoseconds, for which a failed operation makes an otherwise healthy store
   * unhealthy.
   */
  private static final long REMEMBERED = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;
  private final long longest;
  private final List<Observing> observers = new CopyOnWriteArrayList<>();

  /** The failure times of the operations whose last call failed. */
  private final ConcurrentMap<StoreOperation, Long> failedAt = new ConcurrentHashMap<>();

  private volatile boolean lastFailed;

  /** The calls in flight. */
  private final Set<Call> underWay = ConcurrentHashMap.newKeySet();

  /** A call in flight, compared by identity. */
  private static final class Call {
    final long begin;

    Call(long begin) {
      this.begin = begin;
    }
  }

  /** A listener, and whether a failure of it has been logged. */
  private static final class Observing {
    final StoreObserver observer;
    final AtomicBoolean failed = new AtomicBoolean();

    Observing(StoreObserver observer) {
      this.observer = observer;
    }
  }

  /**
   * Creates a monitor that has seen no calls.
   *
   * @param nanoTime the monotonic clock, in nanoseconds, such as {@link System#nanoTime()}
   * @param patience the longest time that a call waits for a permit, and the longest time that it
   *     takes afterwards
   */
  public StoreCalls(LongSupplier nanoTime, Duration patience) {
    this.nanoTime = nanoTime;
    this.longest = patience.multipliedBy(2).toNanos();
  }

  /** Returns a view of a store whose calls this monitor measures. */
  public TokenStore measured(TokenStore store) {
    return new MeasuredTokenStore(store, this);
  }

  /**
   * Adds a listener that is notified of each call from now on.
   *
   * @return a subscription; closing it removes the listener
   */
  public TokenService.Listening observe(StoreObserver observer) {
    Observing observing = new Observing(observer);
    observers.add(observing);
    return () -> observers.remove(observing);
  }

  /**
   * Returns true if the store is known to answer. Performs no I/O. The result is false if the last
   * call of the store failed, if the last call of any operation failed within the last minute, or
   * while a call is in flight for more than twice the maximum wait. It is true before the first
   * call.
   */
  public boolean areAnswered() {
    if (lastFailed) {
      return false;
    }
    long now = nanoTime.getAsLong();
    return failedAt.values().stream().noneMatch(failed -> now - failed < REMEMBERED)
        && underWay.stream().noneMatch(call -> now - call.begin > longest);
  }

  <T> T measure(StoreOperation operation, Supplier<T> call) {
    Call begun = new Call(nanoTime.getAsLong());
    underWay.add(begun);
    boolean answered = false;
    try {
      T answer = call.get();
      answered = true;
      return answer;
    } finally {
      underWay.remove(begun);
      over(operation, answered ? Outcome.OK : Outcome.FAILED, begun.begin);
    }
  }

  private void over(StoreOperation operation, Outcome outcome, long begin) {
    long end = nanoTime.getAsLong();
    remember(operation, outcome == Outcome.FAILED, end);
    for (Observing observing : observers) {
      tell(observing, operation, outcome, end - begin);
    }
  }

  /** Writes only what has changed, since all threads read these fields. */
  private void remember(StoreOperation operation, boolean failed, long end) {
    if (lastFailed != failed) {
      lastFailed = failed;
    }
    if (failed) {
      failedAt.put(operation, end);
    } else if (!failedAt.isEmpty()) {
      failedAt.remove(operation);
    }
  }

  private static void tell(
      Observing observing, StoreOperation operation, Outcome outcome, long nanos) {
    try {
      observing.observer.called(operation, outcome, nanos);
    } catch (Throwable e) {
      // Logged once for each listener, because there are as many calls as requests.
      if (!observing.failed.getAndSet(true)) {
        LOG.warn(
            "The store call listener {} failed. Further failures of it are not logged",
            observing.observer.getClass().getName(),
            e);
      }
    }
  }
}
