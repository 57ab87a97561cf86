package org.tokenfilter.policy;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The limits for cached and buffered state of a node.
 *
 * @param revocationLag the longest time for which another node may still accept a revoked token;
 *     zero disables caching, so that each request reads the store
 * @param renewalInterval the shortest time between two writes of a token's uses; null for a
 *     sixtieth of its idle timeout, at least a second
 * @param maxWait the longest time that a request waits for the store read of another request, and
 *     for a permit to read
 */
public record CachePolicy(
    Duration revocationLag, @Nullable Duration renewalInterval, Duration maxWait) {

  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
  private static final int WRITES_PER_IDLE_TIMEOUT = 60;

  /**
   * The write interval for the last use of tokens that do not slide, which is informational only.
   */
  private static final Duration LAST_USE_INTERVAL = Duration.ofMinutes(1);

  /**
   * Returns the longest time for which uses of a token may stay in memory before they are written.
   *
   * @param idleTimeout the idle timeout of the token; null if it does not slide
   */
  public Duration renewalIntervalFor(@Nullable Duration idleTimeout) {
    if (idleTimeout == null) {
      return LAST_USE_INTERVAL;
    }
    return Objects.requireNonNullElseGet(
        renewalInterval,
        () -> {
          Duration share = idleTimeout.dividedBy(WRITES_PER_IDLE_TIMEOUT);
          return share.compareTo(MIN_INTERVAL) < 0 ? MIN_INTERVAL : share;
        });
  }
}
