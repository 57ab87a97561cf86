package org.tokenfilter.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A DataSource with one connection that records the calls to it and fails on request. */
final class FakeDatabase {

  /** The calls to the connection, in order; statements by their text. */
  final List<String> calls = new ArrayList<>();

  /** The actions of the next statements before they count as executed. */
  final Deque<Callable<?>> scripts = new ArrayDeque<>();

  /** The failures of the connection's methods, by method name. */
  final Map<String, Throwable> failures = new HashMap<>();

  long nanoTime;
  boolean autoCommit = true;
  int isolation = Connection.TRANSACTION_SERIALIZABLE;
  int networkTimeout = 77;

  DataSource dataSource() {
    return proxy(DataSource.class, (proxy, method, arguments) -> connection());
  }

  void advance(long seconds) {
    nanoTime += TimeUnit.SECONDS.toNanos(seconds);
  }

  static SQLException failure(String state) {
    return new SQLException("select secret from wherever", state);
  }

  /** Makes the next statement fail. */
  void failNext(Exception failure) {
    scripts.add(
        () -> {
          throw failure;
        });
  }

  private Connection connection() {
    return proxy(
        Connection.class,
        (proxy, method, arguments) -> {
          String name = method.getName();
          Throwable failure = failures.get(name);
          if (failure != null) {
            throw failure;
          }
          return switch (name) {
            case "getAutoCommit" -> autoCommit;
            case "setAutoCommit" -> {
              autoCommit = (boolean) arguments[0];
              yield record("autoCommit " + autoCommit);
            }
            case "getTransactionIsolation" -> isolation;
            case "setTransactionIsolation" -> {
              isolation = (int) arguments[0];
              yield record("isolation " + isolation);
            }
            case "getNetworkTimeout" -> networkTimeout;
            case "setNetworkTimeout" -> {
              networkTimeout = (int) arguments[1];
              yield record("network " + networkTimeout);
            }
            case "isWrapperFor" -> false;
            case "prepareStatement" -> statement((String) arguments[0]);
            default -> record(name);
          };
        });
  }

  private PreparedStatement statement(String sql) {
    return proxy(
        PreparedStatement.class,
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "execute" -> run(sql) > 1;
              case "executeUpdate" -> run(sql);
              case "getQueryTimeout" -> 9;
              case "setQueryTimeout" -> record("timeout " + arguments[0]);
              default -> null;
            });
  }

  private int run(String sql) throws Exception {
    record(sql);
    Callable<?> script = scripts.poll();
    if (script != null) {
      script.call();
    }
    return 1;
  }

  private @Nullable Object record(String call) {
    calls.add(call);
    return null;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            FakeDatabase.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
