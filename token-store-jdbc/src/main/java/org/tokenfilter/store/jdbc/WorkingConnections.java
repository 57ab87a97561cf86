package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.function.LongSupplier;
import org.tokenfilter.store.TokenId;

/** The connections on which tokens are ended, seen from the one that listens. */
final class WorkingConnections {

  private static final String NOTIFY =
      "select count(pg_notify(?, told.word)) as told from unnest(?::text[]) as told (word)";

  /** How often it is looked whether two connections meet in one server process. */
  private static final int LOOKS = 3;

  private final Transactions transactions;
  private final String channel;
  private final LongSupplier nanoTime;

  WorkingConnections(Transactions transactions, Tables tables, LongSupplier nanoTime) {
    this.transactions = transactions;
    this.channel = tables.sql("${prefix}token_end");
    this.nanoTime = nanoTime;
  }

  String channel() {
    return channel;
  }

  /** Tells of these when the session's transaction is committed. */
  void tell(Session session, Collection<TokenId> ids) throws SQLException {
    if (!ids.isEmpty()) {
      tell(session, ids.stream().map(TokenId::toString).toArray(String[]::new));
    }
  }

  private void tell(Session session, String[] words) throws SQLException {
    session.query(NOTIFY, row -> row.getInt("told"), channel, session.array("text", words));
  }

  /** A proof for a connection that has just begun to listen. */
  Echo echo() {
    return new Echo(
        word ->
            transactions.single(
                session -> {
                  tell(session, new String[] {word});
                  return word;
                }),
        nanoTime);
  }

  /**
   * Whether a pooler lends one server process to several sessions in turn, as it does in
   * transaction mode. LISTEN would stay behind on a process that others use, and fill the memory of
   * their drivers with what they never look at; so it is found out before.
   *
   * @throws org.tokenfilter.store.TokenStoreException if it cannot be found out now
   */
  boolean shareServersWith(Connection listening) throws SQLException {
    int backend = PostgresBackend.of(listening);
    if (backend == PostgresDriver.of(listening).backend()) {
      return false;
    }
    for (int look = 0; look < LOOKS; look++) {
      if (transactions.together(session -> meets(session, listening, backend))) {
        return true;
      }
    }
    return false;
  }

  /** While the session holds a process, the listening connection gets another one, or keeps its. */
  private static boolean meets(Session session, Connection listening, int backend)
      throws SQLException {
    int held = session.query(PostgresBackend.ASK, row -> row.getInt("backend")).get(0);
    return held == backend || PostgresBackend.of(listening) != backend;
  }
}
