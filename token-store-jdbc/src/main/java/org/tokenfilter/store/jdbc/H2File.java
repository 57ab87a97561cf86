package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An H2 database in a file, and its write delay. By default, H2 writes commits to the file half a
 * second after it acknowledged them. It stores and reports the setting WRITE_DELAY, but does not
 * apply it when the file is opened again; so the store sets it on each connection and checks the
 * effect.
 */
final class H2File {

  private static final int ADMIN_RIGHTS_REQUIRED = 90040;

  /**
   * The number of checked commits. H2's background thread cannot write that many by chance, each
   * within a fraction of its delay.
   */
  private static final int CHECKS = 4;

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStore.class);

  private final TableNames tableNames;

  H2File(TableNames tableNames) {
    this.tableNames = tableNames;
  }

  /** Returns whether this H2 database is in a file, and not in memory. */
  static boolean isUsedBy(Connection connection) throws SQLException {
    return text(connection, "select database_path()") != null;
  }

  /** Sets H2 to write each commit before it acknowledges it, until the database is closed. */
  static void enableImmediateWrites(Connection connection) throws SQLException {
    execute(connection, "set write_delay 0");
    if (losesCommitsInReusedSpace(connection)) {
      execute(connection, "set retention_time " + Integer.MAX_VALUE);
    }
  }

  /**
   * Returns whether this version of H2 may lose the last commits of a killed process if it wrote
   * them into reused space of the file. By experiment, 2.5.252 loses them and 2.3.232 does not.
   */
  private static boolean losesCommitsInReusedSpace(Connection connection) throws SQLException {
    DatabaseMetaData database = connection.getMetaData();
    int major = database.getDatabaseMajorVersion();
    return major > 2 || (major == 2 && database.getDatabaseMinorVersion() > 3);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    }
  }

  /**
   * Checks with test commits that a commit is written before it is acknowledged.
   *
   * @throws IllegalArgumentException if it is not; the message says how to correct it
   */
  void requireImmediateWrites(Connection connection) throws SQLException {
    try {
      enableImmediateWrites(connection);
    } catch (SQLException e) {
      if (e.getErrorCode() != ADMIN_RIGHTS_REQUIRED) {
        throw e;
      }
      throw new IllegalArgumentException(
          "H2 acknowledges commits before they are in its file unless WRITE_DELAY is set to 0"
              + " whenever the file is opened, and this user may not set it; acknowledged commits"
              + " could be lost. Connect as a user with this right: ALTER USER name ADMIN TRUE",
          e);
    }
    for (int trial = 0; trial < CHECKS; trial++) {
      checkCommit(connection);
    }
    if (losesCommitsInReusedSpace(connection)) {
      log.warn(
          "this version of H2 may lose commits of a killed process if it reuses space of its file."
              + " The store prevents the reuse, so the file grows by some kilobytes with each"
              + " change until it is closed. Use H2 2.3.232 or a database server");
    }
  }

  private void checkCommit(Connection connection) throws SQLException {
    // A mark that has ended, and that each sweep deletes.
    String name = "trial-" + UUID.randomUUID();
    for (String change :
        new String[] {
          "insert into ${prefix}token_mark (name, marked_until) values (?, 0)",
          "delete from ${prefix}token_mark where marked_until = 0 and name = ?"
        }) {
      String before = fileWriteCount(connection);
      try (PreparedStatement statement = connection.prepareStatement(tableNames.sql(change))) {
        statement.setString(1, name);
        statement.executeUpdate();
      }
      if (before == null || before.equals(fileWriteCount(connection))) {
        throw new IllegalArgumentException(
            "this H2 database acknowledges commits before they are in its file, although"
                + " WRITE_DELAY was set to 0; acknowledged commits could be lost. Use a version of"
                + " H2 that the token store was tested with, or another database");
      }
    }
  }

  /** Returns the number of writes to the file; null if H2 does not report it. */
  private static @Nullable String fileWriteCount(Connection connection) throws SQLException {
    return text(
        connection,
        """
        select setting_value from information_schema.settings
        where setting_name = 'info.FILE_WRITE'\
        """);
  }

  private static @Nullable String text(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getString(1) : null;
    }
  }
}
