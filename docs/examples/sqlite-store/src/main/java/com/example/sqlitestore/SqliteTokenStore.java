package com.example.sqlitestore;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.tokenfilter.store.base.TransactionalTokenStore;

/**
 * A token store in a file of SQLite, for any number of processes on one machine. The file must be
 * on a local disk. Reads run beside each other and beside a write; writes run one at a time.
 */
public final class SqliteTokenStore extends TransactionalTokenStore {

  private static final String TABLE =
      "create table if not exists token_row (key text primary key, value blob not null)"
          + " without rowid";

  private final String url;
  private final Duration timeout;
  private final SQLiteConfig config = new SQLiteConfig();
  private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();

  /** Gives the threads of this process their turn; SQLite lets the others try now and then. */
  private final ReentrantLock turn = new ReentrantLock(true);

  /**
   * Creates a store. Its first call opens the file, and creates it if necessary.
   *
   * @param file the file; SQLite keeps two more beside it, with the suffixes -wal and -shm
   * @param timeout the maximum time for which a call waits for other writes
   */
  public SqliteTokenStore(Path file, Duration timeout) {
    this.url = "jdbc:sqlite:" + file.toAbsolutePath();
    this.timeout = timeout;
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // With less than FULL, a power failure takes writes back that were acknowledged.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout((int) timeout.toMillis());
  }

  @Override
  protected <T> T read(Work<T> work) throws Exception {
    return inTransaction("begin", work);
  }

  @Override
  protected <T> T write(Work<T> work) throws Exception {
    if (!turn.tryLock(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new SQLTimeoutException("the file was busy for " + timeout);
    }
    try {
      // "Immediate" takes the lock of the file first: what the work reads is still true at its end.
      return inTransaction("begin immediate", work);
    } finally {
      turn.unlock();
    }
  }

  @Override
  protected void closeEngine() throws SQLException {
    for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
      connection.close();
    }
  }

  private <T> T inTransaction(String begin, Work<T> work) throws Exception {
    Connection pooled = idle.poll();
    Connection connection = pooled == null ? open() : pooled;
    try (Statement statement = connection.createStatement()) {
      statement.execute(begin);
      T answer = work.run(new SqliteRows(connection));
      statement.execute("commit");
      idle.add(connection);
      return answer;
    } catch (Exception | Error e) {
      // This rolls back. A connection that has failed is not used again.
      connection.close();
      throw e;
    }
  }

  /** Opens a connection, again while others open theirs: SQLite does not wait for its journal. */
  private Connection open() throws SQLException, InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      try {
        return tryOpen();
      } catch (SQLException e) {
        if (e.getErrorCode() != SQLiteErrorCode.SQLITE_BUSY.code || System.nanoTime() > end) {
          throw e;
        }
        Thread.sleep(5);
      }
    }
  }

  private Connection tryOpen() throws SQLException {
    Connection connection = config.createConnection(url);
    try (Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }
}
