package org.tokenfilter.store.jdbc;

import java.io.Serial;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A row that this version cannot read, for example because a newer version wrote it. */
final class UnreadableRecordException extends SQLException {

  @Serial private static final long serialVersionUID = 1L;

  UnreadableRecordException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
