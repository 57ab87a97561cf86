package org.tokenfilter.store;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * The store's answer is not known: a command may or may not have taken effect. Whoever asks must
 * neither take it for "not found" nor for "done"; the filter answers 503.
 */
public class TokenStoreException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final boolean retryable;

  /**
   * An unknown answer.
   *
   * @param message for operators; without secrets, and without the text of statements
   * @param cause what went wrong below
   * @param retryable whether the same call may go through soon
   */
  public TokenStoreException(String message, @Nullable Throwable cause, boolean retryable) {
    super(message, cause);
    this.retryable = retryable;
  }

  /** Whether the same call may go through soon, as after a lost connection or a deadlock. */
  public boolean retryable() {
    return retryable;
  }
}
