package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.function.LongSupplier;
import org.tokenfilter.store.TokenId;

/**
 * The channel on which transactions that revoke tokens notify the listening connections of all
 * nodes. Thread-safe.
 */
final class WorkingConnections {

  private static final String NOTIFY =
      "select count(pg_notify(?, told.word)) as told from unnest(?::text[]) as told (word)";

  /** The number of checks whether two connections share one server process. */
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

  /** Notifies listeners of these revocations when the transaction is committed. */
  void tell(Session session, Collection<TokenId> ids) throws SQLException {
    if (!ids.isEmpty()) {
      tell(session, ids.stream().map(TokenId::toString).toArray(String[]::new));
    }
  }

  private void tell(Session session, String[] words) throws SQLException {
    session.query(NOTIFY, row -> row.getInt("told"), channel, session.array("text", words));
  }

  /** Returns a new probe of delivery, for a connection that has just started to listen. */
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
   * Returns whether a pooler lends one server process to several sessions in turn, as in
   * transaction mode. It is called before LISTEN, because a LISTEN that stayed on a shared process
   * would fill the memory of other clients' drivers with notifications that they never read.
   *
   * @throws org.tokenfilter.store.TokenStoreException if the check fails
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

  /**
   * Returns whether the listening connection uses the server process of this transaction, or was
   * moved to another process meanwhile.
   */
  private static boolean meets(Session session, Connection listening, int backend)
      throws SQLException {
    int held = session.query(PostgresBackend.ASK, row -> row.getInt("backend")).get(0);
    return held == backend || PostgresBackend.of(listening) != backend;
  }
}
