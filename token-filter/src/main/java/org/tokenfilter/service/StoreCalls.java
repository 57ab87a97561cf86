package org.tokenfilter.service;

import java.time.Duration;
import java.util.List;
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
 * The calls of a store: measures them, tells observers, and remembers of each operation how its
 * last call ended. Thread-safe.
 */
public final class StoreCalls {

  private static final Logger LOG = LoggerFactory.getLogger(StoreCalls.class);

  /** How long one operation that failed speaks for the store, where others are answered. */
  private static final long REMEMBERED = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;
  private final List<Observing> observers = new CopyOnWriteArrayList<>();

  /** When the last call of an operation failed, for those of which it did. */
  private final ConcurrentMap<StoreOperation, Long> failedAt = new ConcurrentHashMap<>();

  private volatile boolean lastFailed;

  /** An observer, and whether it is known to fail. */
  private static final class Observing {
    final StoreObserver observer;
    final AtomicBoolean failed = new AtomicBoolean();

    Observing(StoreObserver observer) {
      this.observer = observer;
    }
  }

  /**
   * No calls yet.
   *
   * @param nanoTime measures, as {@link System#nanoTime()} does
   */
  public StoreCalls(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** The same store, whose calls are measured. */
  public TokenStore measured(TokenStore store) {
    return new MeasuredTokenStore(store, this);
  }

  /** Adds one who is told of each call from now on, until he is closed. */
  public TokenService.Listening observe(StoreObserver observer) {
    Observing observing = new Observing(observer);
    observers.add(observing);
    return () -> observers.remove(observing);
  }

  /**
   * Whether the store answers, by what is known without asking it: false if its last call failed,
   * or if that of any operation did within the last minute. Before the first call it is true.
   */
  public boolean areAnswered() {
    if (lastFailed) {
      return false;
    }
    long now = nanoTime.getAsLong();
    return failedAt.values().stream().noneMatch(failed -> now - failed < REMEMBERED);
  }

  <T> T measure(StoreOperation operation, Supplier<T> call) {
    long begin = nanoTime.getAsLong();
    boolean answered = false;
    try {
      T answer = call.get();
      answered = true;
      return answer;
    } finally {
      over(operation, answered ? Outcome.OK : Outcome.FAILED, begin);
    }
  }

  private void over(StoreOperation operation, Outcome outcome, long begin) {
    long end = nanoTime.getAsLong();
    remember(operation, outcome == Outcome.FAILED, end);
    for (Observing observing : observers) {
      tell(observing, operation, outcome, end - begin);
    }
  }

  /** Writes what is new alone: all threads read it. */
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
      // Once: there are as many calls as there are requests.
      if (!observing.failed.getAndSet(true)) {
        LOG.warn("{} fails when it is told of calls", observing.observer.getClass().getName(), e);
      }
    }
  }
}
