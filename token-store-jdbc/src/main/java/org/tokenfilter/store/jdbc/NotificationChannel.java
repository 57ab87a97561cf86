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
final class NotificationChannel {

  private static final String NOTIFY =
      "select count(pg_notify(?, told.word)) as told from unnest(?::text[]) as told (word)";

  /** The number of checks whether two connections share one server process. */
  private static final int CHECKS = 3;

  private final Transactions transactions;
  private final String name;
  private final LongSupplier nanoTime;

  NotificationChannel(Transactions transactions, TableNames tableNames, LongSupplier nanoTime) {
    this.transactions = transactions;
    this.name = tableNames.sql("${prefix}token_end");
    this.nanoTime = nanoTime;
  }

  String name() {
    return name;
  }

  /** Notifies listeners of these revocations when the transaction is committed. */
  void notifyOnCommit(SqlExecutor executor, Collection<TokenId> ids) throws SQLException {
    if (!ids.isEmpty()) {
      notifyOnCommit(executor, ids.stream().map(TokenId::toString).toArray(String[]::new));
    }
  }

  private void notifyOnCommit(SqlExecutor executor, String[] words) throws SQLException {
    executor.query(NOTIFY, row -> row.getInt("told"), name, executor.createArray("text", words));
  }

  /** Returns a new probe of delivery, for a connection that has just started to listen. */
  LoopbackProbe newProbe() {
    return new LoopbackProbe(
        word ->
            transactions.autoCommitted(
                executor -> {
                  notifyOnCommit(executor, new String[] {word});
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
  boolean sharesServerProcessWith(Connection listening) throws SQLException {
    int backend = ServerProcessQuery.pidOf(listening);
    if (backend == PostgresDriver.of(listening).backendPid()) {
      return false;
    }
    for (int look = 0; look < CHECKS; look++) {
      if (transactions.inTransaction(
          executor -> sharesServerProcess(executor, listening, backend))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether the listening connection uses the server process of this transaction, or was
   * moved to another process meanwhile.
   */
  private static boolean sharesServerProcess(
      SqlExecutor executor, Connection listening, int backend) throws SQLException {
    int held = executor.query(ServerProcessQuery.PID_QUERY, row -> row.getInt("backend")).get(0);
    return held == backend || ServerProcessQuery.pidOf(listening) != backend;
  }
}
