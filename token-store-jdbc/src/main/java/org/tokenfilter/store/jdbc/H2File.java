package org.tokenfilter.store.jdbc;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenId;

/**
 * An H2 database in a file, and when its commits reach the file. Left alone, H2 writes them half a
 * second later. The setting WRITE_DELAY is kept in the database and reported by it, but not applied
 * when the file is opened again; so it is set on each connection, and proved by a trial.
 */
final class H2File {

  private static final int ADMIN_RIGHTS_REQUIRED = 90040;

  /**
   * More than a thread in the background could write by chance, each within a fraction of its
   * delay.
   */
  private static final int TRIALS = 4;

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStore.class);

  private final Tables tables;

  H2File(Tables tables) {
    this.tables = tables;
  }

  /** Whether this H2 database is in a file, and not in memory. */
  static boolean holds(Connection connection) throws SQLException {
    return text(connection, "select database_path()") != null;
  }

  /** Makes each commit reach the file before it is acknowledged, until the database is closed. */
  static void writeAtOnce(Connection connection) throws SQLException {
    execute(connection, "set write_delay 0");
    if (losesWhereSpaceIsUsedAgain(connection)) {
      execute(connection, "set retention_time " + Integer.MAX_VALUE);
    }
  }

  /**
   * Whether this H2 may not find its last commits when its process was killed and it had written
   * them over space of the file that was free: tried, 2.5.252 does not, 2.3.232 does.
   */
  private static boolean losesWhereSpaceIsUsedAgain(Connection connection) throws SQLException {
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
   * Shows by trial commits that a commit is written before it is acknowledged.
   *
   * @throws IllegalArgumentException if it is not; says what to do
   */
  void requireWritingAtOnce(Connection connection) throws SQLException {
    try {
      writeAtOnce(connection);
    } catch (SQLException e) {
      if (e.getErrorCode() != ADMIN_RIGHTS_REQUIRED) {
        throw e;
      }
      throw new IllegalArgumentException(
          "commits to an H2 file are acknowledged before they are written unless WRITE_DELAY is set"
              + " to 0 whenever the file is opened, and this user may not set it; what was"
              + " acknowledged could be lost. Connect as a user with the right to: ALTER USER name"
              + " ADMIN TRUE",
          e);
    }
    for (int trial = 0; trial < TRIALS; trial++) {
      tryCommit(connection);
    }
    if (losesWhereSpaceIsUsedAgain(connection)) {
      log.warn(
          "this version of H2 may lose commits of a process that is killed, where it uses space of"
              + " its file again. It is kept from that, so the file grows by some kilobytes with"
              + " each change until it is closed: use H2 2.3.232, or a database server");
    }
  }

  private void tryCommit(Connection connection) throws SQLException {
    // Of a time that is asked for by no one, and deleted by each sweep.
    byte[] id = new byte[TokenId.LENGTH];
    new SecureRandom().nextBytes(id);
    for (String change :
        new String[] {
          "insert into ${prefix}token_end (ended_by_store_clock, id) values (0, ?)",
          "delete from ${prefix}token_end where ended_by_store_clock = 0 and id = ?"
        }) {
      String before = writes(connection);
      try (PreparedStatement statement = connection.prepareStatement(tables.sql(change))) {
        statement.setBytes(1, id);
        statement.executeUpdate();
      }
      if (before == null || before.equals(writes(connection))) {
        throw new IllegalArgumentException(
            "this H2 database acknowledges commits before they are in its file, although"
                + " WRITE_DELAY was set to 0: what was acknowledged could be lost. Use a version of"
                + " H2 that the token store was tested with, or another database");
      }
    }
  }

  /** How often its file was written; null if H2 does not say. */
  private static @Nullable String writes(Connection connection) throws SQLException {
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
