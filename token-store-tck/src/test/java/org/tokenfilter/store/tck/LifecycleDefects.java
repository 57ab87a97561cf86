package org.tokenfilter.store.tck;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.FindResult;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/** Violations of S14 and of S16 to S18. */
final class LifecycleDefects {

  private LifecycleDefects() {}

  static List<Defect> all() {
    return List.of(
        new Defect(
            "s14",
            "closes the data that the other node uses",
            (data, clock) -> new Defect.Nodes(new ClosesSharedData(data), new Node(data))),
        Defect.of("s14", "cannot be closed twice", ClosesOnce::new),
        Defect.of("s16", "finds nothing when it cannot query", FindsNothing::new),
        Defect.of("s16", "lists nothing when it cannot query", ListsNothing::new),
        Defect.of("s16", "tells no changes when it cannot query", ReportsNothing::new),
        Defect.of("s16", "throws an unexpected exception", ThrowsOtherException::new),
        Defect.of("s17", "cannot be watched", CannotBeWatched::new),
        Defect.of("s18", "starts a thread with each call", StartsThreads::new));
  }

  private static final class ClosesSharedData extends Node {

    ClosesSharedData(TokenStore data) {
      super(data);
    }

    @Override
    public void close() {
      delegate().close();
    }
  }

  private static final class ClosesOnce extends Node {

    private final AtomicBoolean closed = new AtomicBoolean();

    ClosesOnce(TokenStore data) {
      super(data);
    }

    @Override
    public void close() {
      super.close();
      if (closed.getAndSet(true)) {
        throw new IllegalStateException("closed already");
      }
    }
  }

  /** A node that finds nothing where the data cannot be read, be it away or busy. */
  static final class FindsNothing extends Node {

    FindsNothing(TokenStore data) {
      super(data);
    }

    @Override
    public FindResult find(Collection<TokenId> ids) {
      try {
        return delegate().find(ids);
      } catch (TokenStoreException swallowed) {
        return FindResult.of(Map.of());
      }
    }
  }

  private static final class ListsNothing extends Node {

    ListsNothing(TokenStore data) {
      super(data);
    }

    @Override
    public List<TokenRecord> list(
        String subject, Instant now, @Nullable PageCursor after, int limit) {
      try {
        return delegate().list(subject, now, after, limit);
      } catch (TokenStoreException swallowed) {
        return List.of();
      }
    }
  }

  private static final class ReportsNothing extends Node {

    ReportsNothing(TokenStore data) {
      super(data);
    }

    @Override
    public Changes changes(int shard, @Nullable String cursor, int limit) {
      try {
        return delegate().changes(shard, cursor, limit);
      } catch (TokenStoreException swallowed) {
        return new Changes(true, List.of(), String.valueOf(cursor), false, Instant.EPOCH);
      }
    }
  }

  private static final class ThrowsOtherException extends Node {

    ThrowsOtherException(TokenStore data) {
      super(data);
    }

    @Override
    public FindResult find(Collection<TokenId> ids) {
      try {
        return delegate().find(ids);
      } catch (TokenStoreException down) {
        throw new IllegalStateException("connection refused", down);
      }
    }
  }

  private static final class CannotBeWatched extends Node {

    CannotBeWatched(TokenStore data) {
      super(data);
    }

    @Override
    public AutoCloseable watch(Runnable changed) {
      throw new UnsupportedOperationException();
    }
  }

  /** Starts threads that exit when the store is closed, so that none outlives its test. */
  private static final class StartsThreads extends Node {

    private final CountDownLatch closed = new CountDownLatch(1);

    StartsThreads(TokenStore data) {
      super(data);
    }

    @Override
    public Optional<TokenRecord> find(TokenId id) {
      Thread thread = new Thread(this::awaitClose);
      thread.setDaemon(true);
      thread.start();
      return delegate().find(id);
    }

    private void awaitClose() {
      try {
        closed.await();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      closed.countDown();
      super.close();
    }
  }
}
