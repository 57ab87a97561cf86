package org.tokenfilter.config;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * A content that a background task checks for changes.
 *
 * @param <T> the type of the content; replaced as a whole
 */
interface ReloadableContent<T> extends Supplier<T> {

  /**
   * Checks whether the content has changed; for one thread.
   *
   * @return the reason why the new content is not in force; empty if it is, or will be with the
   *     next check
   */
  Optional<Throwable> check();
}
