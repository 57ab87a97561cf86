package org.tokenfilter.integration;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A DataSource that counts the statements, commits and rollbacks sent through it. */
final class CountingDataSource {

  final AtomicInteger sent = new AtomicInteger();
  final DataSource source;

  CountingDataSource(DataSource counted) {
    source = wrap(DataSource.class, counted);
  }

  private <T> T wrap(Class<T> type, Object wrapped) {
    return type.cast(
        Proxy.newProxyInstance(
            CountingDataSource.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getName().startsWith("execute")
                  || method.getName().equals("commit")
                  || method.getName().equals("rollback")) {
                sent.incrementAndGet();
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
