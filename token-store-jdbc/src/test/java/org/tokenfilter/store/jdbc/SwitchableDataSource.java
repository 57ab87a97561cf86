package org.tokenfilter.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

/** A DataSource whose database can be made unreachable. */
final class SwitchableDataSource {

  private SwitchableDataSource() {}

  static DataSource of(DataSource source, AtomicBoolean reachable) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (!reachable.get()) {
            throw new SQLException("connection refused", "08001");
          }
          return method.invoke(source, arguments);
        };
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, handler);
  }
}
