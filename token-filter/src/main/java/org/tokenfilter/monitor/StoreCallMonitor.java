package org.tokenfilter.monitor;

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
import org.tokenfilter.monitor.StoreCallListener.Outcome;
import org.tokenfilter.token.Subscription;

/**
 * A monitor of the calls of a token store. It measures each call, notifies listeners, and derives
 * the health of the store from the outcome of the last call of each operation and from the calls in
 * flight. Thread-safe.
 */
public final class StoreCallMonitor {

  private static final Logger LOG = LoggerFactory.getLogger(StoreCallMonitor.class);

  /**
   * The time, in nanoseconds, for which a failed operation makes an otherwise healthy store
   * unhealthy.
   */
  private static final long FAILURE_WINDOW = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanoTime;
  private final long maxCallNanos;
  private final List<ListenerRegistration> registrations = new CopyOnWriteArrayList<>();

  /** The failure times of the operations whose last call failed. */
  private final ConcurrentMap<StoreOperation, Long> failedAt = new ConcurrentHashMap<>();

  private volatile boolean lastFailed;

  /** The calls in flight. */
  private final Set<Call> inFlight = ConcurrentHashMap.newKeySet();

  /** A call in flight, compared by identity. */
  private static final class Call {
    final long startNanos;

    Call(long begin) {
      this.startNanos = begin;
    }
  }

  /** A listener, and whether a failure of it has been logged. */
  private static final class ListenerRegistration {
    final StoreCallListener listener;
    final AtomicBoolean failed = new AtomicBoolean();

    ListenerRegistration(StoreCallListener listener) {
      this.listener = listener;
    }
  }

  /**
   * Creates a monitor that has seen no calls.
   *
   * @param nanoTime the monotonic clock, in nanoseconds, such as {@link System#nanoTime()}
   * @param maxWait the longest time that a call waits for a permit, and the longest time that it
   *     takes afterwards
   */
  public StoreCallMonitor(LongSupplier nanoTime, Duration maxWait) {
    this.nanoTime = nanoTime;
    this.maxCallNanos = maxWait.multipliedBy(2).toNanos();
  }

  /**
   * Adds a listener that is notified of each call from now on.
   *
   * @return a subscription; closing it removes the listener
   */
  public Subscription addListener(StoreCallListener listener) {
    ListenerRegistration registration = new ListenerRegistration(listener);
    registrations.add(registration);
    return () -> registrations.remove(registration);
  }

  /**
   * Returns true if the store is known to answer. Performs no I/O. The result is false if the last
   * call of the store failed, if the last call of any operation failed within the last minute, or
   * while a call is in flight for more than twice the maximum wait. It is true before the first
   * call.
   */
  public boolean isHealthy() {
    if (lastFailed) {
      return false;
    }
    long now = nanoTime.getAsLong();
    return failedAt.values().stream().noneMatch(failed -> now - failed < FAILURE_WINDOW)
        && inFlight.stream().noneMatch(call -> now - call.startNanos > maxCallNanos);
  }

  /**
   * Makes a call, measures it, and notifies the listeners.
   *
   * @return the result of the call, whose exceptions are passed on
   */
  public <T> T measure(StoreOperation operation, Supplier<T> call) {
    Call started = new Call(nanoTime.getAsLong());
    inFlight.add(started);
    boolean answered = false;
    try {
      T answer = call.get();
      answered = true;
      return answer;
    } finally {
      inFlight.remove(started);
      finished(operation, answered ? Outcome.OK : Outcome.FAILED, started.startNanos);
    }
  }

  private void finished(StoreOperation operation, Outcome outcome, long begin) {
    long end = nanoTime.getAsLong();
    recordOutcome(operation, outcome == Outcome.FAILED, end);
    for (ListenerRegistration registration : registrations) {
      notifyListener(registration, operation, outcome, end - begin);
    }
  }

  /** Writes only what has changed, since all threads read these fields. */
  private void recordOutcome(StoreOperation operation, boolean failed, long end) {
    if (lastFailed != failed) {
      lastFailed = failed;
    }
    if (failed) {
      failedAt.put(operation, end);
    } else if (!failedAt.isEmpty()) {
      failedAt.remove(operation);
    }
  }

  private static void notifyListener(
      ListenerRegistration registration, StoreOperation operation, Outcome outcome, long nanos) {
    try {
      registration.listener.callFinished(operation, outcome, nanos);
    } catch (Throwable e) {
      // Logged once for each listener, because there are as many calls as requests.
      if (!registration.failed.getAndSet(true)) {
        LOG.warn(
            "The store call listener {} failed. Further failures of it are not logged",
            registration.listener.getClass().getName(),
            e);
      }
    }
  }
}
