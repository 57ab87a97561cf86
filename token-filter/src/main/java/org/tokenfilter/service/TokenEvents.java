package org.tokenfilter.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.memory.HeapSize;
import org.tokenfilter.memory.WeighedEvent;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.store.Revocation;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStoreException;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.TokenRejectedException;

/**
 * A publisher of token events. It notifies the audit log and the statistics synchronously, and the
 * application's listeners through an executor, so that none of these can fail or delay a request.
 * Thread-safe.
 */
final class TokenEvents {

  private static final Logger LOG = LoggerFactory.getLogger(TokenEvents.class);

  /**
   * The maximum number of ids of one event. An event with all ids that the feed may report would
   * not fit into the queue of a small heap.
   */
  private static final int MAX_IDS_PER_EVENT = 5_000;

  /** The size of an id and its reference in a list. */
  private static final long BYTES_PER_ID = HeapSize.TOKEN_ID + Long.BYTES;

  private final AuditLog audit = new AuditLog();
  private final TokenListener statistics;
  private final List<TokenListener> listeners;
  private final Executor executor;
  private final RecentNotifications recent;
  private final OperatorLog operatorLog;

  /**
   * Creates a publisher.
   *
   * @param listeners the application's listeners
   * @param executor the executor of the application's listeners, which runs one event after the
   *     other
   * @param nanoTime the monotonic clock, in nanoseconds
   * @param statistics the statistics of the node
   * @param operatorLog the log for operators
   */
  TokenEvents(
      List<TokenListener> listeners,
      Executor executor,
      LongSupplier nanoTime,
      TokenStatistics statistics,
      OperatorLog operatorLog) {
    this.listeners = new CopyOnWriteArrayList<>(listeners);
    this.executor = executor;
    this.recent = new RecentNotifications(nanoTime);
    this.operatorLog = operatorLog;
    this.statistics = statistics.asListener();
  }

  void add(TokenListener listener) {
    listeners.add(listener);
  }

  void remove(TokenListener listener) {
    listeners.remove(listener);
  }

  /** Returns whether there are no listeners besides the audit log and the statistics. */
  boolean hasNoListeners() {
    return listeners.isEmpty();
  }

  void publish(Consumer<TokenListener> event) {
    event.accept(audit);
    event.accept(statistics);
    notifyListeners(event);
  }

  /** Publishes an event that refers to a record while it waits in the queue. */
  void publish(TokenRecord record, Consumer<TokenListener> event) {
    event.accept(audit);
    event.accept(statistics);
    notifyListeners(event, WeighedEvent.MIN_BYTES + HeapSize.of(record));
  }

  void publishRejected(TokenRejectedException refused, ClientAddress client) {
    audit.logRejected(refused, client);
    notifyListeners(listener -> listener.tokenRejected(refused, client));
  }

  /** Publishes revocations that this node has made. */
  void publishRevoked(Collection<TokenId> ids, RevocationReason reason) {
    for (TokenId id : ids) {
      audit.tokenRevoked(id, reason);
      statistics.tokenRevoked(id, reason);
      if (recent.add(id)) {
        notifyListeners(listener -> listener.tokenRevoked(id, reason));
      }
    }
  }

  /**
   * Publishes revocations that the store reports, except those that were published before, such as
   * the ones that this node has made. The audit log is not notified, since it would record each
   * revocation once for every node. If the store does not return the reason of a revocation, it is
   * not published, and the caller must report it again.
   *
   * @param question the function that reads a record from the store
   */
  void publishRemoteRevocations(
      Collection<TokenId> ids, Function<TokenId, Optional<TokenRecord>> question) {
    List<TokenId> untold = ids.stream().filter(recent::add).toList();
    if (listeners.isEmpty()) {
      return;
    }
    for (int from = 0; from < untold.size(); from += MAX_IDS_PER_EVENT) {
      List<TokenId> some = untold.subList(from, Math.min(untold.size(), from + MAX_IDS_PER_EVENT));
      submit(
          () -> notifyOfRemoteRevocations(some, question),
          WeighedEvent.MIN_BYTES + some.size() * BYTES_PER_ID);
    }
  }

  private void notifyOfRemoteRevocations(
      List<TokenId> untold, Function<TokenId, Optional<TokenRecord>> question) {
    boolean answers = true;
    for (TokenId id : untold) {
      @Nullable Revocation revocation = null;
      try {
        revocation = answers ? question.apply(id).map(TokenRecord::revocation).orElse(null) : null;
      } catch (TokenStoreException unknown) {
        LOG.debug("Could not read the reasons of remote revocations; will retry", unknown);
        // A permanent failure, such as a record that cannot be read, concerns this id alone.
        answers = !unknown.retryable();
      }
      if (revocation == null) {
        recent.remove(id);
      } else {
        RevocationReason reason = revocation.reason();
        listeners.forEach(listener -> publish(listener, heard -> heard.tokenRevoked(id, reason)));
      }
    }
  }

  private void notifyListeners(Consumer<TokenListener> event) {
    notifyListeners(event, WeighedEvent.MIN_BYTES);
  }

  private void notifyListeners(Consumer<TokenListener> event, long bytes) {
    if (!listeners.isEmpty()) {
      submit(() -> listeners.forEach(listener -> publish(listener, event)), bytes);
    }
  }

  /** Submits an event to the executor. A rejection by the executor does not affect the request. */
  private void submit(Runnable event, long bytes) {
    try {
      executor.execute(new WeighedEvent(event, bytes));
    } catch (Throwable refused) {
      operatorLog.warn(
          LOG,
          "executor of listeners",
          "An event was not passed to the token listeners because their executor rejected it: {}",
          refused.toString());
    }
  }

  private void publish(TokenListener listener, Consumer<TokenListener> event) {
    try {
      event.accept(listener);
    } catch (Throwable e) {
      // Undeclared exceptions count too, since listeners may be written in other JVM languages.
      String name = listener.getClass().getName();
      operatorLog.warn(
          LOG,
          "listener " + name,
          "The token listener {} failed, and may have missed an event: {}",
          name,
          e.toString());
      LOG.debug("The token listener {} failed", name, e);
    }
  }

  /**
   * The revocations that the listeners of this node have recently been notified of, kept for longer
   * than the store reports them. The store may report a revocation again if a client repeats a
   * request for a revoked token. The size is bounded, so listeners may be notified twice of a
   * revocation after a very large number of others. Thread-safe.
   */
  static final class RecentNotifications {

    private static final Duration RETENTION = Duration.ofHours(1);
    private static final int MAX_ENTRIES = 100_000;

    private final Cache<TokenId, Boolean> notified;

    RecentNotifications(LongSupplier nanoTime) {
      notified =
          Caffeine.newBuilder()
              .maximumSize(MAX_ENTRIES)
              .expireAfterWrite(RETENTION)
              .ticker(nanoTime::getAsLong)
              .executor(Runnable::run)
              .build();
    }

    /** Adds a revocation; returns true if listeners have not been notified of it yet. */
    boolean add(TokenId id) {
      return notified.asMap().putIfAbsent(id, Boolean.TRUE) == null;
    }

    /** Removes a revocation, because the notification was not sent. */
    void remove(TokenId id) {
      notified.invalidate(id);
    }
  }
}
