package org.tokenfilter.store;

import java.io.Serial;

/** Thrown if a record with the same id exists already (S2); nothing was changed. */
public final class DuplicateTokenException extends TokenStoreException {

  @Serial private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param id the id that exists already
   */
  public DuplicateTokenException(TokenId id) {
    super("a record with id " + id + " exists already", null, false);
  }
}
