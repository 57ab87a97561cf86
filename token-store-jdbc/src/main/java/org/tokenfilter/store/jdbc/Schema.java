package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes or checks the tables when a store is opened. */
final class Schema {

  private static final Logger log = LoggerFactory.getLogger(Schema.class);

  private final Dialect dialect;
  private final Tables tables;

  Schema(Dialect dialect, Tables tables) {
    this.dialect = dialect;
    this.tables = tables;
  }

  /**
   * Prepares the database for use.
   *
   * @throws IllegalArgumentException if something is not as it must be; lists all of it
   */
  void prepare(Connection connection, boolean create) throws SQLException {
    List<String> problems = SchemaCheck.problems(connection, tables);
    if (create && !problems.isEmpty()) {
      create(connection);
      problems = SchemaCheck.problems(connection, tables);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "the tables in this %s database with the prefix '%s' are not ready: %s. They are made by"
                  .formatted(dialect.product(), tables.prefix(), String.join("; ", problems))
              + " schema-%s.sql in the jar token-store-jdbc, or by token.store.jdbc.schema=create"
                  .formatted(dialect.scriptName()));
    }
    if (dialect == Dialect.H2) {
      writeAtOnce(connection);
    }
  }

  private void create(Connection connection) throws SQLException {
    try {
      new SchemaScript(dialect, tables).run(connection);
      log.info("made the tables of the token store with the prefix '{}'", tables.prefix());
    } catch (SQLException e) {
      throw new IllegalArgumentException(
          "the tables cannot be made (SQLState %s); schema-%s.sql in the jar token-store-jdbc shows"
                  .formatted(e.getSQLState(), dialect.scriptName())
              + " what they need",
          e);
    }
  }

  /** H2 writes commits to its file half a second later, unless it is told otherwise. */
  private static void writeAtOnce(Connection connection) throws SQLException {
    if (writeDelay(connection) == 0) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement("set write_delay 0")) {
      statement.execute();
      log.info("set WRITE_DELAY of the H2 database to 0, so that what was acknowledged stays");
    } catch (SQLException e) {
      throw new IllegalArgumentException(
          "WRITE_DELAY of the H2 database is not 0, so that what was acknowledged could be lost,"
              + " and this user may not set it: let an administrator run SET WRITE_DELAY 0",
          e);
    }
  }

  private static int writeDelay(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                """
                select setting_value from information_schema.settings
                where setting_name = 'WRITE_DELAY'""");
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getInt(1) : -1;
    }
  }
}
