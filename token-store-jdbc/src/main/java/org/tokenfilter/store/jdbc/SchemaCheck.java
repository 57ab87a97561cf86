package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A check that the tables satisfy the statements, and that this user may use them. */
final class SchemaCheck {

  /** The version that the statements need. */
  static final int VERSION = 2;

  private final Connection connection;
  private final TableNames tableNames;
  private final List<String> problems = new ArrayList<>();

  private SchemaCheck(Connection connection, TableNames tableNames) {
    this.connection = connection;
    this.tableNames = tableNames;
  }

  /** Returns the problems, each a sentence without a full stop; empty if there are none. */
  static List<String> problems(Connection connection, Dialect dialect, TableNames tableNames)
      throws SQLException {
    SchemaCheck check = new SchemaCheck(connection, tableNames);
    for (SchemaTable table : SchemaTable.all(dialect)) {
      check.checkTable(table);
    }
    if (check.problems.isEmpty()) {
      check.checkContent(dialect != Dialect.POSTGRESQL);
    }
    return check.problems;
  }

  /** Returns whether the tables have this version; false if they are missing. */
  static boolean hasVersion(Connection connection, TableNames tableNames, int version)
      throws SQLException {
    SchemaCheck check = new SchemaCheck(connection, tableNames);
    check.requireCount(
        "other version",
        "select count(*) from ${prefix}token_schema where version = " + version,
        1);
    return check.problems.isEmpty();
  }

  private void checkTable(SchemaTable table) throws SQLException {
    Map<String, Column> found = new TreeMap<>();
    if (!execute(
        table.name() + " is missing or may not be read",
        "select * from " + name(table) + " where 1 = 0",
        row -> found.putAll(columns(row.getMetaData())))) {
      return;
    }
    table
        .columns()
        .forEach(
            (column, type) -> {
              Column actual = found.get(column);
              if (actual == null) {
                problems.add(table.name() + " has no column " + column);
              } else if (!type.fits(actual.type(), actual.size())) {
                problems.add(
                    "%s.%s is %s(%d), not %s"
                        .formatted(
                            table.name(), column, actual.typeName(), actual.size(), type.name()));
              }
            });
    for (SchemaTable.Privilege privilege : table.privileges()) {
      // Changes no row, but fails without the privilege.
      execute(
          "this user may not " + privilege.name() + " " + table.name(),
          privilege.probe().formatted(name(table), String.join(", ", table.columns().keySet())),
          row -> {});
    }
  }

  private void checkContent(boolean hasLanes) throws SQLException {
    requireCount(
        "token_schema must have version " + VERSION,
        "select count(*) from ${prefix}token_schema where version = " + VERSION,
        1);
    requireCount(
        "token_group_lock must have the slots 0 to " + (GroupLimit.SLOTS - 1),
        "select count(*) from ${prefix}token_group_lock where slot between 0 and "
            + (GroupLimit.SLOTS - 1),
        GroupLimit.SLOTS);
    if (hasLanes) {
      requireCount(
          "token_change_lane must have the lanes 0 to " + (LaneCursor.LANES - 1),
          "select count(*) from ${prefix}token_change_lane where lane between 0 and "
              + (LaneCursor.LANES - 1),
          LaneCursor.LANES);
    }
  }

  private void requireCount(String problem, String sql, int number) throws SQLException {
    execute(
        problem,
        tableNames.sql(sql),
        row -> {
          row.next();
          if (row.getInt(1) != number) {
            problems.add(problem);
          }
        });
  }

  private interface ResultReader {
    void read(ResultSet row) throws SQLException;
  }

  private boolean execute(String problem, String sql, ResultReader reading) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      if (statement.execute()) {
        try (ResultSet row = statement.getResultSet()) {
          reading.read(row);
        }
      }
      return true;
    } catch (SQLException e) {
      if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
        throw e;
      }
      problems.add(problem + " (SQLState " + e.getSQLState() + ")");
      return false;
    }
  }

  private String name(SchemaTable table) {
    return tableNames.prefix() + table.name();
  }

  private record Column(int type, String typeName, int size) {}

  private static Map<String, Column> columns(ResultSetMetaData data) throws SQLException {
    Map<String, Column> columns = new TreeMap<>();
    for (int index = 1; index <= data.getColumnCount(); index++) {
      columns.put(
          data.getColumnName(index).toLowerCase(Locale.ROOT),
          new Column(
              data.getColumnType(index),
              data.getColumnTypeName(index).toLowerCase(Locale.ROOT),
              data.getPrecision(index)));
    }
    return columns;
  }
}
