package org.tokenfilter.store.jdbc;

import java.io.Serial;
import java.sql.SQLException;

/** A connection that listens, and on which nothing is heard. */
final class DeafException extends SQLException {

  @Serial private static final long serialVersionUID = 1L;

  DeafException(String reason) {
    super(reason);
  }
}
