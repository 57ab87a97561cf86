package org.tokenfilter.store.jdbc;

import java.io.Serial;
import java.sql.SQLException;

/** A row whose text is not what was stored, since its hash does not match. */
final class ChangedTextException extends SQLException {

  @Serial private static final long serialVersionUID = 1L;

  ChangedTextException(String message) {
    super(message);
  }
}
