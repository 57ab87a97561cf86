package org.tokenfilter.login;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A waiting slot of one login. It limits the total time that the login waits, and the number of
 * logins that wait at once. For use by one thread.
 */
final class WaitingSlot implements AutoCloseable {

  private final Semaphore slots;
  private final Ticker nanos;
  private final long deadline;
  private boolean held;

  /**
   * Creates a slot that is not acquired yet. The maximum time starts now.
   *
   * @param seats the permits, one of which is held while the login waits
   * @param maxWait the maximum time in total
   * @param nanos a time in nanoseconds, with any origin
   */
  WaitingSlot(Semaphore seats, Duration maxWait, Ticker nanos) {
    this.slots = seats;
    this.nanos = nanos;
    this.deadline = nanos.read() + maxWait.toNanos();
  }

  /**
   * Acquires the slot, unless it is held already.
   *
   * @return the time in nanoseconds that the login may still wait; greater than 0
   * @throws TokenRejectedException if too many logins are waiting, or the time is over
   */
  long acquire() throws TokenRejectedException {
    if (!held && !slots.tryAcquire()) {
      throw busy("too many logins are waiting to be checked");
    }
    held = true;
    long left = deadline - nanos.read();
    if (left <= 0) {
      throw timedOut();
    }
    return left;
  }

  /** Returns the rejection of a login that waited too long. */
  static TokenRejectedException timedOut() {
    return busy("the login waited too long to be checked");
  }

  private static TokenRejectedException busy(String why) {
    return new TokenRejectedException(Rejection.LOGIN_BUSY, why);
  }

  /** Releases the slot, if it is held. Idempotent. */
  @Override
  public void close() {
    if (held) {
      held = false;
      slots.release();
    }
  }
}
