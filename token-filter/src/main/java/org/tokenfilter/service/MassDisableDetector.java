package org.tokenfilter.service;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.OperatorLog;

/**
 * A detector of mass losses of accounts, which tells the failure of an account provider, such as a
 * directory that answers from an empty replica, from single accounts that are no longer active. If
 * the provider reports many accounts as inactive at once, the reports are not trusted until they
 * have lasted for a while. Thread-safe.
 */
final class MassDisableDetector {

  /** The number of inactive subjects within {@link #WINDOW} that are trusted in any case. */
  static final int ALLOWED_LOSSES = 3;

  /** The number of active subjects that allows for one more trusted inactive subject. */
  static final int ACTIVE_PER_LOSS = 100;

  /** The time during which a mass loss is not trusted. */
  static final Duration HOLD_TIME = Duration.ofMinutes(1);

  /** The time that a report counts for; it is dropped after twice this time at the latest. */
  static final Duration WINDOW = Duration.ofMinutes(1);

  private static final int MAX_NAMES = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(MassDisableDetector.class);

  private final LongSupplier nanoTime;
  private final OperatorLog operatorLog;
  private Counts current = new Counts();
  private Counts previous = new Counts();
  private long windowStart;
  private boolean suspected;
  private long suspectedSince;

  private static final class Counts {
    final Set<String> disabled = new HashSet<>();
    long active;
  }

  MassDisableDetector(LongSupplier nanoTime, OperatorLog operatorLog) {
    this.nanoTime = nanoTime;
    this.operatorLog = operatorLog;
    this.windowStart = nanoTime.getAsLong();
  }

  /** Records that a subject's account is active. */
  synchronized void recordActive() {
    rotate(nanoTime.getAsLong());
    current.active++;
  }

  /**
   * Records that a subject's account is no longer active.
   *
   * @return true if this report is not to be trusted for now
   */
  synchronized boolean recordDisabled(String subject) {
    long now = nanoTime.getAsLong();
    rotate(now);
    if (!previous.disabled.contains(subject) && current.disabled.size() < MAX_NAMES) {
      current.disabled.add(subject);
    }
    long lost = (long) current.disabled.size() + previous.disabled.size();
    boolean many = lost > ALLOWED_LOSSES + (current.active + previous.active) / ACTIVE_PER_LOSS;
    if (many && !suspected) {
      suspectedSince = now;
      operatorLog.warn(
          LOG,
          "mass loss",
          "{} accounts are reported as inactive at once, which looks like a failure of the account"
              + " provider. Requests of their users are answered with 503, and none of their tokens"
              + " is revoked, until the reports have lasted for {}",
          lost,
          HOLD_TIME);
    }
    suspected = many;
    return many && now - suspectedSince < HOLD_TIME.toNanos();
  }

  private void rotate(long now) {
    long passed = now - windowStart;
    if (passed >= WINDOW.toNanos()) {
      previous = passed < 2 * WINDOW.toNanos() ? current : new Counts();
      current = new Counts();
      windowStart = now;
    }
  }
}
