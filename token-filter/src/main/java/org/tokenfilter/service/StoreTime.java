package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the store's clock with the node's, and warns once when they begin to differ: by as much
 * tokens may be refused early or late by one of the nodes. Used by one thread.
 */
final class StoreTime {

  private static final Logger LOG = LoggerFactory.getLogger(StoreTime.class);
  private static final Duration TOLERATED = Duration.ofSeconds(5);

  private final Clock clock;
  private boolean differs;

  StoreTime(Clock clock) {
    this.clock = clock;
  }

  /**
   * Looks at an answer.
   *
   * @param asked when the store was asked, by the node's clock
   * @param storeTime what the store's clock said at some time from then until now
   */
  void compare(Instant asked, Instant storeTime) {
    Instant now = clock.instant();
    boolean differsNow =
        storeTime.isBefore(asked.minus(TOLERATED)) || storeTime.isAfter(now.plus(TOLERATED));
    if (differsNow && !differs) {
      LOG.warn(
          "The clocks of this node and of the token store differ by more than {}: {} here, {} there",
          TOLERATED,
          now,
          storeTime);
    } else if (!differsNow && differs) {
      LOG.info("The clocks of this node and of the token store agree again");
    }
    differs = differsNow;
  }
}
