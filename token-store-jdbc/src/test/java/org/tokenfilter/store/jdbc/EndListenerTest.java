package org.tokenfilter.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** The thread that listens for ends goes on, whatever its pool throws. */
class EndListenerTest {

  @Test
  void errorsDoNotEndTheThread() throws Exception {
    CountDownLatch asked = new CountDownLatch(3);
    DataSource source =
        (DataSource)
            Proxy.newProxyInstance(
                EndListenerTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                  asked.countDown();
                  throw asked.getCount() % 2 == 0
                      ? new NoClassDefFoundError("of the driver")
                      : new OutOfMemoryError("of the pool");
                });
    Transactions transactions =
        new Transactions(
            source,
            Dialect.POSTGRESQL,
            Duration.ofSeconds(1),
            () -> 0,
            () -> 0,
            new Surroundings());
    WorkingConnections working = new WorkingConnections(transactions, new Tables(""), () -> 0);
    try (EndListener listener = new EndListener(source, working, id -> {})) {
      listener.start();
      assertThat(asked.await(1, TimeUnit.MINUTES)).isTrue();
    }
  }
}
