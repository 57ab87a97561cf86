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
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.Insertion;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * Keeps token records in a relational database: PostgreSQL, MariaDB, MySQL or H2. All nodes that
 * share the tables share the tokens.
 *
 * <pre>{@code
 * TokenStore store = JdbcTokenStore.builder(dataSource).tablePrefix("app_").open();
 * }</pre>
 *
 * <p>Connections are taken from the DataSource for one call each, and go back as they came. The
 * DataSource should be a pool and must not take part in the application's transactions: a
 * connection that comes with autoCommit off is refused, since a rollback would undo a log-out. Its
 * own wait for a free connection adds to the bound of a call.
 *
 * <p>Transactions of several statements run at READ COMMITTED, which is set for each of them,
 * whatever the database, the role or the pool has as its default. A call that is a single statement
 * is a transaction of its own and sees what was committed before it began; on PostgreSQL it is run
 * at READ COMMITTED, too, where the default is higher. There nothing is set for a session, which a
 * pooler may lend to others. Statements change only what they may change, and the number of changed
 * rows or the ids that they return are the answer.
 *
 * <p>What surely had no effect is tried again, at most twice and while there is time: what the
 * database undid by itself, as after a deadlock; what a server refused because it takes no writes;
 * what reached a server process that does not know the driver's name for a statement; what was
 * lost, with its connection, before the commit was sent. Connections to a server that takes no
 * writes are aborted, so that the pool replaces them, and a standby of PostgreSQL is not read from.
 *
 * <p>Safe for many threads.
 */
public final class JdbcTokenStore implements TokenStore {

  private final Transactions transactions;
  private final Renewals renewals;
  private final Readings readings;
  private final Insertions insertions;
  private final Endings endings;
  private final EndLog log;
  private final Sweeping sweeping;
  private final EndWatch watch;
  private final Runnable opened;
  private volatile boolean closed;

  /**
   * A store on tables that are ready.
   *
   * @param opened closes what was opened for this store alone
   */
  JdbcTokenStore(
      Transactions transactions,
      Dialect dialect,
      Tables tables,
      EndLog log,
      EndWatch watch,
      Runnable opened) {
    this.transactions = transactions;
    this.log = log;
    this.endings = new Endings(tables, log);
    this.renewals = Renewals.of(dialect, tables);
    this.readings = new Readings(tables);
    this.insertions = new Insertions(tables, dialect, endings);
    this.sweeping = new Sweeping(tables, dialect, endings, log);
    this.watch = watch;
    this.opened = opened;
  }

  /**
   * Starts a store on this DataSource, which stays the caller's: the store does not close it.
   *
   * @param source gives connections with autoCommit on
   */
  public static JdbcTokenStoreBuilder builder(DataSource source) {
    return new JdbcTokenStoreBuilder(source);
  }

  @Override
  public Insertion insert(TokenRecord record, Limit limit, Instant now) {
    requireOpen();
    requireNotEnded(record);
    if (!Insertions.isPlain(record, limit)) {
      return transactions.together(session -> insertions.insert(session, record, limit, now));
    }
    return transactions.single(
        session -> {
          insertions.add(session, record);
          return Insertion.of(Insertion.Outcome.INSERTED);
        });
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    requireOpen();
    return transactions.repeatable(session -> readings.find(session, id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> uses, Instant now) {
    requireOpen();
    if (uses.isEmpty()) {
      return Set.of();
    }
    List<Renewal> inOrder = uses.stream().sorted(Comparator.comparing(Renewal::id)).toList();
    Transactions.Work<Set<TokenId>> work = session -> renewals.renew(session, inOrder, now);
    Set<TokenId> renewed =
        renewals.single() ? transactions.repeatable(work) : transactions.together(work);
    Set<TokenId> missed = new HashSet<>();
    uses.forEach(use -> missed.add(use.id()));
    missed.removeAll(renewed);
    return Set.copyOf(missed);
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    requireOpen();
    requireNotEnded(successor);
    if (successor.parent() != null) {
      throw new IllegalArgumentException("a successor has no parent");
    }
    return transactions.together(session -> insertions.replace(session, id, successor, now));
  }

  @Override
  public List<TokenId> end(TokenId id, Ending ending) {
    requireOpen();
    return transactions.together(session -> endings.end(session, id, ending));
  }

  @Override
  public List<TokenId> endAll(Selection selection, Ending ending, int limit) {
    requireOpen();
    return transactions.together(session -> endings.endAll(session, selection, ending, limit));
  }

  @Override
  public List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit) {
    requireOpen();
    return transactions.repeatable(session -> readings.list(session, subject, now, after, limit));
  }

  @Override
  public Ends endedWithin(Duration window, int limit) {
    requireOpen();
    return transactions.repeatable(session -> log.within(session, window, limit));
  }

  @Override
  public Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    requireOpen();
    return sweeping.sweep(transactions, expiredBefore, deadBefore, limit);
  }

  /**
   * On PostgreSQL, where the store was told to listen; elsewhere nothing comes. A word of the
   * store's own proves every minute that what is told is heard; where it is not, the log says so.
   */
  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    requireOpen();
    return watch.start(ended);
  }

  /** From then on nothing is known: every call fails, and none of them answers "not found". */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      watch.close();
      opened.run();
    }
  }

  private static void requireNotEnded(TokenRecord record) {
    if (record.ending() != null) {
      throw new IllegalArgumentException("a new record has not ended");
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new TokenStoreException("the store is closed", null, false);
    }
  }
}
