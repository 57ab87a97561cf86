package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tables of a store, which are created or checked when it is opened. */
final class Schema {

  private static final Logger log = LoggerFactory.getLogger(Schema.class);

  private final Dialect dialect;
  private final TableNames tableNames;

  Schema(Dialect dialect, TableNames tableNames) {
    this.dialect = dialect;
    this.tableNames = tableNames;
  }

  /**
   * Checks the tables, after creating missing ones if requested.
   *
   * @param create whether to create missing tables
   * @throws IllegalArgumentException if the tables are not suitable; the message lists all problems
   */
  void prepare(Connection connection, boolean create) throws SQLException {
    requireNotVersion1(connection);
    List<String> problems = SchemaCheck.problems(connection, dialect, tableNames);
    if (create && !problems.isEmpty()) {
      create(connection, problems);
      problems = SchemaCheck.problems(connection, dialect, tableNames);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "the tables in this %s database with the prefix '%s' are not ready: %s. Create them with"
                  .formatted(dialect.product(), tableNames.prefix(), String.join("; ", problems))
              + " schema-%s.sql in the jar token-store-jdbc or with token.store.jdbc.schema=create"
                  .formatted(dialect.scriptName()));
    }
  }

  private void requireNotVersion1(Connection connection) throws SQLException {
    if (SchemaCheck.hasVersion(connection, tableNames, 1)) {
      throw new IllegalArgumentException(
          ("the tables in this %s database with the prefix '%s' have version 1, and this token store"
                  + " needs version %d. Stop all nodes, run schema-upgrade-1-to-2-%s.sql in the jar"
                  + " token-store-jdbc, and start them with this version")
              .formatted(
                  dialect.product(),
                  tableNames.prefix(),
                  SchemaCheck.VERSION,
                  dialect.scriptName()));
    }
  }

  private void create(Connection connection, List<String> problems) throws SQLException {
    try {
      new SchemaScript(dialect, tableNames).run(connection);
      log.info("created the tables of the token store with the prefix '{}'", tableNames.prefix());
    } catch (SQLException e) {
      throw new IllegalArgumentException(
          "the tables are not ready (%s) and could not be created (SQLState %s); run schema-%s.sql"
                  .formatted(String.join("; ", problems), e.getSQLState(), dialect.scriptName())
              + " of the jar token-store-jdbc as a user with the right to create tables",
          e);
    }
  }
}
