package org.tokenfilter.store.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What differs between the databases; everything else is one text for all of them. */
enum Dialect {
  POSTGRESQL(
      "PostgreSQL",
      "(extract(epoch from clock_timestamp()) * 1000)::bigint",
      // Stable within a statement, so that an index can be searched by it.
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

  /** By UTC: the local time of these databases is ambiguous for an hour in autumn. */
  private static final String UTC_MILLIS =
      "timestampdiff(microsecond, '1970-01-01 00:00:00', utc_timestamp(6)) div 1000";

  private static final String H2_MILLIS =
      "datediff(millisecond, timestamp with time zone '1970-01-01 00:00:00+00:00',"
          + " current_timestamp)";

  private final String product;
  private final String clock;
  private final String readingClock;
  private final String shareLock;
  private final @Nullable String isolation;

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
    this.isolation = isolation;
  }

  /**
   * The dialect of this database. A MariaDB server that is seen through the MySQL driver calls
   * itself MySQL, but for its version.
   *
   * @throws IllegalArgumentException if it is none of these
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
        "the database is " + name + "; supported are PostgreSQL, MariaDB, MySQL and H2");
  }

  /** As its users call it. */
  String product() {
    return product;
  }

  /** As it is written in the names of the schema scripts. */
  String scriptName() {
    return product.toLowerCase(Locale.ROOT);
  }

  /** The database's clock in milliseconds, for what is written. */
  String clock() {
    return clock;
  }

  /** The database's clock in milliseconds, for what is compared with an indexed column. */
  String readingClock() {
    return readingClock;
  }

  /**
   * What the index on {@code visit_at} holds for a time: the time or, where equal entries take
   * little room, its second.
   *
   * @param time a column or a place for a value
   */
  String visit(String time) {
    return this == POSTGRESQL ? time + " / 1000" : time;
  }

  /** What to do where texts do not come back as they were stored. */
  String textAdvice() {
    return switch (this) {
      case POSTGRESQL -> "Use a database with the encoding UTF8 (see: SHOW server_encoding)";
      case MARIADB, MYSQL ->
          ("Use utf8mb4 from end to end: the columns of schema-%s.sql in the jar token-store-jdbc"
                  + " (see: SHOW CREATE TABLE), and no other character set or collation for the"
                  + " connection, be it in its URL (characterEncoding, characterSetResults,"
                  + " connectionCollation, sessionVariables) or by SET NAMES in the pool")
              .formatted(scriptName());
      case H2 -> "Use the columns of schema-h2.sql in the jar token-store-jdbc";
    };
  }

  /** The clause that keeps others from changing what was read, but not from reading it. */
  String shareLock() {
    return shareLock;
  }

  /**
   * The question whether a server is a standby and whether it is read-only, each 0 where it is not;
   * null where there is no such thing.
   */
  @Nullable String readOnly() {
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
   * The statement that sets the isolation of the transaction it begins, and needs no undoing; null
   * where isolation belongs to the connection.
   */
  @Nullable String isolation() {
    return isolation;
  }
}
