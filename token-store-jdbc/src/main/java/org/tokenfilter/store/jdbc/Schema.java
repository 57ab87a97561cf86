package org.tokenfilter.store.jdbc;

import java.sql.Connection;
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
      create(connection, problems);
      problems = SchemaCheck.problems(connection, tables);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "the tables in this %s database with the prefix '%s' are not ready: %s. They are made by"
                  .formatted(dialect.product(), tables.prefix(), String.join("; ", problems))
              + " schema-%s.sql in the jar token-store-jdbc, or by token.store.jdbc.schema=create"
                  .formatted(dialect.scriptName()));
    }
  }

  private void create(Connection connection, List<String> problems) throws SQLException {
    try {
      new SchemaScript(dialect, tables).run(connection);
      log.info("made the tables of the token store with the prefix '{}'", tables.prefix());
    } catch (SQLException e) {
      throw new IllegalArgumentException(
          "the tables are not ready (%s) and cannot be made (SQLState %s); schema-%s.sql in the jar"
                  .formatted(String.join("; ", problems), e.getSQLState(), dialect.scriptName())
              + " token-store-jdbc shows what they need",
          e);
    }
  }
}
