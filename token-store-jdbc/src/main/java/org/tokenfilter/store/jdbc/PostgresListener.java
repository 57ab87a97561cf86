package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that receives notifications of changes from PostgreSQL on one connection. It
 * reports that it is listening once a probe notification has arrived, and probes again every
 * minute. A connection that is lost or receives nothing is replaced, with increasing pauses.
 */
final class PostgresListener implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PostgresListener.class);

  /** The longest wait for a notification, and so the delay of closing. */
  private static final int POLL_MILLIS = 500;

  /** The number of waits without a notification after which the connection is validated. */
  private static final int IDLE_POLLS_UNTIL_VALIDATION = 20;

  private static final int RESPONSE_TIMEOUT_SECONDS = 5;
  private static final Duration INITIAL_BACKOFF = Duration.ofMillis(250);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(30);

  private final DataSource source;
  private final NotificationChannel channel;
  private final Runnable changed;
  private final ListenerStatusLog statusLog = new ListenerStatusLog();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "token-store-listen");
  private Duration backoff = INITIAL_BACKOFF;

  PostgresListener(DataSource source, NotificationChannel channel, Runnable changed) {
    this.source = source;
    this.channel = channel;
    this.changed = changed;
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
      thread.join(TimeUnit.SECONDS.toMillis(RESPONSE_TIMEOUT_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!awaitClose(Duration.ZERO)) {
      try (Connection connection = source.getConnection()) {
        listen(connection);
      } catch (Throwable e) {
        // Errors, too, because without this thread each change would be noticed late, with no
        // message in the log.
        statusLog.onFailure(backoff, e);
        awaitClose(backoff);
        backoff = backoff.multipliedBy(2);
        backoff = backoff.compareTo(MAX_BACKOFF) < 0 ? backoff : MAX_BACKOFF;
      }
    }
  }

  private void listen(Connection connection) throws SQLException {
    if (channel.sharesServerProcessWith(connection)) {
      throw new UndeliveredNotificationException(
          "other sessions share the server process of this one");
    }
    try {
      execute(connection, "listen \"" + channel.name() + "\"");
      receive(connection);
    } finally {
      unlisten(connection);
    }
  }

  /** Stops listening by the pool's own connection, so that the pool notices if it is lost. */
  private static void unlisten(Connection connection) throws SQLException {
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
    LoopbackProbe probe = channel.newProbe();
    int quiet = 0;
    while (!awaitClose(Duration.ZERO)) {
      if (probe.status() == LoopbackProbe.Status.NOT_DELIVERED) {
        throw new UndeliveredNotificationException("a probe notification did not arrive");
      }
      channel.publisher().sendPending();
      PGNotification[] notifications =
          driver.notifications(channel.publisher().waitMillis(POLL_MILLIS));
      dispatch(notifications, probe);
      quiet = notifications.length > 0 ? 0 : quiet + 1;
      if (probe.status() == LoopbackProbe.Status.DELIVERED) {
        statusLog.onListening();
        backoff = INITIAL_BACKOFF;
      }
      if (quiet == IDLE_POLLS_UNTIL_VALIDATION) {
        quiet = 0;
        if (!connection.isValid(RESPONSE_TIMEOUT_SECONDS)) {
          throw new SQLException("the connection is lost");
        }
      }
    }
  }

  private void dispatch(PGNotification[] notifications, LoopbackProbe probe) {
    boolean hasChanges = false;
    for (PGNotification notification : notifications) {
      hasChanges |= !probe.accept(notification.getParameter());
    }
    if (hasChanges) {
      try {
        changed.run();
      } catch (Throwable e) {
        log.debug("a notification of changes was lost", e);
      }
    }
  }

  private boolean awaitClose(Duration maxWait) {
    try {
      return closing.await(maxWait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      closing.countDown();
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
