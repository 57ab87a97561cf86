package org.tokenfilter.integration;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.tokenfilter.store.TokenId;

/** A lock on the table of records until it is closed, so that no statement on it answers. */
final class LockedTables implements AutoCloseable {

  private final Connection connection;

  LockedTables(DataSource source, String lock) {
    try {
      connection = source.getConnection();
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute(lock);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives a stored record a kind that no version knows. */
  static boolean damage(DataSource source, String prefix, TokenId id) {
    String sql = "update " + prefix + "token_record set kind = 99 where id = ?";
    try (Connection connection = source.getConnection();
        PreparedStatement update = connection.prepareStatement(sql)) {
      update.setBytes(1, id.bytes());
      return update.executeUpdate() == 1;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends the session's locks, whatever their kind. */
  @Override
  public void close() throws SQLException {
    connection.rollback();
    if (connection.getMetaData().getURL().startsWith("jdbc:mariadb")) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("unlock tables");
      }
    }
    connection.close();
  }
}
