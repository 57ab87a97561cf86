package org.tokenfilter.service;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.Notices;

/**
 * A detector of mass losses of accounts, which tells the failure of an account provider, such as a
 * directory that answers from an empty replica, from single accounts that are no longer active. If
 * the provider reports many accounts as inactive at once, the reports are not trusted until they
 * have lasted for a while. Thread-safe.
 */
final class MassLoss {

  /** The number of inactive subjects within {@link #WINDOW} that are trusted in any case. */
  static final int FEW = 3;

  /** The number of active subjects that allows for one more trusted inactive subject. */
  static final int SHARE = 100;

  /** The time during which a mass loss is not trusted. */
  static final Duration HELD = Duration.ofMinutes(1);

  /** The time that a report counts for; it is dropped after twice this time at the latest. */
  static final Duration WINDOW = Duration.ofMinutes(1);

  private static final int MOST_NAMES = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(MassLoss.class);

  private final LongSupplier nanoTime;
  private final Notices notices;
  private Counted current = new Counted();
  private Counted former = new Counted();
  private long begun;
  private boolean doubted;
  private long doubtedSince;

  private static final class Counted {
    final Set<String> lost = new HashSet<>();
    long known;
  }

  MassLoss(LongSupplier nanoTime, Notices notices) {
    this.nanoTime = nanoTime;
    this.notices = notices;
    this.begun = nanoTime.getAsLong();
  }

  /** Records that a subject's account is active. */
  synchronized void known() {
    roll(nanoTime.getAsLong());
    current.known++;
  }

  /**
   * Records that a subject's account is no longer active.
   *
   * @return true if this report is not to be trusted for now
   */
  synchronized boolean lost(String subject) {
    long now = nanoTime.getAsLong();
    roll(now);
    if (!former.lost.contains(subject) && current.lost.size() < MOST_NAMES) {
      current.lost.add(subject);
    }
    long lost = (long) current.lost.size() + former.lost.size();
    boolean many = lost > FEW + (current.known + former.known) / SHARE;
    if (many && !doubted) {
      doubtedSince = now;
      notices.warn(
          LOG,
          "mass loss",
          "{} accounts are reported as inactive at once, which looks like a failure of the account"
              + " provider. Requests of their users are answered with 503, and none of their tokens"
              + " is revoked, until the reports have lasted for {}",
          lost,
          HELD);
    }
    doubted = many;
    return many && now - doubtedSince < HELD.toNanos();
  }

  private void roll(long now) {
    long passed = now - begun;
    if (passed >= WINDOW.toNanos()) {
      former = passed < 2 * WINDOW.toNanos() ? current : new Counted();
      current = new Counted();
      begun = now;
    }
  }
}
