package org.tokenfilter.store.jdbc;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.RecentRevocations;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * A token store in a relational database: PostgreSQL, MariaDB, MySQL or H2. All nodes that share
 * the tables share the tokens.
 *
 * <pre>{@code
 * TokenStore store = JdbcTokenStore.builder(dataSource).tablePrefix("app_").open();
 * }</pre>
 *
 * <p>Each call borrows a connection from the DataSource and returns it with its settings restored.
 * The DataSource should be a pool and must not take part in the application's transactions. The
 * store rejects a connection with autoCommit off, because a rollback of the application would undo
 * a logout. The time that the pool waits for a free connection adds to the timeout of a call.
 *
 * <p>Transactions of several statements run at READ COMMITTED. The store sets this isolation for
 * each of them, regardless of the default of the database, the role or the pool. A call with a
 * single statement is an auto-committed transaction and sees all changes that were committed before
 * it started. On PostgreSQL it also runs at READ COMMITTED if the default is higher. There the
 * store changes no setting of the database session, because a pooler may lend the session to other
 * clients. Each statement guards its changes by conditions; the number of changed rows or the
 * returned ids are the result.
 *
 * <p>The store retries a call that surely had no effect, at most twice and only within the timeout:
 *
 * <ul>
 *   <li>the database rolled the transaction back, for example after a deadlock
 *   <li>the server rejected the statement because it accepts no writes
 *   <li>the statement reached a server process that does not know the driver's name for it
 *   <li>the connection was lost before the commit was sent
 * </ul>
 *
 * <p>Connections to a server that accepts no writes are aborted so that the pool replaces them. The
 * store does not read from a standby of PostgreSQL.
 *
 * <p>Thread-safe.
 */
public final class JdbcTokenStore implements TokenStore {

  private final Transactions transactions;
  private final Renewals renewals;
  private final ReadStatements readStatements;
  private final InsertStatements insertStatements;
  private final RevokeStatements revokeStatements;
  private final RevocationLogTable revocationLog;
  private final SweepStatements sweepStatements;
  private final RevocationNotifier notifier;
  private final Runnable onClose;
  private volatile boolean closed;

  /**
   * Creates a store on tables that are ready.
   *
   * @param onClose closes the resources that were opened for this store alone
   */
  JdbcTokenStore(
      Transactions transactions,
      Dialect dialect,
      TableNames tableNames,
      RevocationLogTable revocationLog,
      RevocationNotifier notifier,
      Runnable onClose) {
    this.transactions = transactions;
    this.revocationLog = revocationLog;
    this.revokeStatements = new RevokeStatements(tableNames, revocationLog);
    this.renewals = Renewals.of(dialect, tableNames);
    this.readStatements = new ReadStatements(tableNames);
    this.insertStatements = new InsertStatements(tableNames, dialect, revokeStatements);
    this.sweepStatements =
        new SweepStatements(tableNames, dialect, revokeStatements, revocationLog);
    this.notifier = notifier;
    this.onClose = onClose;
  }

  /**
   * Returns a builder of a store on this DataSource. The caller keeps ownership of the DataSource;
   * the store does not close it.
   *
   * @param source a source of connections with autoCommit on
   */
  public static JdbcTokenStoreBuilder builder(DataSource source) {
    return new JdbcTokenStoreBuilder(source);
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    requireOpen();
    requireNotRevoked(record);
    if (!InsertStatements.isSingleStatement(record, limit)) {
      return transactions.inTransaction(
          executor -> insertStatements.insert(executor, record, limit, now));
    }
    return transactions.autoCommitted(
        executor -> {
          insertStatements.insertRow(executor, record);
          return InsertResult.of(InsertResult.Outcome.INSERTED);
        });
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    requireOpen();
    return transactions.idempotent(executor -> readStatements.find(executor, id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> uses, Instant now) {
    requireOpen();
    if (uses.isEmpty()) {
      return Set.of();
    }
    List<Renewal> inOrder = uses.stream().sorted(Comparator.comparing(Renewal::id)).toList();
    Transactions.Work<Set<TokenId>> work = executor -> renewals.renew(executor, inOrder, now);
    Set<TokenId> renewed =
        renewals.isSingleStatement()
            ? transactions.idempotent(work)
            : transactions.inTransaction(work);
    Set<TokenId> missed = new HashSet<>();
    uses.forEach(use -> missed.add(use.id()));
    missed.removeAll(renewed);
    return Set.copyOf(missed);
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    requireOpen();
    requireNotRevoked(successor);
    if (successor.parent() != null) {
      throw new IllegalArgumentException("a successor must not have a parent");
    }
    return transactions.inTransaction(
        executor -> insertStatements.replace(executor, id, successor, now));
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    requireOpen();
    return transactions.inTransaction(
        executor -> revokeStatements.revoke(executor, id, revocation));
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    requireOpen();
    return transactions.inTransaction(
        executor -> revokeStatements.revokeAll(executor, selection, revocation, limit));
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    requireOpen();
    return transactions.idempotent(
        executor -> readStatements.list(executor, subject, now, after, limit));
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    requireOpen();
    return transactions.idempotent(
        executor -> revocationLog.revokedWithin(executor, window, limit));
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    requireOpen();
    return sweepStatements.sweep(transactions, expiredBefore, deadBefore, limit);
  }

  /**
   * Registers a receiver of revocations by other nodes. Notifications arrive only on PostgreSQL and
   * only if {@link JdbcTokenStoreBuilder#listen(boolean)} is set. Every minute the store checks
   * with a notification to itself that delivery works, and logs a warning if it does not.
   */
  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    requireOpen();
    return notifier.subscribe(ended);
  }

  /**
   * Closes the store and the resources that were opened for it alone. Every later call throws a
   * {@link TokenStoreException}; none of them answers "not found".
   */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      notifier.close();
      onClose.run();
    }
  }

  private static void requireNotRevoked(TokenRecord record) {
    if (record.revocation() != null) {
      throw new IllegalArgumentException("a new record must not be revoked already");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new TokenStoreException("the store is closed", null, false);
    }
  }
}
