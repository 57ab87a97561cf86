package org.tokenfilter.guard;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenStoreException;

/**
 * A bulkhead, which limits the number of threads inside a component. So a component that hangs does
 * not block all threads of the container. A call that finds the bulkhead full waits for a bounded
 * time. Thread-safe.
 */
public final class Bulkhead {

  private final Semaphore permits;
  private final Duration maxWait;
  private final String calls;

  /** The monotonic clock of a bulkhead that fails fast; null for other bulkheads. */
  private final @Nullable LongSupplier nanoTime;

  /** The time at which a permit was last acquired or released, if the bulkhead fails fast. */
  private volatile long lastChange;

  /**
   * Creates a bulkhead.
   *
   * @param permits the maximum number of threads inside the component
   * @param maxWait the maximum time that a call waits for a permit
   * @param calls the plural name of the calls, for messages
   */
  public Bulkhead(int permits, Duration maxWait, String calls) {
    this(new Semaphore(permits), maxWait, calls, null);
  }

  private Bulkhead(
      Semaphore permits, Duration maxWait, String calls, @Nullable LongSupplier nanoTime) {
    this.permits = permits;
    this.maxWait = maxWait;
    this.calls = calls;
    this.nanoTime = nanoTime;
  }

  /**
   * Creates a bulkhead that rejects a call at once if it is full and no permit was acquired or
   * released for longer than the maximum wait.
   *
   * @param nanoTime the monotonic clock, in nanoseconds
   */
  public static Bulkhead failingFast(
      int permits, Duration maxWait, String calls, LongSupplier nanoTime) {
    return new Bulkhead(new Semaphore(permits), maxWait, calls, nanoTime);
  }

  /** Creates a bulkhead that waiting calls enter in the order of their arrival. */
  public static Bulkhead fair(int permits, Duration maxWait, String calls) {
    return new Bulkhead(new Semaphore(permits, true), maxWait, calls, null);
  }

  /**
   * Acquires a permit. The caller must {@link #leave} afterwards.
   *
   * @throws TokenStoreException if no permit becomes available within the maximum wait, or the
   *     thread is interrupted
   */
  public void enter() {
    boolean entered;
    try {
      entered = nanoTime == null ? tryEnter(maxWait.toNanos()) : enterOrFailFast(nanoTime);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException("interrupted while waiting for other " + calls, e, true);
    }
    if (!entered) {
      throw new TokenStoreException("too many " + calls + " are in progress", null, true);
    }
  }

  /**
   * Acquires a permit if one becomes available in time.
   *
   * @param nanos the maximum time to wait, in nanoseconds
   * @return true if the caller has the permit, and must {@link #leave} afterwards
   */
  public boolean tryEnter(long nanos) throws InterruptedException {
    // Not the method without a timeout, which would overtake the waiting calls of a fair bulkhead.
    return permits.tryAcquire(nanos, TimeUnit.NANOSECONDS);
  }

  private boolean enterOrFailFast(LongSupplier now) throws InterruptedException {
    boolean entered = permits.tryAcquire() || (!isStuck(now) && tryEnter(maxWait.toNanos()));
    if (entered) {
      lastChange = now.getAsLong();
    }
    return entered;
  }

  /** Returns true if no permit was acquired or released for longer than the maximum wait. */
  private boolean isStuck(LongSupplier now) {
    return now.getAsLong() - lastChange > maxWait.toNanos();
  }

  /** Releases the permit of a call. */
  public void leave() {
    if (nanoTime != null) {
      lastChange = nanoTime.getAsLong();
    }
    permits.release();
  }
}
