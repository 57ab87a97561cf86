package org.tokenfilter.store.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The SQL that differs between the databases; all other SQL is the same for all of them. */
enum Dialect {
  POSTGRESQL(
      "PostgreSQL",
      "(extract(epoch from clock_timestamp()) * 1000)::bigint",
      // Stable within a statement, so that the database can use it for an index search.
      "(extract(epoch from statement_timestamp()) * 1000)::bigint",
      "for share",
      Dialect.FOR_ONE_TRANSACTION),
  MARIADB(
      "MariaDB",
      Dialect.UTC_MILLIS,
      Dialect.UTC_MILLIS,
      "lock in share mode",
      Dialect.FOR_ONE_TRANSACTION),
  MYSQL("MySQL", Dialect.UTC_MILLIS, Dialect.UTC_MILLIS, "for share", Dialect.FOR_ONE_TRANSACTION),
  H2("H2", Dialect.H2_MILLIS, Dialect.H2_MILLIS, "for update", null);

  private static final String FOR_ONE_TRANSACTION =
      "set transaction isolation level read committed";

  /** The clock in UTC, because the local time of these databases is ambiguous in autumn. */
  private static final String UTC_MILLIS =
      "timestampdiff(microsecond, '1970-01-01 00:00:00', utc_timestamp(6)) div 1000";

  private static final String H2_MILLIS =
      "datediff(millisecond, timestamp with time zone '1970-01-01 00:00:00+00:00',"
          + " current_timestamp)";

  private final String product;
  private final String clock;
  private final String readingClock;
  private final String shareLock;
  private final @Nullable String isolationStatement;

  Dialect(
      String product,
      String clock,
      String readingClock,
      String shareLock,
      @Nullable String isolation) {
    this.product = product;
    this.clock = clock;
    this.readingClock = readingClock;
    this.shareLock = shareLock;
    this.isolationStatement = isolation;
  }

  /**
   * Returns the dialect of this database. With the MySQL driver, a MariaDB server reports MySQL as
   * its product; only its version names MariaDB.
   *
   * @throws IllegalArgumentException if the database is not supported
   */
  static Dialect of(DatabaseMetaData database) throws SQLException {
    String name = String.valueOf(database.getDatabaseProductName());
    String version = String.valueOf(database.getDatabaseProductVersion());
    if (name.equalsIgnoreCase(MYSQL.product) && version.contains(MARIADB.product)) {
      return MARIADB;
    }
    for (Dialect dialect : values()) {
      if (name.equalsIgnoreCase(dialect.product)) {
        return dialect;
      }
    }
    throw new IllegalArgumentException(
        "the database is " + name + "; it must be PostgreSQL, MariaDB, MySQL or H2");
  }

  /** Returns the name of the product. */
  String product() {
    return product;
  }

  /** Returns the name of the product as in the file names of the schema scripts. */
  String scriptName() {
    return product.toLowerCase(Locale.ROOT);
  }

  /** Returns the SQL of the database's clock in milliseconds, for values to write. */
  String clock() {
    return clock;
  }

  /** Returns the SQL of the database's clock in milliseconds, to compare with an indexed column. */
  String readingClock() {
    return readingClock;
  }

  /**
   * Returns the SQL of the value that the index on {@code visit_at} contains for a time: the time
   * or, on a database whose index stores equal entries compactly, its second.
   *
   * @param time the SQL of the time: a column or a parameter
   */
  String visitExpression(String time) {
    return this == POSTGRESQL ? time + " / 1000" : time;
  }

  /** Returns the form of texts in the columns. */
  TextCodec textCodec() {
    return new TextCodec(this == MARIADB || this == MYSQL);
  }

  /** Returns the advice for a database that does not return texts as they were stored. */
  String textAdvice() {
    return switch (this) {
      case POSTGRESQL -> "Use a database with the encoding UTF8 (see: SHOW server_encoding)";
      case MARIADB, MYSQL, H2 ->
          "Use the columns of schema-%s.sql in the jar token-store-jdbc".formatted(scriptName());
    };
  }

  /** Returns the SQL of a parameter that is a whole number, where its type is not clear. */
  String numberParameter() {
    return this == H2 ? "cast(? as bigint)" : "cast(? as signed)";
  }

  /** Returns the clause that locks the read rows against changes, but not against reads. */
  String shareLock() {
    return shareLock;
  }

  /**
   * Returns the query of whether a server is a standby and whether it is read-only, each 0 for no;
   * null if the database has neither.
   */
  @Nullable String serverStateQuery() {
    return switch (this) {
      case POSTGRESQL ->
          """
          select pg_is_in_recovery()::integer as standby,
            current_setting('transaction_read_only')::boolean::integer as read_only\
          """;
      case MARIADB, MYSQL -> "select 0 as standby, @@global.read_only as read_only";
      case H2 -> null;
    };
  }

  /**
   * Returns the statement that sets the isolation of the current transaction only; null if
   * isolation is a setting of the connection.
   */
  @Nullable String isolationStatement() {
    return isolationStatement;
  }
}
