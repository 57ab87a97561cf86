package org.tokenfilter.service;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far a node may be behind the store.
 *
 * @param revocationLag how long after its end a token may still be taken for live by another node;
 *     zero: each request reads the store
 * @param renewalInterval a token's uses are written at most once in this time; null for a sixtieth
 *     of its idle timeout, at least a second
 * @param patience how long a request waits for another one's answer of the store, and for its turn
 */
public record Timeliness(
    Duration revocationLag, @Nullable Duration renewalInterval, Duration patience) {

  private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
  private static final int WRITES_PER_IDLE_TIMEOUT = 60;

  /** How often the last use of a token that does not slide is kept; it is for showing alone. */
  private static final Duration SHOWN_EVERY = Duration.ofMinutes(1);

  /**
   * How long uses of a token may wait before they are written.
   *
   * @param idleTimeout the token's; null if it does not slide
   */
  Duration intervalOf(@Nullable Duration idleTimeout) {
    if (idleTimeout == null) {
      return SHOWN_EVERY;
    }
    return Objects.requireNonNullElseGet(
        renewalInterval,
        () -> {
          Duration share = idleTimeout.dividedBy(WRITES_PER_IDLE_TIMEOUT);
          return share.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : share;
        });
  }
}
