package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.tokenfilter.store.TokenId;

/**
 * A notifier that sends NOTIFY in the transaction that revokes, and listens on one connection per
 * subscription. Thread-safe.
 */
final class PostgresNotifier implements RevocationNotifier {

  private final DataSource source;
  private final NotificationChannel channel;
  private final Set<PostgresListener> listeners = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  PostgresNotifier(DataSource source, NotificationChannel channel) {
    this.source = source;
    this.channel = channel;
  }

  @Override
  public void publish(SqlExecutor executor, Collection<TokenId> ids) throws SQLException {
    channel.notifyOnCommit(executor, ids);
  }

  @Override
  public AutoCloseable subscribe(Consumer<TokenId> ended) {
    PostgresListener listener = new PostgresListener(source, channel, ended);
    listeners.add(listener);
    listener.start();
    // Either this thread sees that the notifier is closed, or close() sees the listener.
    if (closed) {
      stop(listener);
    }
    return () -> stop(listener);
  }

  @Override
  public void close() {
    closed = true;
    listeners.forEach(this::stop);
  }

  private void stop(PostgresListener listener) {
    listeners.remove(listener);
    listener.close();
  }
}
