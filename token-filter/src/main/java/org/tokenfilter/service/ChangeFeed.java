package org.tokenfilter.service;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenStore;

/**
 * A poller of the store's changes, made by any node, that keeps the cache of this node up to date.
 * It asks each shard by itself ({@link ShardFeed}). A hint of the store wakes the thread that
 * polls; hints are never relied on.
 *
 * <p>Runs on a thread of its own, so that a store that hangs blocks nothing else. A store of one
 * shard needs no other thread.
 */
final class ChangeFeed {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeFeed.class);

  private final TokenStore store;
  private final Freshness freshness;
  private final ShardFeed first;
  private final @Nullable ShardPolls sideBySide;
  private final AtomicReference<@Nullable AutoCloseable> watcher = new AtomicReference<>();
  private volatile Runnable wake = () -> {};
  private boolean watchFailed;

  ChangeFeed(
      TokenStore store, Freshness freshness, ClockSkewMonitor clockSkew, ChangeApplier applier) {
    this.store = store;
    this.freshness = freshness;
    List<ShardFeed> shards =
        IntStream.range(0, store.shards())
            .mapToObj(shard -> new ShardFeed(shard, store, freshness, clockSkew, applier))
            .toList();
    this.first = shards.get(0);
    this.sideBySide = shards.size() == 1 ? null : new ShardPolls(shards);
  }

  /**
   * Sets the task that a hint of the store runs, which makes the caller of {@link #poll} call it
   * soon, and returns at once.
   */
  void onHint(Runnable task) {
    wake = task;
  }

  /**
   * Polls each shard once, unless caching is off. A failure leaves the freshness of its shard as it
   * was.
   *
   * @return the failure, which has been logged; empty on success
   */
  Optional<Throwable> poll() {
    if (!freshness.isCachingEnabled()) {
      return Optional.empty();
    }
    Optional<Throwable> failure = sideBySide == null ? first.poll() : sideBySide.poll();
    if (watcher.get() == null && (failure.isEmpty() || sideBySide != null)) {
      watcher.set(watch());
    }
    return failure;
  }

  /**
   * Subscribes to hints of the store, which shorten the lag but are not relied on. If that fails,
   * the next poll tries again.
   */
  private @Nullable AutoCloseable watch() {
    try {
      AutoCloseable watched = store.watch(() -> wake.run());
      watchFailed = false;
      return watched;
    } catch (RuntimeException e) {
      if (!watchFailed) {
        LOG.warn("Could not watch the token store for changes; it is polled meanwhile", e);
      }
      watchFailed = true;
      return null;
    }
  }

  /** Stops watching the store for hints, and the threads of this feed. */
  void stop() {
    if (sideBySide != null) {
      sideBySide.close();
    }
    AutoCloseable watched = watcher.getAndSet(null);
    if (watched != null) {
      try {
        watched.close();
      } catch (Exception e) {
        LOG.warn("Could not stop watching the token store for changes", e);
      }
    }
  }
}
