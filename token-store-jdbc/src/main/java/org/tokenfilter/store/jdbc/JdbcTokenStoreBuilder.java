package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenStoreException;

/** Opens a {@link JdbcTokenStore}. Not thread-safe. */
public final class JdbcTokenStoreBuilder {

  private static final Logger log = LoggerFactory.getLogger(JdbcTokenStore.class);

  /** How long trial records may take. */
  private static final Duration TRIAL = Duration.ofSeconds(30);

  private final DataSource source;
  private String tablePrefix = "";
  private @Nullable Boolean createSchema;
  private boolean listen;
  private Duration timeout = Duration.ofSeconds(2);
  private Duration retention = Duration.ofHours(1);
  private LongSupplier nanoTime = System::nanoTime;
  private Runnable opened = () -> {};

  JdbcTokenStoreBuilder(DataSource source) {
    this.source = source;
  }

  /**
   * What the names of the tables begin with, such as {@code app_} or, with a schema, {@code
   * auth.app_}; by default nothing.
   */
  public JdbcTokenStoreBuilder tablePrefix(String value) {
    tablePrefix = value;
    return this;
  }

  /**
   * Whether missing tables are made; else it is only checked that they are there. By default true
   * on H2 alone.
   */
  public JdbcTokenStoreBuilder createSchema(boolean value) {
    createSchema = value;
    return this;
  }

  /**
   * Whether ends are told at once by LISTEN and NOTIFY, for {@link JdbcTokenStore#watch}; on
   * PostgreSQL alone, and with connections to one server process: a pooler in transaction mode
   * makes it deaf, which the log says. Each watch holds a connection. By default false; the same on
   * all nodes.
   */
  public JdbcTokenStoreBuilder listen(boolean value) {
    listen = value;
    return this;
  }

  /** How long a call may take; by default 2 s. A pool's own wait counts, but is not cut short. */
  public JdbcTokenStoreBuilder timeout(Duration value) {
    timeout = value;
    return this;
  }

  /** How long it is known what ended when; by default an hour. */
  public JdbcTokenStoreBuilder retention(Duration value) {
    retention = value;
    return this;
  }

  /** What the bounds are measured by. */
  JdbcTokenStoreBuilder nanoTime(LongSupplier value) {
    nanoTime = value;
    return this;
  }

  /** Closes what was opened for this store alone, such as its pool, together with the store. */
  public JdbcTokenStoreBuilder opened(Runnable value) {
    opened = value;
    return this;
  }

  /**
   * Opens the store: connects, makes or checks the tables, and shows by trial records, which are
   * rolled back, that texts come back as they were stored.
   *
   * @throws IllegalArgumentException if a setting, the database or its tables are not as they must
   *     be; the message lists what is wrong and says what to do
   * @throws TokenStoreException if the database cannot be reached
   */
  public JdbcTokenStore open() {
    Tables tables = new Tables(tablePrefix);
    if (timeout.isNegative() || timeout.isZero() || retention.isNegative()) {
      throw new IllegalArgumentException(
          "a timeout is positive and a retention is not negative: " + timeout + ", " + retention);
    }
    Surroundings surroundings = new Surroundings();
    Prepared prepared = prepare(tables, surroundings);
    Dialect dialect = prepared.dialect();
    Transactions transactions =
        new Transactions(
            prepared.source(), dialect, timeout, nanoTime, System::currentTimeMillis, surroundings);
    TextTrial.require(
        new Transactions(
            prepared.source(),
            dialect,
            longer(timeout),
            nanoTime,
            System::currentTimeMillis,
            surroundings),
        dialect,
        tables);
    EndWatch watch =
        listen
            ? new PostgresWatch(source, new WorkingConnections(transactions, tables, nanoTime))
            : EndWatch.NONE;
    EndLog ends = new EndLog(tables, dialect, retention, timeout, watch);
    return new JdbcTokenStore(transactions, dialect, tables, ends, watch, opened);
  }

  /** A node that starts has much to do; a trial takes more statements than a call. */
  private static Duration longer(Duration timeout) {
    return timeout.compareTo(TRIAL) > 0 ? timeout : TRIAL;
  }

  /** What the tables are in, and where connections that keep what they acknowledge come from. */
  private record Prepared(Dialect dialect, DataSource source) {}

  private Prepared prepare(Tables tables, Surroundings surroundings) {
    try (Loan loan = Loan.from(source, Transactions.networkTimeout(timeout))) {
      var connection = loan.connection();
      if (!connection.getAutoCommit()) {
        throw new IllegalArgumentException(
            "the DataSource gives connections with autoCommit off, as one that takes part in"
                + " transactions does: a rollback of the application would undo a log-out."
                + " Give the token store a DataSource outside of them");
      }
      var database = connection.getMetaData();
      Dialect dialect = Dialect.of(database);
      if (listen && (dialect != Dialect.POSTGRESQL || !PostgresDriver.isOf(connection))) {
        throw new IllegalArgumentException(
            "token.store.jdbc.listen=true needs PostgreSQL and its own driver");
      }
      surroundings.explore(loan, dialect);
      if (dialect == Dialect.POSTGRESQL) {
        PostgresTrial.run(loan);
      }
      new Schema(dialect, tables)
          .prepare(connection, createSchema == null ? dialect == Dialect.H2 : createSchema);
      DataSource used = source;
      if (dialect == Dialect.POSTGRESQL) {
        warnOfLostCommits(connection);
      } else if (dialect == Dialect.H2 && H2File.holds(connection)) {
        new H2File(tables).requireWritingAtOnce(connection);
        used = new H2FileSource(source);
      }
      log.info(
          "tokens are kept in {} {}, table prefix '{}', {}",
          database.getDatabaseProductName(),
          database.getDatabaseProductVersion(),
          tables.prefix(),
          listen ? "told to listen for ends" : "not listening for ends");
      return new Prepared(dialect, used);
    } catch (SQLException e) {
      throw Failures.unreachable(e);
    }
  }

  /** What is acknowledged before it is written may be gone after a crash, a log-out included. */
  private static void warnOfLostCommits(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("show synchronous_commit")) {
      if (row.next() && "off".equals(row.getString(1))) {
        log.warn(
            "synchronous_commit is off: after a crash of the database, tokens that were ended just"
                + " before may be live again");
      }
    }
  }
}
