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

/**
 * A classification of SQLExceptions by SQLState and error code, because drivers differ in the
 * exception classes that they use.
 */
final class SqlErrors {

  /** SQLStates of a deadlock or serialization failure, in which another transaction won. */
  private static final Set<String> ROLLED_BACK = Set.of("40001", "40P01");

  /**
   * Error codes of the same failures without a specific SQLState. MySQL and MariaDB: record changed
   * (1020), lock wait timeout (1205), deadlock (1213). H2: lock timeout (50200), concurrent update
   * (90131).
   */
  private static final Set<Integer> ROLLED_BACK_CODES = Set.of(1020, 1205, 1213, 50200, 90131);

  /** Prefixes of SQLStates of a lost connection or a terminated server process. */
  private static final List<String> CONNECTION_LOST = List.of("08", "57P01", "57P02", "57P03");

  /**
   * SQLStates of PostgreSQL for a statement name that is unknown or already in use, because the
   * statement reached another server process than the one where the driver named it.
   */
  private static final Set<String> STATEMENT_NAME_MISMATCH = Set.of("26000", "42P05");

  private static final String READ_ONLY = "25006";

  /** Error codes of MySQL and MariaDB for a read-only server: read_only (1290, 1836). */
  private static final Set<Integer> READ_ONLY_CODES = Set.of(1290, 1836);

  /**
   * Prefixes of SQLStates of transient failures: connection, rollback, resources, cancellation or
   * shutdown, system error, timeout.
   */
  private static final List<String> TRANSIENT = List.of("08", "40", "53", "57", "58", "HYT");

  private SqlErrors() {}

  /** Returns whether a row with this key already exists. */
  static boolean isDuplicateKey(SQLException failure) {
    return anyInChain(failure, one -> state(one).startsWith("23"));
  }

  /**
   * Returns whether the database reports that it rolled the transaction back; it may be retried.
   */
  static boolean isRolledBack(SQLException failure) {
    return anyInChain(
        failure,
        one -> ROLLED_BACK.contains(state(one)) || ROLLED_BACK_CODES.contains(one.getErrorCode()));
  }

  /**
   * Returns whether the connection was lost. Then the outcome of the last statement is unknown, and
   * earlier ones are rolled back.
   */
  static boolean isConnectionLost(SQLException failure) {
    return anyInChain(
        failure,
        one ->
            one instanceof SQLRecoverableException
                || one instanceof SQLNonTransientConnectionException
                || CONNECTION_LOST.stream().anyMatch(state(one)::startsWith));
  }

  /**
   * Returns whether the statement had no effect because it reached a server process that does not
   * know its name.
   */
  static boolean isStatementNameMismatch(SQLException failure) {
    return anyInChain(failure, one -> STATEMENT_NAME_MISMATCH.contains(state(one)));
  }

  /** Returns whether the statement had no effect because the server accepts no writes. */
  static boolean isReadOnly(SQLException failure) {
    return anyInChain(
        failure,
        one -> READ_ONLY.equals(state(one)) || READ_ONLY_CODES.contains(one.getErrorCode()));
  }

  /** Returns whether serialization failed, which happens at isolations above READ COMMITTED. */
  static boolean isSerializationFailure(SQLException failure) {
    return anyInChain(failure, one -> "40001".equals(state(one)));
  }

  /**
   * Returns the exception for the caller. Its message does not contain the text of statements,
   * which drivers put into theirs.
   */
  static TokenStoreException toStoreException(SQLException failure) {
    if (failure instanceof UnreadableRecordException) {
      return new TokenStoreException(
          "a record cannot be read: " + failure.getMessage(), failure, false);
    }
    return new TokenStoreException(
        "the database call failed (SQLState %s, code %d)"
            .formatted(failure.getSQLState(), failure.getErrorCode()),
        SecretRedaction.redact(failure),
        isTransient(failure));
  }

  /**
   * Returns the exception for a failed start. It contains the first line of the driver's message,
   * which usually names the server.
   */
  static TokenStoreException toUnreachableException(SQLException why) {
    SQLException failure = SecretRedaction.redact(why);
    return new TokenStoreException(
        "the database cannot be reached (SQLState %s): %s"
            .formatted(failure.getSQLState(), firstLine(String.valueOf(failure.getMessage()))),
        failure,
        true);
  }

  /** Returns whether the failure is transient, so that the same call may succeed later. */
  static boolean isTransient(SQLException failure) {
    return isRolledBack(failure)
        || isReadOnly(failure)
        || isStatementNameMismatch(failure)
        || anyInChain(
            failure,
            one ->
                one instanceof SQLTransientException
                    || one instanceof SQLRecoverableException
                    || one instanceof SQLNonTransientConnectionException
                    || TRANSIENT.stream().anyMatch(state(one)::startsWith));
  }

  /** Tests a failure and its chain of next exceptions, which holds the causes of a failed batch. */
  private static boolean anyInChain(SQLException failure, Predicate<SQLException> test) {
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
