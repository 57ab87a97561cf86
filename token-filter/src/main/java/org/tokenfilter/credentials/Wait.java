package org.tokenfilter.credentials;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.tokenfilter.token.Rejection;
import org.tokenfilter.token.TokenRejectedException;

/** How long one login may wait in all, and whether it may at all: few wait at once. One thread. */
final class Wait implements AutoCloseable {

  private final Semaphore seats;
  private final Ticker nanos;
  private final long deadline;
  private boolean seated;

  /**
   * A wait that has not begun.
   *
   * @param seats one is taken while it waits
   */
  Wait(Semaphore seats, Duration patience, Ticker nanos) {
    this.seats = seats;
    this.nanos = nanos;
    this.deadline = nanos.read() + patience.toNanos();
  }

  /**
   * Begins to wait, or goes on.
   *
   * @return for how many nanoseconds it may; more than 0
   * @throws TokenRejectedException if too many wait, or patience is over
   */
  long begin() throws TokenRejectedException {
    if (!seated && !seats.tryAcquire()) {
      throw busy("too many logins wait to be checked");
    }
    seated = true;
    long left = deadline - nanos.read();
    if (left <= 0) {
      throw tooLong();
    }
    return left;
  }

  static TokenRejectedException tooLong() {
    return busy("a login has waited for too long to be checked");
  }

  private static TokenRejectedException busy(String why) {
    return new TokenRejectedException(Rejection.LOGIN_BUSY, why);
  }

  /** It waits no more. Idempotent. */
  @Override
  public void close() {
    if (seated) {
      seated = false;
      seats.release();
    }
  }
}
