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

/** Counts what is sent, while it is asked to; else it costs nothing. Thread-safe. */
final class CountedSource extends DelegatingDataSource {

  private static final Set<String> ENDS = Set.of("commit", "rollback");

  private final AtomicLong statements = new AtomicLong();
  private final AtomicLong commits = new AtomicLong();
  private volatile boolean counting;

  CountedSource(DataSource source) {
    super(source);
  }

  void begin() {
    statements.set(0);
    commits.set(0);
    counting = true;
  }

  void end() {
    counting = false;
  }

  /** Statements between begin and end. */
  long statements() {
    return statements.get();
  }

  /** Commits and rollbacks between begin and end. */
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
            CountedSource.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getName().startsWith("execute")) {
                statements.incrementAndGet();
              } else if (ENDS.contains(method.getName())) {
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
