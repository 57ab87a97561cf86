package org.tokenfilter.guard;

import static org.tokenfilter.monitor.StoreOperation.AMEND;
import static org.tokenfilter.monitor.StoreOperation.CHANGES;
import static org.tokenfilter.monitor.StoreOperation.END;
import static org.tokenfilter.monitor.StoreOperation.END_ALL;
import static org.tokenfilter.monitor.StoreOperation.FIND;
import static org.tokenfilter.monitor.StoreOperation.INSERT;
import static org.tokenfilter.monitor.StoreOperation.LIST;
import static org.tokenfilter.monitor.StoreOperation.MARK;
import static org.tokenfilter.monitor.StoreOperation.MARKED;
import static org.tokenfilter.monitor.StoreOperation.RENEW;
import static org.tokenfilter.monitor.StoreOperation.REPLACE;
import static org.tokenfilter.monitor.StoreOperation.SWEEP;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.monitor.StoreCallMonitor;
import org.tokenfilter.monitor.StoreOperation;
import org.tokenfilter.store.AmendResult;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.InsertResult;
import org.tokenfilter.store.Limit;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.SweepResult;
import org.tokenfilter.store.TokenDetails;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * A store that may be a plugin, behind a {@link Bulkhead}. It limits the number of threads inside
 * the store, and measures each call except {@code watch} and {@code close}. Every failure of the
 * store, including a null result, is thrown as a {@link TokenStoreException}. Thread-safe.
 */
public final class GuardedTokenStore implements TokenStore {

  private final TokenStore store;
  private final Bulkhead bulkhead;
  private final StoreCallMonitor callMonitor;

  /**
   * Creates a guarded store.
   *
   * @param store the store to protect; {@link #close} closes it
   * @param concurrency the maximum number of threads inside the store
   * @param maxWait the maximum time that a call waits for its turn
   * @param callMonitor measures the calls, including the wait
   */
  public GuardedTokenStore(
      TokenStore store, int concurrency, Duration maxWait, StoreCallMonitor callMonitor) {
    this.store = store;
    this.bulkhead = new Bulkhead(concurrency, maxWait, "calls of the store");
    this.callMonitor = callMonitor;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    return measure(INSERT, () -> store.insert(record, limit, now));
  }

  @Override
  public FindResult find(Collection<TokenId> ids) {
    return measure(FIND, () -> store.find(ids));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return measure(RENEW, () -> store.renew(renewals, now));
  }

  @Override
  public AmendResult amend(TokenId id, long expectedVersion, TokenDetails details, Instant now) {
    return measure(AMEND, () -> store.amend(id, expectedVersion, details, now));
  }

  @Override
  public boolean replace(
      TokenId id, long version, TokenRecord successor, Limit limit, Instant now) {
    return measure(REPLACE, () -> store.replace(id, version, successor, limit, now));
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return measure(END, () -> store.revoke(id, revocation));
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return measure(END_ALL, () -> store.revokeAll(selection, revocation, limit));
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return measure(LIST, () -> store.list(subject, now, after, limit));
  }

  @Override
  public Changes changes(int shard, @Nullable String cursor, int limit) {
    return measure(CHANGES, () -> store.changes(shard, cursor, limit));
  }

  @Override
  public SweepResult sweep(int shard, Instant expiredBefore, Instant deadBefore, int limit) {
    return measure(SWEEP, () -> store.sweep(shard, expiredBefore, deadBefore, limit));
  }

  @Override
  public boolean mark(String name, Instant until, Instant now) {
    return measure(MARK, () -> store.mark(name, until, now));
  }

  @Override
  public boolean marked(String name, Instant now) {
    return measure(MARKED, () -> store.marked(name, now));
  }

  @Override
  public AutoCloseable watch(Runnable changed) {
    return call(() -> store.watch(changed));
  }

  @Override
  public int shards() {
    return store.shards();
  }

  @Override
  public int shardOf(TokenId id) {
    return store.shardOf(id);
  }

  @Override
  public boolean expiresByItself() {
    return store.expiresByItself();
  }

  @Override
  public void close() {
    store.close();
  }

  private <T> T measure(StoreOperation operation, Supplier<@Nullable T> lookup) {
    return callMonitor.measure(operation, () -> call(lookup));
  }

  private <T> T call(Supplier<@Nullable T> lookup) {
    bulkhead.enter();
    try {
      T answer = lookup.get();
      if (answer == null) {
        throw new TokenStoreException("the store returned null", null, false);
      }
      return answer;
    } catch (TokenStoreException unknown) {
      throw unknown;
    } catch (Throwable broken) {
      // A plugin may throw undeclared exceptions, and its errors must not reach the caller.
      if (broken instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new TokenStoreException("the store failed with an unexpected exception", broken, false);
    } finally {
      bulkhead.leave();
    }
  }
}
