package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.tokenfilter.store.TokenId;

/** Damage to a stored record. */
final class Damage {

  private Damage() {}

  /** Gives a stored record a kind that no version knows. */
  static boolean ofKind(DataSource source, String prefix, TokenId id) {
    String sql = "update " + prefix + "token_record set kind = 99 where id = ?";
    try (Connection connection = source.getConnection();
        PreparedStatement update = connection.prepareStatement(sql)) {
      update.setBytes(1, id.bytes());
      return update.executeUpdate() == 1;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
