package org.tokenfilter.benchmark.database;

import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** A database that is used by one stack only. */
public interface Database extends AutoCloseable {

  /** Returns the connection pool. */
  DataSource source();

  /** Starts to count the work that is done through the pool, which costs time. */
  void startCounting();

  /** Stops counting, and returns the work since the start. */
  DatabaseActivity stopCounting() throws SQLException;

  /**
   * Returns the CPU time that the server has used, in nanoseconds; 0 if it runs in this process.
   */
  long cpuNanos();

  /** Returns the size of the tables with all their indexes, in bytes; negative if not known. */
  long bytes(List<String> tables) throws SQLException;

  @Override
  void close();
}
