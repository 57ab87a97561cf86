package org.tokenfilter.store.jdbc;

import java.io.Serial;
import java.sql.SQLException;

/** A failure of a connection that listens but receives no notifications. */
final class UndeliveredNotificationException extends SQLException {

  @Serial private static final long serialVersionUID = 1L;

  UndeliveredNotificationException(String reason) {
    super(reason);
  }
}
