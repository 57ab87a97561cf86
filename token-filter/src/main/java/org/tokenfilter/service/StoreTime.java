package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the store's clock with the node's, and warns once when they begin to differ: by as much
 * tokens may be refused early or late by one of the nodes. Thread-safe.
 */
final class StoreTime {

  private static final Logger LOG = LoggerFactory.getLogger(StoreTime.class);
  private static final Duration TOLERATED = Duration.ofSeconds(5);

  private final Clock clock;
  private boolean differs;
  private @Nullable Duration ahead;

  StoreTime(Clock clock) {
    this.clock = clock;
  }

  /**
   * Looks at an answer.
   *
   * @param asked when the store was asked, by the node's clock
   * @param storeTime what the store's clock said at some time from then until now
   */
  synchronized void compare(Instant asked, Instant storeTime) {
    Instant now = clock.instant();
    ahead = ahead(asked, storeTime, now);
    boolean differsNow = ahead.abs().compareTo(TOLERATED) > 0;
    if (differsNow && !differs) {
      LOG.warn(
          "The clocks of this node and of the token store differ by more than {}: {} here, {}"
              + " there. Keep both by NTP; operations.md says what follows",
          TOLERATED,
          now,
          storeTime);
    } else if (!differsNow && differs) {
      LOG.info("The clocks of this node and of the token store agree again");
    }
    differs = differsNow;
  }

  /** By so much at least; an answer that took long says less. */
  private static Duration ahead(Instant asked, Instant storeTime, Instant now) {
    if (storeTime.isBefore(asked)) {
      return Duration.between(storeTime, asked);
    }
    return storeTime.isAfter(now) ? Duration.between(storeTime, now) : Duration.ZERO;
  }

  /**
   * By how much the node's clock is ahead of the store's, as far as the last answer showed;
   * negative where it is behind; empty before the first answer.
   */
  synchronized Optional<Duration> ahead() {
    return Optional.ofNullable(ahead);
  }
}
