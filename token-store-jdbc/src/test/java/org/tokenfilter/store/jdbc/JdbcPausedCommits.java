package org.tokenfilter.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.tck.PausedCommits;

/** A store whose connections pause each commit until it is released. */
final class JdbcPausedCommits implements PausedCommits {

  private static final int MAX_WAIT_SECONDS = 120;

  private final CountDownLatch released = new CountDownLatch(1);
  private final Semaphore paused = new Semaphore(0);
  private final TokenStore store;

  JdbcPausedCommits(DataSource source, Function<DataSource, TokenStore> opening) {
    this.store = opening.apply(proxy(DataSource.class, source));
  }

  private <T> T proxy(Class<T> type, T target) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().equals("commit")) {
            pause();
          }
          try {
            Object answer = method.invoke(target, arguments);
            return answer instanceof Connection connection && !method.getName().equals("unwrap")
                ? proxy(Connection.class, connection)
                : answer;
          } catch (InvocationTargetException e) {
            throw e.getTargetException();
          }
        };
    return type.cast(
        Proxy.newProxyInstance(
            JdbcPausedCommits.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private void pause() throws SQLException {
    paused.release();
    try {
      if (!released.await(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new SQLException("the commit was not released in time", "57014");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", "57014", e);
    }
  }

  @Override
  public TokenStore store() {
    return store;
  }

  @Override
  public void awaitPaused(int commits) throws InterruptedException {
    if (!paused.tryAcquire(commits, MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("fewer commits are paused than expected: " + commits);
    }
  }

  @Override
  public void release() {
    released.countDown();
  }
}
