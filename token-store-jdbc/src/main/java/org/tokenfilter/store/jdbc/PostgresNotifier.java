package org.tokenfilter.store.jdbc;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/**
 * A notifier that sends NOTIFY after the commit, because within the transaction it would make all
 * commits wait for each other, and listens on one connection per subscription. Thread-safe.
 */
final class PostgresNotifier implements ChangeNotifier {

  private final DataSource source;
  private final NotificationChannel channel;
  private final Set<PostgresListener> listeners = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  PostgresNotifier(DataSource source, NotificationChannel channel) {
    this.source = source;
    this.channel = channel;
  }

  @Override
  public void publish() {
    channel.publisher().publish();
  }

  @Override
  public AutoCloseable subscribe(Runnable changed) {
    PostgresListener listener = new PostgresListener(source, channel, changed);
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
