package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenId;

/**
 * A daemon thread that receives notifications of revocations from PostgreSQL on one connection. It
 * reports that it is listening once a probe notification has arrived, and probes again every
 * minute. A connection that is lost or receives nothing is replaced, with increasing pauses.
 */
final class EndListener implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EndListener.class);

  /** The longest wait for a notification, and so the delay of closing. */
  private static final int TURN_MILLIS = 500;

  /** The number of waits without a notification after which the connection is validated. */
  private static final int TURNS_UNTIL_ASKED = 20;

  private static final int ANSWER_SECONDS = 5;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final DataSource source;
  private final WorkingConnections working;
  private final Consumer<TokenId> ended;
  private final Hearing hearing = new Hearing();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "token-store-listen");
  private Duration pause = FIRST_PAUSE;

  EndListener(DataSource source, WorkingConnections working, Consumer<TokenId> ended) {
    this.source = source;
    this.working = working;
    this.ended = ended;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Stops the thread and waits for it, at most 5 s if it is stuck in the network. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(ANSWER_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closed(Duration.ZERO)) {
      try (Connection connection = source.getConnection()) {
        listen(connection);
      } catch (Throwable e) {
        // Errors, too, because without this thread each revocation would be noticed late, with no
        // message in the log.
        hearing.lost(pause, e);
        closed(pause);
        pause = pause.multipliedBy(2);
        pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
      }
    }
  }

  private void listen(Connection connection) throws SQLException {
    if (working.shareServersWith(connection)) {
      throw new DeafException("other sessions share the server process of this one");
    }
    try {
      execute(connection, "listen \"" + working.channel() + "\"");
      receive(connection);
    } finally {
      clean(connection);
    }
  }

  /** Stops listening by the pool's own connection, so that the pool notices if it is lost. */
  private static void clean(Connection connection) throws SQLException {
    try {
      execute(connection, "unlisten *");
    } catch (SQLException e) {
      connection.abort(Runnable::run);
    }
  }

  /**
   * Executes a statement without parameters. A channel name cannot be a parameter; ours consists of
   * letters, digits, underscores and a dot.
   */
  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void receive(Connection connection) throws SQLException {
    PostgresDriver driver = PostgresDriver.of(connection);
    Echo echo = working.echo();
    int quiet = 0;
    while (!closed(Duration.ZERO)) {
      if (echo.verdict() == Echo.Verdict.DEAF) {
        throw new DeafException("a probe notification did not arrive");
      }
      PGNotification[] notifications = driver.notifications(TURN_MILLIS);
      for (PGNotification notification : notifications) {
        tell(notification, echo);
      }
      quiet = notifications.length > 0 ? 0 : quiet + 1;
      if (echo.verdict() == Echo.Verdict.HEARS) {
        hearing.works();
        pause = FIRST_PAUSE;
      }
      if (quiet == TURNS_UNTIL_ASKED) {
        quiet = 0;
        if (!connection.isValid(ANSWER_SECONDS)) {
          throw new SQLException("the connection is lost");
        }
      }
    }
  }

  private void tell(PGNotification notification, Echo echo) {
    try {
      if (!echo.hears(notification.getParameter())) {
        ended.accept(TokenId.parse(notification.getParameter()));
      }
    } catch (Throwable e) {
      log.debug("a notification of a revocation was lost", e);
    }
  }

  private boolean closed(Duration patience) {
    try {
      return closing.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      closing.countDown();
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
