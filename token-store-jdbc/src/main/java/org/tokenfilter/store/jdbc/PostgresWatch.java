package org.tokenfilter.store.jdbc;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.tokenfilter.store.TokenId;

/** Tells by NOTIFY, in the transaction that ends, and listens on connections of its own. */
final class PostgresWatch implements EndWatch {

  private static final String NOTIFY =
      "select count(pg_notify(?, ended.id)) as told from unnest(?) as ended (id)";

  private final DataSource source;
  private final String channel;
  private final Set<EndListener> listeners = ConcurrentHashMap.newKeySet();

  PostgresWatch(DataSource source, Tables tables) {
    this.source = source;
    this.channel = tables.sql("${prefix}token_end");
  }

  @Override
  public void tell(Session session, Collection<TokenId> ids) throws SQLException {
    if (!ids.isEmpty()) {
      Object[] texts = ids.stream().map(TokenId::toString).toArray(String[]::new);
      session.query(NOTIFY, row -> row.getInt("told"), channel, session.array("text", texts));
    }
  }

  @Override
  public AutoCloseable start(Consumer<TokenId> ended) {
    EndListener listener = new EndListener(source, channel, ended);
    listeners.add(listener);
    listener.start();
    return () -> stop(listener);
  }

  @Override
  public void close() {
    listeners.forEach(this::stop);
  }

  private void stop(EndListener listener) {
    listeners.remove(listener);
    listener.close();
  }
}
