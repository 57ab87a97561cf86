package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The thread that listens for revocations, which survives any error of its pool. */
class PostgresListenerTest {

  @Test
  void errorsDoNotStopTheThread() throws Exception {
    CountDownLatch asked = new CountDownLatch(3);
    DataSource source =
        source(
            () -> {
              asked.countDown();
              throw asked.getCount() % 2 == 0
                  ? new NoClassDefFoundError("of the driver")
                  : new OutOfMemoryError("of the pool");
            });
    try (PostgresListener listener =
        new PostgresListener(source, notificationChannel(source), () -> {})) {
      listener.start();
      assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  /** A poll may subscribe while its store is closing; that thread would never be stopped. */
  @Test
  void closedNotifierStartsNoListenerThread() throws Exception {
    DataSource source =
        source(
            () -> {
              throw new SQLException("the pool is closed");
            });
    PostgresNotifier notifier = new PostgresNotifier(source, notificationChannel(source));
    notifier.close();

    Set<Thread> before = listenerThreads();
    AutoCloseable watching = notifier.subscribe(() -> {});
    assertThat(listenerThreads()).isSubsetOf(before);
    watching.close();
  }

  private static Set<Thread> listenerThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("token-store-listen"))
        .collect(Collectors.toSet());
  }

  /** Returns a data source that makes its connections by the given call. */
  private static DataSource source(Callable<?> connections) {
    return (DataSource)
        Proxy.newProxyInstance(
            PostgresListenerTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> connections.call());
  }

  private static NotificationChannel notificationChannel(DataSource source) {
    Transactions transactions =
        new Transactions(
            source,
            Dialect.POSTGRESQL,
            Duration.ofSeconds(1),
            () -> 0,
            new DatabaseEnvironment(),
            ChangeWriter.NONE);
    return new NotificationChannel(transactions, new TableNames(""), () -> 0);
  }
}
