package org.tokenfilter.store.jdbc;

import java.io.Serial;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A row is no record that this version knows, such as one that a newer version has written. */
final class UnreadableRecordException extends SQLException {

  @Serial private static final long serialVersionUID = 1L;

  UnreadableRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
