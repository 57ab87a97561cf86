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
 * The calls of a store: measures them, tells observers, and remembers of each operation how its
 * last call ended, and which calls have not. Thread-safe.
 */
public final class StoreCalls {

  private static final Logger LOG = LoggerFactory.getLogger(StoreCalls.class);

  /** How long one operation that failed speaks for the store, where others are answered. */
  private static final long REMEMBERED = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;
  private final long longest;
  private final List<Observing> observers = new CopyOnWriteArrayList<>();

  /** When the last call of an operation failed, for those of which it did. */
  private final ConcurrentMap<StoreOperation, Long> failedAt = new ConcurrentHashMap<>();

  private volatile boolean lastFailed;

  /** The calls that are not over. */
  private final Set<Call> underWay = ConcurrentHashMap.newKeySet();

  /** A call that has begun; no two are the same. */
  private static final class Call {
    final long begin;

    Call(long begin) {
      this.begin = begin;
    }
  }

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
   * @param patience how long a call may wait for its place, and how long it may take then
   */
  public StoreCalls(LongSupplier nanoTime, Duration patience) {
    this.nanoTime = nanoTime;
    this.longest = patience.multipliedBy(2).toNanos();
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
   * or if that of any operation did within the last minute, and while a call is under way for more
   * than twice the patience. Before the first call it is true.
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
