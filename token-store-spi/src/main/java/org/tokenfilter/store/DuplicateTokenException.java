package org.tokenfilter.store;

import java.io.Serial;

/** A record with this id exists already (S2); nothing was changed. */
public final class DuplicateTokenException extends TokenStoreException {

  @Serial private static final long serialVersionUID = 1L;

  /** The id that exists already. */
  public DuplicateTokenException(TokenId id) {
    super("a record with the id " + id + " exists already", null, false);
  }
}
