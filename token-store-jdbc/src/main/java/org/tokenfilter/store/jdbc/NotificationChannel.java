package org.tokenfilter.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.LongSupplier;

/**
 * The channel on which nodes notify the listening connections of all nodes that there are changes.
 * Thread-safe.
 */
final class NotificationChannel {

  private static final String NOTIFY = "select pg_notify(?, ?)";

  /** The word that says that there are changes. */
  private static final String CHANGED = "changed";

  /** The number of checks whether two connections share one server process. */
  private static final int CHECKS = 3;

  private final Transactions transactions;
  private final String name;
  private final LongSupplier nanoTime;
  private final CoalescingPublisher publisher;

  NotificationChannel(Transactions transactions, TableNames tableNames, LongSupplier nanoTime) {
    this.transactions = transactions;
    this.name = tableNames.sql("${prefix}token_change");
    this.nanoTime = nanoTime;
    this.publisher = new CoalescingPublisher(() -> send(CHANGED), nanoTime);
  }

  String name() {
    return name;
  }

  CoalescingPublisher publisher() {
    return publisher;
  }

  private void send(String word) {
    transactions.idempotent(executor -> executor.query(NOTIFY, row -> word, name, word));
  }

  /** Returns a new probe of delivery, for a connection that has just started to listen. */
  LoopbackProbe newProbe() {
    return new LoopbackProbe(this::send, nanoTime);
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
