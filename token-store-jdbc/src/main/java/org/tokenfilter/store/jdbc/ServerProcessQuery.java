package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The query of the server process that serves a connection. */
final class ServerProcessQuery {

  static final String PID_QUERY = "select pg_backend_pid() as backend";

  private ServerProcessQuery() {}

  static int pidOf(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(PID_QUERY)) {
      row.next();
      return row.getInt("backend");
    }
  }
}
