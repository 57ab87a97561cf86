package org.tokenfilter.config;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.codec.ContentKey;
import org.tokenfilter.service.FeedState;

/**
 * How a node is, for a page that watches over it. Nothing in it is secret.
 *
 * @param storeAnswers whether the store answers, as {@link
 *     org.tokenfilter.service.StoreCalls#areAnswered} judges it by the calls that there were
 * @param feed what the node knows of tokens that ended elsewhere; null where {@code
 *     token.revocation.lag} is zero
 * @param key what makes its tokens
 * @param tasks the signs of life of its background tasks; a task that is not needed, such as that
 *     of a file that is not set, is left out
 * @param clockAhead by how much this node's clock is ahead of the store's, as far as the store's
 *     last answer showed; negative where it is behind; null before the first answer. Beyond half a
 *     minute, either way, this node does not sweep
 */
public record Health(
    boolean storeAnswers,
    @Nullable FeedState feed,
    ActiveKey key,
    List<BackgroundTask> tasks,
    @Nullable Duration clockAhead) {

  /** Keeps the tasks as they are now. */
  public Health {
    tasks = List.copyOf(tasks);
  }

  /**
   * The key that makes tokens.
   *
   * @param kid its name
   * @param age how long ago it was made; null where the key file does not say
   */
  public record ActiveKey(String kid, @Nullable Duration age) {

    static ActiveKey of(ContentKey key, Instant now) {
      Instant madeAt = key.madeAt();
      return new ActiveKey(key.kid(), madeAt == null ? null : age(madeAt, now));
    }

    /** By the clock of whoever made it, that may be a moment from now. */
    private static Duration age(Instant madeAt, Instant now) {
      return madeAt.isAfter(now) ? Duration.ZERO : Duration.between(madeAt, now);
    }
  }
}
