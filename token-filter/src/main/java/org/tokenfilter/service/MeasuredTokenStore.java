package org.tokenfilter.service;

import static org.tokenfilter.service.StoreOperation.END;
import static org.tokenfilter.service.StoreOperation.ENDED_WITHIN;
import static org.tokenfilter.service.StoreOperation.END_ALL;
import static org.tokenfilter.service.StoreOperation.FIND;
import static org.tokenfilter.service.StoreOperation.INSERT;
import static org.tokenfilter.service.StoreOperation.LIST;
import static org.tokenfilter.service.StoreOperation.RENEW;
import static org.tokenfilter.service.StoreOperation.REPLACE;
import static org.tokenfilter.service.StoreOperation.SWEEP;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
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

/** A store that measures each call except {@code watch} and {@code close}. Thread-safe. */
final class MeasuredTokenStore implements TokenStore {

  private final TokenStore store;
  private final StoreCalls calls;

  MeasuredTokenStore(TokenStore store, StoreCalls calls) {
    this.store = store;
    this.calls = calls;
  }

  @Override
  public Insertion insert(TokenRecord record, Limit limit, Instant now) {
    return calls.measure(INSERT, () -> store.insert(record, limit, now));
  }

  @Override
  public Optional<TokenRecord> find(TokenId id) {
    return calls.measure(FIND, () -> store.find(id));
  }

  @Override
  public Set<TokenId> renew(Collection<Renewal> renewals, Instant now) {
    return calls.measure(RENEW, () -> store.renew(renewals, now));
  }

  @Override
  public boolean replace(TokenId id, TokenRecord successor, Instant now) {
    return calls.measure(REPLACE, () -> store.replace(id, successor, now));
  }

  @Override
  public List<TokenId> end(TokenId id, Ending ending) {
    return calls.measure(END, () -> store.end(id, ending));
  }

  @Override
  public List<TokenId> endAll(Selection selection, Ending ending, int limit) {
    return calls.measure(END_ALL, () -> store.endAll(selection, ending, limit));
  }

  @Override
  public List<TokenRecord> list(String subject, Instant now, @Nullable Position after, int limit) {
    return calls.measure(LIST, () -> store.list(subject, now, after, limit));
  }

  @Override
  public Ends endedWithin(Duration window, int limit) {
    return calls.measure(ENDED_WITHIN, () -> store.endedWithin(window, limit));
  }

  @Override
  public Sweep sweep(Instant expiredBefore, Instant deadBefore, int limit) {
    return calls.measure(SWEEP, () -> store.sweep(expiredBefore, deadBefore, limit));
  }

  @Override
  public AutoCloseable watch(Consumer<TokenId> ended) {
    return store.watch(ended);
  }

  @Override
  public void close() {
    store.close();
  }
}
