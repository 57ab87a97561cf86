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
 * A bulkhead around a store that may be a plugin. It limits the number of threads inside the store,
 * so that a store that hangs does not block all threads of the container. A call that finds the
 * bulkhead full waits for a bounded time. Every failure of the store, including a null result, is
 * thrown as a {@link TokenStoreException}. Thread-safe.
 */
public final class BulkheadTokenStore implements TokenStore {

  private final TokenStore store;
  private final Semaphore places;
  private final Duration patience;

  /**
   * Creates a bulkhead.
   *
   * @param store the store to protect; {@link #close} closes it
   * @param concurrency the maximum number of threads inside the store
   * @param patience the maximum time that a call waits for its turn
   */
  public BulkheadTokenStore(TokenStore store, int concurrency, Duration patience) {
    this.store = store;
    this.places = new Semaphore(concurrency);
    this.patience = patience;
  }

  @Override
  public Insertion insert(TokenRecord record, Limit limit, Instant now) {
    return ask(() -> store.insert(record, limit, now));
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return ask(() -> store.find(id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return ask(() -> store.renew(renewals, now));
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    return ask(() -> store.replace(id, successor, now));
  }

  @Override
  public List<TokenId> end(TokenId id, Ending ending) {
    return ask(() -> store.end(id, ending));
  }

  @Override
  public List<TokenId> endAll(Selection selection, Ending ending, int limit) {
    return ask(() -> store.endAll(selection, ending, limit));
  }

  @Override
  public List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit) {
    return ask(() -> store.list(subject, now, after, limit));
  }

  @Override
  public Ends endedWithin(Duration window, int limit) {
    return ask(() -> store.endedWithin(window, limit));
  }

  @Override
  public Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return ask(() -> store.sweep(expiredBefore, deadBefore, limit));
  }

  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    return ask(() -> store.watch(ended));
  }

  @Override
  public void close() {
    store.close();
  }

  private <T> T ask(Supplier<@Nullable T> question) {
    enter();
    try {
      T answer = question.get();
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
      places.release();
    }
  }

  private void enter() {
    boolean entered;
    try {
      entered = places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException("interrupted while waiting for the store", e, true);
    }
    if (!entered) {
      throw new TokenStoreException("too many calls of the store are in progress", null, true);
    }
  }
}
