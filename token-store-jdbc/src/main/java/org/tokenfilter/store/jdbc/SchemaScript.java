package org.tokenfilter.store.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The script in this jar that creates the tables. It does not change existing ones. */
final class SchemaScript {

  private final List<String> statements;

  SchemaScript(Dialect dialect, TableNames tableNames) {
    this.statements = statements(tableNames.sql(read("schema-" + dialect.scriptName() + ".sql")));
  }

  /**
   * Runs the script. A statement may fail if another node creates the tables at the same time; it
   * succeeds when it is repeated.
   */
  void run(Connection connection) throws SQLException {
    for (String statement : statements) {
      try {
        execute(connection, statement);
      } catch (SQLException first) {
        execute(connection, statement);
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    }
  }

  private static List<String> statements(String script) {
    String text =
        script
            .lines()
            .filter(line -> !line.strip().startsWith("--"))
            .collect(Collectors.joining("\n"));
    return Stream.of(text.split(";", -1)).map(String::strip).filter(one -> !one.isEmpty()).toList();
  }

  private static String read(String name) {
    try (InputStream script = SchemaScript.class.getResourceAsStream(name)) {
      if (script == null) {
        throw new IllegalStateException(name + " is missing in the jar");
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
