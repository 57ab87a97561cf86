package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * Connections to an H2 file that write each commit at once. H2 closes a file with its last
 * connection and forgets this; so each connection says it anew when it is taken.
 */
final class H2FileSource extends ConnectionSource {

  private final DataSource source;

  H2FileSource(DataSource source) {
    this.source = source;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = source.getConnection();
    boolean ready = false;
    try {
      // One inside of a transaction is not ours to change, and is refused by those who take it.
      if (connection.getAutoCommit()) {
        H2File.writeAtOnce(connection);
      }
      ready = true;
      return connection;
    } finally {
      if (!ready) {
        connection.close();
      }
    }
  }
}
