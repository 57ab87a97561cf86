package org.tokenfilter.benchmark.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** A pool of connections to one database. */
final class ConnectionPool implements AutoCloseable {

  /** One connection for each connection of the load, so that no request waits for one. */
  private static final int SIZE = 16;

  private final HikariDataSource source;

  ConnectionPool(String url) {
    this(url, SIZE);
  }

  ConnectionPool(String url, int size) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMaximumPoolSize(size);
    source = new HikariDataSource(config);
  }

  DataSource source() {
    return source;
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Returns the numbers in the first row of a query. */
  List<Long> numbers(String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      List<Long> numbers = new ArrayList<>();
      for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
        numbers.add(row.getLong(column));
      }
      return numbers;
    }
  }

  long number(String sql) throws SQLException {
    return numbers(sql).get(0);
  }

  /** Closes the sessions of all connections that are not in use. */
  void disconnect() {
    source.getHikariPoolMXBean().softEvictConnections();
  }

  @Override
  public void close() {
    source.close();
  }
}
