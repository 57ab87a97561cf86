package org.tokenfilter.benchmark.database;

import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;

/** An H2 database in a file, in this process. */
public final class H2Database implements Database {

  private static final int UNKNOWN = -1;

  private final ConnectionPool pool;
  private final CountingDataSource source;

  /**
   * Creates the database.
   *
   * @param folder the folder of its file; it must not contain one yet
   */
  public H2Database(Path folder) {
    pool = new ConnectionPool("jdbc:h2:file:" + folder.toAbsolutePath().resolve("tokens"));
    source = new CountingDataSource(pool.source());
  }

  @Override
  public DataSource source() {
    return source;
  }

  @Override
  public void startCounting() {
    source.startCounting();
  }

  @Override
  public DatabaseActivity stopCounting() {
    source.stopCounting();
    return new DatabaseActivity(source.statements(), source.commits(), UNKNOWN, UNKNOWN);
  }

  @Override
  public long cpuNanos() {
    return 0;
  }

  /** Returns -1: the file grows with row versions, and shrinks when it is closed. */
  @Override
  public long bytes(List<String> tables) {
    return UNKNOWN;
  }

  @Override
  public void close() {
    pool.close();
  }
}
