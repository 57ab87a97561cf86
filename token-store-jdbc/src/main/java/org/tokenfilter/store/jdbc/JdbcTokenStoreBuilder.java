package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.TokenStoreException;

/** A builder that opens a {@link JdbcTokenStore}. Not thread-safe. */
public final class JdbcTokenStoreBuilder {

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStore.class);

  /** The least timeout of the checks with trial records. */
  private static final Duration MIN_CHECK_TIMEOUT = Duration.ofSeconds(30);

  private final DataSource source;
  private String tablePrefix = "";
  private @Nullable Boolean createSchema;
  private boolean listen;
  private Duration timeout = Duration.ofSeconds(2);
  private LongSupplier nanoTime = System::nanoTime;
  private Runnable onClose = () -> {};

  JdbcTokenStoreBuilder(DataSource source) {
    this.source = source;
  }

  /**
   * Sets the prefix of the table names, such as {@code app_} or, with a schema, {@code auth.app_}.
   * The default is the empty prefix.
   *
   * @param value a prefix of at most 40 letters, digits and underscores, with a dot after a schema
   */
  public JdbcTokenStoreBuilder tablePrefix(String value) {
    tablePrefix = value;
    return this;
  }

  /**
   * Sets whether the store creates missing tables. If false, it only checks that they exist. The
   * default is true on H2 and false on all other databases.
   */
  public JdbcTokenStoreBuilder createSchema(boolean value) {
    createSchema = value;
    return this;
  }

  /**
   * Sets whether the store notifies all nodes of changes at once, by NOTIFY after the commit and
   * LISTEN, for {@link JdbcTokenStore#watch}. It needs PostgreSQL, its own driver, and connections
   * that stay with one server process. Behind a pooler in transaction mode no notifications arrive,
   * and the store logs a warning. Each watch holds one connection. The default is false. All nodes
   * must use the same value.
   */
  public JdbcTokenStoreBuilder listen(boolean value) {
    listen = value;
    return this;
  }

  /**
   * Sets the timeout of a call. The default is 2 s. The time that a pool waits for a free
   * connection counts, but the store does not interrupt it.
   *
   * @param value a positive duration
   */
  public JdbcTokenStoreBuilder timeout(Duration value) {
    timeout = value;
    return this;
  }

  /** Sets the nanosecond clock for timeouts. */
  JdbcTokenStoreBuilder nanoTime(LongSupplier value) {
    nanoTime = value;
    return this;
  }

  /**
   * Sets an action that runs once when the store is closed, for example to close a pool that was
   * opened for this store alone.
   */
  public JdbcTokenStoreBuilder onClose(Runnable value) {
    onClose = value;
    return this;
  }

  /**
   * Opens the store: connects, creates or checks the tables, and verifies with trial records that
   * texts are read back as they were stored. The trial records are rolled back.
   *
   * @throws IllegalArgumentException if a setting, the database or its tables are not suitable; the
   *     message lists all problems and their remedy
   * @throws TokenStoreException if the database cannot be reached
   */
  public JdbcTokenStore open() {
    TableNames tableNames = new TableNames(tablePrefix);
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be positive, not " + timeout);
    }
    DatabaseEnvironment environment = new DatabaseEnvironment();
    Prepared prepared = prepare(tableNames, environment);
    Dialect dialect = prepared.dialect();
    Function<Duration, Transactions> plain =
        limit ->
            new Transactions(
                prepared.source(), dialect, limit, nanoTime, environment, ChangeWriter.NONE);
    TextRoundTripCheck.requireRoundTrip(plain.apply(checkTimeout(timeout)), dialect, tableNames);
    ChangeNotifier notifier =
        listen
            ? new PostgresNotifier(
                source, new NotificationChannel(plain.apply(timeout), tableNames, nanoTime))
            : ChangeNotifier.NONE;
    ChangeFeed feed = ChangeFeed.of(dialect, tableNames);
    Transactions transactions =
        new Transactions(
            prepared.source(),
            dialect,
            timeout,
            nanoTime,
            environment,
            new AnnouncedFeed(feed, notifier));
    return new JdbcTokenStore(transactions, dialect, tableNames, feed, notifier, onClose);
  }

  /** A writer to the feed that notifies all nodes after the commit. */
  private record AnnouncedFeed(ChangeFeed feed, ChangeNotifier notifier) implements ChangeWriter {

    @Override
    public void write(SqlExecutor executor, List<Change> changes) throws SQLException {
      feed.write(executor, changes);
    }

    @Override
    public void onCommitted() {
      notifier.publish();
    }
  }

  /**
   * Returns the timeout of the checks. A starting node is busy, and a check runs more statements
   * than a call.
   */
  private static Duration checkTimeout(Duration timeout) {
    return timeout.compareTo(MIN_CHECK_TIMEOUT) > 0 ? timeout : MIN_CHECK_TIMEOUT;
  }

  /** The dialect of the database, and a source of connections whose commits are durable. */
  private record Prepared(Dialect dialect, DataSource source) {}

  private Prepared prepare(TableNames tableNames, DatabaseEnvironment environment) {
    try (BorrowedConnection borrowed =
        BorrowedConnection.from(source, Transactions.networkTimeout(timeout))) {
      var connection = borrowed.connection();
      if (!connection.getAutoCommit()) {
        throw new IllegalArgumentException(
            "the DataSource provides connections with autoCommit off, like one that takes part in"
                + " the application's transactions; a rollback of the application would undo a"
                + " logout. Give the token store a DataSource outside of these transactions");
      }
      var database = connection.getMetaData();
      Dialect dialect = Dialect.of(database);
      if (listen && (dialect != Dialect.POSTGRESQL || !PostgresDriver.supports(connection))) {
        throw new IllegalArgumentException(
            "token.store.jdbc.listen=true needs PostgreSQL and its own driver");
      }
      environment.inspect(borrowed, dialect);
      if (dialect == Dialect.POSTGRESQL) {
        PostgresTransactionCheck.requireTransactions(borrowed);
      }
      new Schema(dialect, tableNames)
          .prepare(connection, createSchema == null ? dialect == Dialect.H2 : createSchema);
      DataSource used = source;
      if (dialect == Dialect.POSTGRESQL) {
        warnOfLostCommits(connection);
      } else if (dialect == Dialect.H2 && H2File.isUsedBy(connection)) {
        new H2File(tableNames).requireImmediateWrites(connection);
        used = new H2FileDataSource(source);
      }
      log.info(
          "storing tokens in {} {}, table prefix '{}', {}",
          database.getDatabaseProductName(),
          database.getDatabaseProductVersion(),
          tableNames.prefix(),
          listen ? "LISTEN for changes is on" : "LISTEN for changes is off");
      return new Prepared(dialect, used);
    } catch (SQLException e) {
      throw SqlErrors.toUnreachableException(e);
    }
  }

  /** Warns if the database acknowledges commits early, so that a crash may lose a logout. */
  private static void warnOfLostCommits(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("show synchronous_commit")) {
      if (row.next() && "off".equals(row.getString(1))) {
        log.warn(
            "synchronous_commit is off: after a crash of the database, tokens that were revoked"
                + " just before may be valid again. Set synchronous_commit=on");
      }
    }
  }
}
