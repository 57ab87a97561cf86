package org.tokenfilter.store.tck;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.store.tck.FaultyTokenStore.Call;

/** The data of nodes, which can be held up, and whose records can be damaged. */
final class BreakableData extends ForwardingTokenStore {

  /** The time for which a call waits for data that is held up. */
  private static final int MAX_WAIT_MILLIS = 50;

  private final Set<TokenId> damaged = ConcurrentHashMap.newKeySet();
  private volatile CountDownLatch released = new CountDownLatch(0);

  BreakableData(TokenStore data) {
    super(data);
  }

  void damage(TokenId id) {
    damaged.add(id);
  }

  /** Holds up all calls until the result is closed; a call that waits too long throws. */
  AutoCloseable hold() {
    CountDownLatch latch = new CountDownLatch(1);
    released = latch;
    return latch::countDown;
  }

  @Override
  protected <T> T execute(Call call, Supplier<T> effect) {
    try {
      if (!released.await(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new TokenStoreException("the data is busy", null, true);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new TokenStoreException("interrupted", interrupted, true);
    }
    return effect.get();
  }

  @Override
  public FindResult find(Collection<TokenId> ids) {
    FindResult found = super.find(ids);
    Map<TokenId, TokenRecord> readable = new HashMap<>(found.records());
    readable.keySet().removeAll(damaged);
    Set<TokenId> unreadable = new HashSet<>(found.records().keySet());
    unreadable.retainAll(damaged);
    return new FindResult(readable, unreadable);
  }
}
