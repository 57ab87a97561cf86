package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.tokenfilter.store.TokenStoreException;

/** What an SQLException means: by SQLState, since drivers differ in their classes. */
final class Failures {

  /** Deadlock, serialization failure; lost against another transaction. */
  private static final Set<String> UNDONE = Set.of("40001", "40P01");

  /**
   * The same where it has no SQLState of its own. MySQL and MariaDB: record changed (1020), lock
   * wait timeout (1205), deadlock (1213). H2: lock timeout (50200), concurrent update (90131).
   */
  private static final Set<Integer> UNDONE_CODES = Set.of(1020, 1205, 1213, 50200, 90131);

  /** The connection is lost, or its server process was ended. */
  private static final List<String> LOST = List.of("08", "57P01", "57P02", "57P03");

  /**
   * PostgreSQL does not know the driver's name for a statement, or has that name already: the
   * statement went to another server process than the one that was told the name.
   */
  private static final Set<String> MISNAMED = Set.of("26000", "42P05");

  private static final String READ_ONLY = "25006";

  /** The same for MySQL and MariaDB: read_only (1290, 1836). */
  private static final Set<Integer> READ_ONLY_CODES = Set.of(1290, 1836);

  /** Connection, transaction lost, resources, cancelled or shutting down, timeout. */
  private static final List<String> PASSING = List.of("08", "40", "53", "57", "58", "HYT");

  private Failures() {}

  /** A row with this key exists already. */
  static boolean duplicate(SQLException failure) {
    return any(failure, one -> state(one).startsWith("23"));
  }

  /** The database has undone the transaction and says so: it may be tried again at once. */
  static boolean undone(SQLException failure) {
    return any(
        failure, one -> UNDONE.contains(state(one)) || UNDONE_CODES.contains(one.getErrorCode()));
  }

  /** It is not known what became of the last statement, and earlier ones are undone. */
  static boolean lost(SQLException failure) {
    return any(
        failure,
        one ->
            one instanceof SQLRecoverableException
                || one instanceof SQLNonTransientConnectionException
                || LOST.stream().anyMatch(state(one)::startsWith));
  }

  /** The statement reached a server process that does not know it by name, and did nothing. */
  static boolean misnamed(SQLException failure) {
    return any(failure, one -> MISNAMED.contains(state(one)));
  }

  /** The server takes no writes, and so wrote nothing. */
  static boolean readOnly(SQLException failure) {
    return any(
        failure,
        one -> READ_ONLY.equals(state(one)) || READ_ONLY_CODES.contains(one.getErrorCode()));
  }

  /** The transaction could not be put in order with others, as happens above READ COMMITTED. */
  static boolean unserializable(SQLException failure) {
    return any(failure, one -> "40001".equals(state(one)));
  }

  /** For the caller, without the text of statements, which drivers put into their messages. */
  static TokenStoreException unknown(SQLException failure) {
    if (failure instanceof UnreadableRecordException) {
      return new TokenStoreException(
          "a record cannot be read: " + failure.getMessage(), failure, false);
    }
    return new TokenStoreException(
        "the database did not do what it was asked to (SQLState %s, code %d)"
            .formatted(failure.getSQLState(), failure.getErrorCode()),
        DriverMessage.shown(failure),
        passing(failure));
  }

  /**
   * For the start: with what the driver could not reach, as far as it says so in its first line.
   */
  static TokenStoreException unreachable(SQLException why) {
    SQLException failure = DriverMessage.shown(why);
    return new TokenStoreException(
        "the database cannot be reached (SQLState %s): %s"
            .formatted(failure.getSQLState(), firstLine(String.valueOf(failure.getMessage()))),
        failure,
        true);
  }

  /** It is the moment that is wrong, not what was asked for. */
  static boolean passing(SQLException failure) {
    return undone(failure)
        || readOnly(failure)
        || misnamed(failure)
        || any(
            failure,
            one ->
                one instanceof SQLTransientException
                    || one instanceof SQLRecoverableException
                    || one instanceof SQLNonTransientConnectionException
                    || PASSING.stream().anyMatch(state(one)::startsWith));
  }

  /** A failed batch carries what went wrong in a chain of its own. */
  private static boolean any(SQLException failure, Predicate<SQLException> test) {
    return Stream.iterate(failure, one -> one != null, SQLException::getNextException)
        .limit(10)
        .anyMatch(test);
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("").replaceFirst("; SQL statement:.*", "");
  }

  private static String state(SQLException failure) {
    String state = failure.getSQLState();
    return state == null ? "" : state;
  }
}
