package org.tokenfilter.benchmark.database;

import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** A database that belongs to one stack. */
public interface Database extends AutoCloseable {

  /** Its pool. */
  DataSource source();

  /** Counts from now on what is sent through the pool, which costs time. */
  void beginCounting();

  /** What was done since then; counts no longer. */
  Activity endCounting() throws SQLException;

  /** CPU time that the server has used, in nanoseconds; 0 if it runs in this process. */
  long cpuNanos();

  /** Bytes of all these tables with all their indexes. */
  long bytes(List<String> tables) throws SQLException;

  @Override
  void close();
}
