package org.tokenfilter.benchmark.database;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** A database on a PostgreSQL server. */
public final class PostgresDatabase implements Database {

  private static final int SINGLE_CONNECTION = 1;
  private static final int MAX_TRIES = 200;
  private static final long BETWEEN_TRIES_MILLIS = 50;

  private final PostgresServer server;
  private final String url;
  private final ConnectionPool pool;
  private final CountingDataSource source;
  private long walAtStart;
  private long rowsAtStart;

  PostgresDatabase(String url, PostgresServer server) {
    this.server = server;
    this.url = url;
    this.pool = new ConnectionPool(url);
    this.source = new CountingDataSource(pool.source());
  }

  /**
   * Returns the same database with a separate pool, as another node uses it. The caller closes it.
   */
  public PostgresDatabase withSeparatePool() {
    return new PostgresDatabase(url, server);
  }

  @Override
  public DataSource source() {
    return source;
  }

  /** Executes one statement. */
  public void execute(String sql) throws SQLException {
    pool.execute(sql);
  }

  /** Returns the numbers in the first row of a query. */
  public List<Long> numbers(String sql) throws SQLException {
    return pool.numbers(sql);
  }

  @Override
  public void startCounting() {
    try {
      rowsAtStart = writtenRows();
      walAtStart = walBytes();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    source.startCounting();
  }

  @Override
  public DatabaseActivity stopCounting() throws SQLException {
    source.stopCounting();
    long walBytes = walBytes() - walAtStart;
    return new DatabaseActivity(
        source.statements(), source.commits(), writtenRows() - rowsAtStart, walBytes);
  }

  /** Returns the position of the write-ahead log in bytes, for all databases of the server. */
  public long walBytes() throws SQLException {
    return pool.number("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
  }

  /**
   * Returns the number of rows written so far. A session reports its writes at the latest when it
   * ends, so all sessions are ended first.
   */
  private long writtenRows() throws SQLException {
    try (ConnectionPool single = new ConnectionPool(url, SINGLE_CONNECTION)) {
      long now = single.number("select (extract(epoch from clock_timestamp()) * 1000000)::bigint");
      pool.disconnect();
      String remaining =
          """
          select count(*) from pg_stat_activity
          where datname = current_database() and backend_type = 'client backend'
          and pid <> pg_backend_pid() and query not ilike 'listen%%'
          and extract(epoch from backend_start) * 1000000 <= %d"""
              .formatted(now);
      for (int attempt = 0; attempt < MAX_TRIES && single.number(remaining) > 0; attempt++) {
        pause();
      }
      return single.number(
          """
          select tup_inserted + tup_updated + tup_deleted
          from pg_stat_database where datname = current_database()""");
    }
  }

  private static void pause() {
    try {
      Thread.sleep(BETWEEN_TRIES_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public long cpuNanos() {
    return server.cpuNanos();
  }

  @Override
  public long bytes(List<String> tables) throws SQLException {
    for (String table : tables) {
      pool.execute("vacuum analyze " + table);
    }
    return pool.number(
        "select "
            + tables.stream()
                .map("pg_total_relation_size('%s')"::formatted)
                .collect(Collectors.joining(" + ")));
  }

  @Override
  public void close() {
    pool.close();
  }
}
