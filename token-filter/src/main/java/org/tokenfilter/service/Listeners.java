package org.tokenfilter.service;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.Notices;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
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
final class Listeners {

  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  /**
   * The maximum number of ids of one event. An event with all ids that the feed may report would
   * not fit into the queue of a small heap.
   */
  private static final int MOST_AT_ONCE = 5_000;

  /** The size of an id and its reference in a list. */
  private static final long ENDED = HeapSize.ID + Long.BYTES;

  private final AuditLog audit = new AuditLog();
  private final TokenListener counts;
  private final List<TokenListener> listeners;
  private final Executor executor;
  private final ToldEnds told;
  private final Notices notices;

  /**
   * Creates a publisher.
   *
   * @param listeners the application's listeners
   * @param executor the executor of the application's listeners, which runs one event after the
   *     other
   * @param told the revocations that the listeners were notified of
   * @param counts the statistics of the node
   * @param notices the log for operators
   */
  Listeners(
      List<TokenListener> listeners,
      Executor executor,
      ToldEnds told,
      TokenCounts counts,
      Notices notices) {
    this.listeners = new CopyOnWriteArrayList<>(listeners);
    this.executor = executor;
    this.told = told;
    this.notices = notices;
    this.counts = counts.hearing();
  }

  void add(TokenListener listener) {
    listeners.add(listener);
  }

  void remove(TokenListener listener) {
    listeners.remove(listener);
  }

  /** Returns whether there are no listeners besides the audit log and the statistics. */
  boolean hearNothing() {
    return listeners.isEmpty();
  }

  void tell(Consumer<TokenListener> event) {
    event.accept(audit);
    event.accept(counts);
    tellOthers(event);
  }

  /** Publishes an event that refers to a record while it waits in the queue. */
  void tell(TokenRecord record, Consumer<TokenListener> event) {
    event.accept(audit);
    event.accept(counts);
    tellOthers(event, WeighedEvent.LEAST + HeapSize.of(record));
  }

  void tellRefused(TokenRejectedException refused, ClientAddress client) {
    audit.refused(refused, client);
    tellOthers(listener -> listener.refused(refused.rejection(), refused.why(), client));
  }

  /** Publishes revocations that this node has made. */
  void tellEnded(Collection<TokenId> ids, Reason reason) {
    for (TokenId id : ids) {
      audit.ended(id, reason);
      counts.ended(id, reason);
      if (told.add(id)) {
        tellOthers(listener -> listener.ended(id, reason));
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
  void tellEndedElsewhere(
      Collection<TokenId> ids, Function<TokenId, Optional<TokenRecord>> question) {
    List<TokenId> untold = ids.stream().filter(told::add).toList();
    if (listeners.isEmpty()) {
      return;
    }
    for (int from = 0; from < untold.size(); from += MOST_AT_ONCE) {
      List<TokenId> some = untold.subList(from, Math.min(untold.size(), from + MOST_AT_ONCE));
      handOn(() -> tellElsewhere(some, question), WeighedEvent.LEAST + some.size() * ENDED);
    }
  }

  private void tellElsewhere(
      List<TokenId> untold, Function<TokenId, Optional<TokenRecord>> question) {
    boolean answers = true;
    for (TokenId id : untold) {
      @Nullable Ending ending = null;
      try {
        ending = answers ? question.apply(id).map(TokenRecord::ending).orElse(null) : null;
      } catch (TokenStoreException unknown) {
        LOG.debug("Could not read the reasons of remote revocations; will retry", unknown);
        // A permanent failure, such as a record that cannot be read, concerns this id alone.
        answers = !unknown.retryable();
      }
      if (ending == null) {
        told.remove(id);
      } else {
        Reason reason = ending.reason();
        listeners.forEach(listener -> tell(listener, heard -> heard.ended(id, reason)));
      }
    }
  }

  private void tellOthers(Consumer<TokenListener> event) {
    tellOthers(event, WeighedEvent.LEAST);
  }

  private void tellOthers(Consumer<TokenListener> event, long bytes) {
    if (!listeners.isEmpty()) {
      handOn(() -> listeners.forEach(listener -> tell(listener, event)), bytes);
    }
  }

  /** Submits an event to the executor. A rejection by the executor does not affect the request. */
  private void handOn(Runnable event, long bytes) {
    try {
      executor.execute(new WeighedEvent(event, bytes));
    } catch (Throwable refused) {
      notices.warn(
          LOG,
          "executor of listeners",
          "An event was not passed to the token listeners because their executor rejected it: {}",
          refused.toString());
    }
  }

  private void tell(TokenListener listener, Consumer<TokenListener> event) {
    try {
      event.accept(listener);
    } catch (Throwable e) {
      // Undeclared exceptions count too, since listeners may be written in other JVM languages.
      String name = listener.getClass().getName();
      notices.warn(
          LOG,
          "listener " + name,
          "The token listener {} failed, and may have missed an event: {}",
          name,
          e.toString());
      LOG.debug("The token listener {} failed", name, e);
    }
  }
}
