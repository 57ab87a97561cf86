package org.tokenfilter.service;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
 * A bulkhead around a store that may be a plugin. It limits the number of threads inside the store,
 * so that a store that hangs does not block all threads of the container. A call that finds the
 * bulkhead full waits for a bounded time. Every failure of the store, including a null result, is
 * thrown as a {@link TokenStoreException}. Thread-safe.
 */
public final class BulkheadTokenStore implements TokenStore {

  private final TokenStore store;
  private final Semaphore permits;
  private final Duration maxWait;

  /**
   * Creates a bulkhead.
   *
   * @param store the store to protect; {@link #close} closes it
   * @param concurrency the maximum number of threads inside the store
   * @param maxWait the maximum time that a call waits for its turn
   */
  public BulkheadTokenStore(TokenStore store, int concurrency, Duration maxWait) {
    this.store = store;
    this.permits = new Semaphore(concurrency);
    this.maxWait = maxWait;
  }

  @Override
  public InsertResult insert(TokenRecord record, Limit limit, Instant now) {
    return call(() -> store.insert(record, limit, now));
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return call(() -> store.find(id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return call(() -> store.renew(renewals, now));
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    return call(() -> store.replace(id, successor, now));
  }

  @Override
  public List<TokenId> revoke(TokenId id, Revocation revocation) {
    return call(() -> store.revoke(id, revocation));
  }

  @Override
  public List<TokenId> revokeAll(Selection selection, Revocation revocation, int limit) {
    return call(() -> store.revokeAll(selection, revocation, limit));
  }

  @Override
  public List<TokenRecord> list(
      String subject, Instant now, @Nullable PageCursor after, int limit) {
    return call(() -> store.list(subject, now, after, limit));
  }

  @Override
  public RecentRevocations revokedWithin(Duration window, int limit) {
    return call(() -> store.revokedWithin(window, limit));
  }

  @Override
  public SweepResult sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return call(() -> store.sweep(expiredBefore, deadBefore, limit));
  }

  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    return call(() -> store.watch(ended));
  }

  @Override
  public void close() {
    store.close();
  }

  private <T> T call(Supplier<@Nullable T> lookup) {
    acquirePermit();
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
      permits.release();
    }
  }

  private void acquirePermit() {
    boolean entered;
    try {
      entered = permits.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException("interrupted while waiting for the store", e, true);
    }
    if (!entered) {
      throw new TokenStoreException("too many calls of the store are in progress", null, true);
    }
  }
}
