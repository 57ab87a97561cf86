package org.tokenfilter.store.base;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Thrown for bytes that this edition cannot read: they are damaged, or a newer edition wrote them.
 * They are never an absent record.
 */
public class UnreadableRecordException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message the message for operators
   * @param cause the underlying failure; null if there is none
   */
  public UnreadableRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
