package org.tokenfilter.service;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.Notices;

/**
 * Tells accounts that all seem to be gone, such as those of a directory that answers from an empty
 * replica, from users who may not go on: one that says so of many subjects at once is not believed
 * until that has lasted. Thread-safe.
 */
final class MassLoss {

  /** How many subjects may be lost within {@link #WINDOW} without a question. */
  static final int FEW = 3;

  /** Of so many subjects that may go on, one more may be lost without a question. */
  static final int SHARE = 100;

  /** How long it is not believed. */
  static final Duration HELD = Duration.ofMinutes(1);

  /** After how long what was counted is counted no more: after twice as long at the latest. */
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

  /** One subject may go on. */
  synchronized void known() {
    roll(nanoTime.getAsLong());
    current.known++;
  }

  /**
   * One subject may not go on.
   *
   * @return whether that is not to be believed for now
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
          "{} subjects may not go on all of a sudden, which looks like a failure of what keeps the"
              + " accounts: their requests get 503, and no token of theirs is ended, until it has"
              + " lasted for {}",
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
