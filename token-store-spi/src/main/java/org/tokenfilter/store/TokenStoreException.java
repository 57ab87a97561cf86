package org.tokenfilter.store;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown if the outcome of a store call is unknown: a command may or may not have taken effect, or
 * a record could not be read. The caller must treat it neither as "not found" nor as "done". The
 * filter answers 503.
 */
public class TokenStoreException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /**
   * Creates the exception.
   *
   * @param message the message for operators; without secrets and without SQL text
   * @param cause the underlying failure; null if there is none
   * @param retryable whether the same call may soon succeed
   */
  public TokenStoreException(String message, @Nullable Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
  }

  /** Returns whether the same call may soon succeed, as after a lost connection or a deadlock. */
  public boolean retryable() {
    return retryable;
  }
}
