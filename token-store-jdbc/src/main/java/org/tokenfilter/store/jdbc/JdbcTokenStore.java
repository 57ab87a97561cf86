package org.tokenfilter.store.jdbc;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.StoreArguments;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
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
  private final AmendStatements amendStatements;
  private final MarkStatements markStatements;
  private final SweepStatements sweepStatements;
  private final ChangeFeed feed;
  private final ChangeNotifier notifier;
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
      ChangeFeed feed,
      ChangeNotifier notifier,
      Runnable onClose) {
    RecordRows rows = new RecordRows(dialect);
    this.transactions = transactions;
    this.feed = feed;
    this.revokeStatements = new RevokeStatements(tableNames, rows.codec());
    this.renewals = Renewals.of(dialect, tableNames);
    this.readStatements = new ReadStatements(tableNames, dialect, rows);
    this.insertStatements = new InsertStatements(tableNames, dialect, rows, revokeStatements);
    this.amendStatements = new AmendStatements(tableNames, rows.details());
    this.markStatements = new MarkStatements(tableNames, dialect);
    this.sweepStatements =
        new SweepStatements(tableNames, dialect, revokeStatements, markStatements, feed);
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
    StoreArguments.requireNew(record);
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
  public FindResult find(Collection<TokenId> ids) {
    requireOpen();
    return transactions.idempotent(executor -> readStatements.find(executor, ids));
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
  public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    requireOpen();
    StoreArguments.requireNewVersion(details, expectedVersion);
    return transactions.inTransaction(
        executor -> amendStatements.amend(executor, id, expectedVersion, details, now));
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    requireOpen();
    StoreArguments.requireSuccessor(successor);
    return transactions.inTransaction(
        executor -> insertStatements.replace(executor, id, version, successor, limit, now));
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
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    requireOpen();
    return transactions.idempotent(executor -> feed.read(executor, cursor, limit));
  }

  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    requireOpen();
    return sweepStatements.sweep(transactions, expiredBefore, deadBefore, limit);
  }

  @Override
  public boolean mark(String name, Instant until, Instant now) {
    requireOpen();
    return markStatements.mark(transactions, name, until, now);
  }

  @Override
  public boolean marked(String name, Instant now) {
    requireOpen();
    return markStatements.isSet(transactions, name, now);
  }

  /**
   * Registers a receiver of notifications that there are changes. They arrive only on PostgreSQL
   * and only if {@link JdbcTokenStoreBuilder#listen(boolean)} is set, at most 20 a second from each
   * node. Every minute the store checks with a notification to itself that delivery works, and logs
   * a warning if it does not.
   */
  @Override
  public AutoCloseable watch(Runnable changed) {
    requireOpen();
    return notifier.subscribe(changed);
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

  private void requireOpen() {
    if (closed) {
      throw new TokenStoreException("the store is closed", null, false);
    }
  }
}
