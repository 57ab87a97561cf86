package org.tokenfilter.config;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.keys.ContentKey;
import org.tokenfilter.service.TokenService.ChangeFeedState;

/**
 * The health of a node, for monitoring. It contains no secrets. Immutable.
 *
 * @param storeAnswers true if the store answers, as {@link
 *     org.tokenfilter.monitor.StoreCallMonitor#isHealthy} derives it from recent calls
 * @param feed the state of the feed of other nodes' changes; null if {@code token.revocation.lag}
 *     is zero
 * @param key the key that encrypts new tokens
 * @param tasks the health of the background tasks; a task that is not needed, such as the check of
 *     a file that is not configured, is absent
 * @param clockAhead the time by which this node's clock is ahead of the store's, as of the store's
 *     last answer; negative if it is behind; null before the first answer. A node does not sweep
 *     while its clock differs by more than half a minute
 */
public record Health(
    boolean storeAnswers,
    @Nullable ChangeFeedState feed,
    ActiveKey key,
    List<BackgroundTaskHealth> tasks,
    @Nullable Duration clockAhead) {

  /** Copies the tasks. */
  public Health {
    tasks = List.copyOf(tasks);
  }

  /**
   * The key that encrypts new tokens.
   *
   * @param kid the key id
   * @param age the time since its creation, never negative; null if the key file does not have it
   */
  public record ActiveKey(String kid, @Nullable Duration age) {

    static ActiveKey of(ContentKey key, Instant now) {
      Instant createdAt = key.createdAt();
      return new ActiveKey(key.kid(), createdAt == null ? null : age(createdAt, now));
    }

    /** The clock of the key's creator may be slightly ahead of this node's. */
    private static Duration age(Instant createdAt, Instant now) {
      return createdAt.isAfter(now) ? Duration.ZERO : Duration.between(createdAt, now);
    }
  }
}
