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
final class PostgresWatch implements EndWatch {

  private final DataSource source;
  private final WorkingConnections working;
  private final Set<EndListener> listeners = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  PostgresWatch(DataSource source, WorkingConnections working) {
    this.source = source;
    this.working = working;
  }

  @Override
  public void tell(Session session, Collection<TokenId> ids) throws SQLException {
    working.tell(session, ids);
  }

  @Override
  public AutoCloseable start(Consumer<TokenId> ended) {
    EndListener listener = new EndListener(source, working, ended);
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

  private void stop(EndListener listener) {
    listeners.remove(listener);
    listener.close();
  }
}
