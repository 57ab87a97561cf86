package org.tokenfilter.benchmark.database;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A data source that counts statements and commits while counting is on. It adds no cost while
 * counting is off. Thread-safe.
 */
final class CountingDataSource extends DelegatingDataSource {

  private static final Set<String> TRANSACTION_ENDS = Set.of("commit", "rollback");

  private final AtomicLong statements = new AtomicLong();
  private final AtomicLong commits = new AtomicLong();
  private volatile boolean counting;

  CountingDataSource(DataSource source) {
    super(source);
  }

  void startCounting() {
    statements.set(0);
    commits.set(0);
    counting = true;
  }

  void stopCounting() {
    counting = false;
  }

  /** Returns the number of statements while counting was on. */
  long statements() {
    return statements.get();
  }

  /** Returns the number of commits and rollbacks while counting was on. */
  long commits() {
    return commits.get();
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = super.getConnection();
    return counting ? wrap(Connection.class, connection) : connection;
  }

  private <T> T wrap(Class<T> type, Object wrapped) {
    return type.cast(
        Proxy.newProxyInstance(
            CountingDataSource.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getName().startsWith("execute")) {
                statements.incrementAndGet();
              } else if (TRANSACTION_ENDS.contains(method.getName())) {
                commits.incrementAndGet();
              }
              try {
                return wrapResult(method.getReturnType(), method.invoke(wrapped, arguments));
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            }));
  }

  private @Nullable Object wrapResult(Class<?> type, @Nullable Object result) {
    boolean counted = type == Connection.class || Statement.class.isAssignableFrom(type);
    return result != null && counted ? wrap(type, result) : result;
  }
}
