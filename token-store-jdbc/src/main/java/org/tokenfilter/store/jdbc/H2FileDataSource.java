package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * A DataSource of connections to an H2 file that write each commit at once. H2 closes the file with
 * its last connection and loses this setting; so it is set again on each borrowed connection.
 */
final class H2FileDataSource extends AbstractDataSource {

  private final DataSource source;

  H2FileDataSource(DataSource source) {
    this.source = source;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = source.getConnection();
    boolean ready = false;
    try {
      // A connection inside a transaction is left unchanged; its borrower rejects it.
      if (connection.getAutoCommit()) {
        H2File.enableImmediateWrites(connection);
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
