package org.tokenfilter.service;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.memory.HeapSize;
import org.tokenfilter.memory.WeighedEvent;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.RevocationReason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
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
  private final EndedTokens ended;
  private final OperatorLog operatorLog;

  /**
   * Creates a publisher.
   *
   * @param listeners the application's listeners
   * @param executor the executor of the application's listeners, which runs one event after the
   *     other
   * @param ended the memory of ended tokens, each of which is reported to the listeners once
   * @param statistics the statistics of the node
   * @param operatorLog the log for operators
   */
  TokenEvents(
      List<TokenListener> listeners,
      Executor executor,
      EndedTokens ended,
      TokenStatistics statistics,
      OperatorLog operatorLog) {
    this.listeners = new CopyOnWriteArrayList<>(listeners);
    this.executor = executor;
    this.ended = ended;
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
      if (ended.add(id, reason)) {
        notifyListeners(listener -> listener.tokenRevoked(id, reason));
      }
    }
  }

  /**
   * Remembers the revocations among some changes that the store reports.
   *
   * @return those that this node has not heard of, such as by having made them
   */
  List<Change> remember(Collection<Change> changes) {
    return changes.stream()
        .filter(change -> change.revoked() != null && ended.add(change.id(), change.revoked()))
        .toList();
  }

  /**
   * Publishes revocations that the store reports. The audit log is not notified, since it would
   * record each revocation once for every node.
   *
   * @param untold the revocations, which no listener has heard of
   */
  void publishRemoteRevocations(List<Change> untold) {
    if (listeners.isEmpty()) {
      return;
    }
    for (int from = 0; from < untold.size(); from += MAX_IDS_PER_EVENT) {
      List<Change> some = untold.subList(from, Math.min(untold.size(), from + MAX_IDS_PER_EVENT));
      submit(
          () -> some.forEach(this::notifyOfRevocation),
          WeighedEvent.MIN_BYTES + some.size() * BYTES_PER_ID);
    }
  }

  private void notifyOfRevocation(Change change) {
    RevocationReason reason = Objects.requireNonNull(change.revoked());
    listeners.forEach(
        listener -> publish(listener, heard -> heard.tokenRevoked(change.id(), reason)));
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
}
