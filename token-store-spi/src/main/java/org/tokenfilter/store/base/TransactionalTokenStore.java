package org.tokenfilter.store.base;

import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
 * A base class of token stores, for an engine that keeps sorted rows and has transactions. It
 * implements every clause of {@link TokenStore}; a subclass implements {@link #read}, {@link
 * #write}, {@link #closeEngine} and the four methods of {@link Rows}, and knows nothing of records.
 *
 * <p>A complete store, which loses its rows with the process:
 *
 * <pre>{@code
 * final class TreeStore extends TransactionalTokenStore {
 *
 *   private final NavigableMap<String, byte[]> tree;
 *
 *   TreeStore(NavigableMap<String, byte[]> tree) {
 *     this.tree = tree;
 *   }
 *
 *   @Override
 *   protected <T> T read(Work<T> work) throws Exception {
 *     synchronized (tree) {
 *       return work.run(new TreeRows(tree));
 *     }
 *   }
 *
 *   @Override
 *   protected <T> T write(Work<T> work) throws Exception {
 *     synchronized (tree) {
 *       NavigableMap<String, byte[]> copy = new TreeMap<>(tree);
 *       T answer = work.run(new TreeRows(copy)); // if this throws, nothing has changed
 *       tree.clear();
 *       tree.putAll(copy);
 *       return answer;
 *     }
 *   }
 *
 *   @Override
 *   protected void closeEngine() {}
 * }
 * }</pre>
 *
 * and its rows:
 *
 * <pre>{@code
 * record TreeRows(NavigableMap<String, byte[]> tree) implements Rows {
 *
 *   @Override
 *   public Map<String, byte[]> get(Collection<String> keys) {
 *     Map<String, byte[]> found = new HashMap<>(tree);
 *     found.keySet().retainAll(keys);
 *     return found;
 *   }
 *
 *   @Override
 *   public List<String> keys(String from, String to, int limit) {
 *     return tree.subMap(from, to).keySet().stream().limit(limit).toList();
 *   }
 *
 *   @Override
 *   public void put(String key, byte[] value) {
 *     tree.put(key, value);
 *   }
 *
 *   @Override
 *   public void delete(String key) {
 *     tree.remove(key);
 *   }
 * }
 * }</pre>
 *
 * <p>Writes run one at a time on all nodes. This suits an engine in the process or on the machine,
 * and a few hundred logins per second; a store for more, or one whose rows other programs read,
 * implements {@link TokenStore} itself.
 *
 * <p>Thread-safe, if the methods of the subclass are.
 */
public abstract class TransactionalTokenStore implements TokenStore {

  /** The work of a transaction. */
  @FunctionalInterface
  public interface Work<T> {
    /**
     * Does the work on the rows of a transaction. It changes nothing else, so it may be run again.
     *
     * @throws Exception if there is no answer; the transaction must then change nothing
     */
    T run(Rows rows) throws Exception;
  }

  private interface Step<T> {
    T run(StoreTransaction transaction) throws Exception;
  }

  private final Clock clock;
  private final UnreadableRecordLog unreadable = new UnreadableRecordLog();
  private final ReadWriteLock calls = new ReentrantReadWriteLock();
  private volatile boolean closed;

  /** Creates a store that uses the system clock. */
  protected TransactionalTokenStore() {
    this(Clock.systemUTC());
  }

  /**
   * Creates a store.
   *
   * @param clock the store's own clock, which {@link #changes} uses
   */
  protected TransactionalTokenStore(Clock clock) {
    this.clock = clock;
  }

  /**
   * Runs work that changes nothing, in a transaction that sees the rows as of one moment, with all
   * that was written by each {@link #write} that returned before, on any node.
   *
   * @return the answer of the work
   * @throws Exception the exception of the work, as it is; or any other one if the rows cannot be
   *     read, or not in time
   */
  protected abstract <T> T read(Work<T> work) throws Exception;

  /**
   * Runs work in a transaction, as if it ran alone: no write of any thread on any node begins
   * before the one before it has ended, or it has the same outcome as if that were so (serializable
   * isolation). The transaction takes effect as a whole or not at all, and this method returns once
   * the effect is durable.
   *
   * <p>The work may be run again if its transaction surely had no effect, as after a conflict that
   * the commit or a method of {@link Rows} reports. After any other exception of the work the
   * transaction is rolled back, and the exception is thrown.
   *
   * @return the answer of the work whose transaction took effect
   * @throws Exception the exception of the work, as it is; or any other one if the transaction had
   *     no effect, if the outcome is unknown, or if the engine was busy for too long. The wait for
   *     other writes must be bounded (S16)
   */
  protected abstract <T> T write(Work<T> work) throws Exception;

  /**
   * Closes what the store opened itself (S14). Called once, while no work is running; all calls
   * after that are refused.
   */
  protected abstract void closeEngine() throws Exception;

  /**
   * Returns whether the same call may soon succeed after a failure of the engine. The default
   * implementation returns true.
   */
  protected boolean retryable(Exception failure) {
    return true;
  }

  @Override
  public final InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    StoreArguments.requireNew(record);
    return change(it -> it.insert(record, limit, now));
  }

  @Override
  public final FindResult find(Collection<TokenId> ids) {
    return ask(it -> it.records().find(ids));
  }

  @Override
  public final Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return change(it -> it.renew(renewals, now));
  }

  @Override
  public final AmendResult amend(
      TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    StoreArguments.requireNewVersion(details, expectedVersion);
    return change(it -> it.amend(id, expectedVersion, details, now));
  }

  @Override
  public final boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    StoreArguments.requireSuccessor(successor);
    return change(it -> it.replace(id, version, successor, limit, now));
  }

  @Override
  public final List<TokenId> revoke(TokenId id, Revocation revocation) {
    return change(it -> it.revoke(id, revocation));
  }

  @Override
  public final List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return change(it -> it.revokeAll(selection, revocation, limit));
  }

  @Override
  public final List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return ask(it -> it.list(subject, now, after, limit));
  }

  @Override
  public final Changes changes(int shard, @Nullable String cursor, int limit) {
    return ask(it -> it.changes().since(cursor, limit))
        .orElseGet(() -> change(it -> it.changes().begin(cursor)));
  }

  @Override
  public final SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    return change(it -> new SweepStep(it).sweep(expiredBefore, deadBefore, limit));
  }

  @Override
  public final boolean mark(String name, Instant until, Instant now) {
    StoreArguments.requireMark(name, until, now);
    return change(it -> it.marks().mark(name, until, now));
  }

  @Override
  public final boolean marked(String name, Instant now) {
    return ask(it -> it.marks().isSet(name, now));
  }

  /** Closes the store: from then on each call throws, and none answers "not found". */
  @Override
  public final void close() {
    calls.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        closeEngine();
      }
    } catch (Exception e) {
      throw failure(e);
    } finally {
      calls.writeLock().unlock();
    }
  }

  private <T> T ask(Step<T> step) {
    return call(() -> read(rows -> step.run(transaction(rows))));
  }

  private <T> T change(Step<T> step) {
    return call(() -> write(rows -> run(step, transaction(rows))));
  }

  private static <T> T run(Step<T> step, StoreTransaction transaction) throws Exception {
    T answer = step.run(transaction);
    transaction.finish();
    return answer;
  }

  private StoreTransaction transaction(Rows rows) {
    return new StoreTransaction(rows, clock.instant(), unreadable);
  }

  private <T> T call(Callable<T> call) {
    calls.readLock().lock();
    try {
      if (closed) {
        throw new TokenStoreException("the store is closed", null, false);
      }
      return call.call();
    } catch (Exception e) {
      throw failure(e);
    } finally {
      calls.readLock().unlock();
    }
  }

  /** Returns what the contract says of a failure of the work or of the engine (S16). */
  private RuntimeException failure(Exception e) {
    if (e instanceof TokenStoreException || e instanceof IllegalArgumentException) {
      return (RuntimeException) e;
    }
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
      return new TokenStoreException("interrupted while waiting for the store", e, true);
    }
    return new TokenStoreException("the call of the store failed", e, retryable(e));
  }
}
