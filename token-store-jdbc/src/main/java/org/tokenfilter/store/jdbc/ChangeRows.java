package org.tokenfilter.store.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.RevocationReason;

/** The mapping of changes to rows and back. */
final class ChangeRows {

  private ChangeRows() {}

  /** Returns the number of the reason; null for new details. */
  static @Nullable Integer reason(Change change) {
    RevocationReason reason = change.revoked();
    return reason == null ? null : RowNumbers.of(reason);
  }

  /** Reads a change; a reason that only a newer version knows is read as {@code CLOSED}. */
  static Change read(ResultSet row) throws SQLException {
    int number = row.getInt("reason");
    if (row.wasNull()) {
      return Change.amended(RecordRows.id(row), row.getLong("version"));
    }
    RevocationReason reason = RowNumbers.reasonOrNull(number);
    return Change.revoked(RecordRows.id(row), reason == null ? RevocationReason.CLOSED : reason);
  }
}
