package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A monitor of the difference between the clock of this node and the clocks of the token store's
 * shards. It warns once when the clocks start to differ, because a node may then reject tokens too
 * early or too late by the difference. Thread-safe.
 */
final class ClockSkewMonitor {

  private static final Logger LOG = LoggerFactory.getLogger(ClockSkewMonitor.class);
  private static final Duration TOLERANCE = Duration.ofSeconds(5);

  private final Clock clock;
  private final @Nullable Duration[] ahead;
  private boolean differs;

  ClockSkewMonitor(Clock clock, int shards) {
    this.clock = clock;
    this.ahead = new @Nullable Duration[shards];
  }

  /**
   * Compares the clocks by one answer of a shard, and logs a change.
   *
   * @param asked the start of the call, by the clock of this node
   * @param storeTime a reading of the shard's clock between the start of the call and now
   * @return the time by which this node's clock is ahead of the shard's; negative if it is behind
   */
  synchronized Duration check(int shard, Instant asked, Instant storeTime) {
    Instant now = clock.instant();
    Duration difference = ahead(asked, storeTime, now);
    ahead[shard] = difference;
    boolean differsNow = ahead().map(most -> most.abs().compareTo(TOLERANCE) > 0).orElse(false);
    if (differsNow && !differs) {
      LOG.warn(
          "The clocks of this node and of the token store differ by more than {}: this node has {},"
              + " the store has {}. Synchronize both by NTP; operations.md describes the effects",
          TOLERANCE,
          now,
          storeTime);
    } else if (!differsNow && differs) {
      LOG.info("The clocks of this node and of the token store agree again");
    }
    differs = differsNow;
    return difference;
  }

  /** Returns the least possible difference; a slow answer shows less of it. */
  private static Duration ahead(Instant asked, Instant storeTime, Instant now) {
    if (storeTime.isBefore(asked)) {
      return Duration.between(storeTime, asked);
    }
    return storeTime.isAfter(now) ? Duration.between(storeTime, now) : Duration.ZERO;
  }

  /**
   * Returns the time by which the clock of this node is ahead of the store's, as far as the last
   * answers showed; of several shards, the one that differs most. It is negative if the node is
   * behind, and empty before the first answer.
   */
  synchronized Optional<Duration> ahead() {
    return Arrays.stream(ahead).filter(Objects::nonNull).max(Comparator.comparing(Duration::abs));
  }
}
