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
 * Tells the audit log and the counts at once, and the application's listeners by an executor, so
 * that none of them can stop or delay a request.
 */
final class Listeners {

  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  /** One event of all that the feed may name would find no room in the queue of a small heap. */
  private static final int MOST_AT_ONCE = 5_000;

  /** An id and its place in a list. */
  private static final long ENDED = HeapSize.ID + Long.BYTES;

  private final AuditLog audit = new AuditLog();
  private final TokenListener counts;
  private final List<TokenListener> listeners;
  private final Executor executor;
  private final ToldEnds told;
  private final Notices notices;

  /**
   * Listeners.
   *
   * @param executor runs the application's, one event after the other
   * @param told the ends that they have heard of
   * @param counts what the node counts
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

  /** Whether there is nobody to tell but the audit log and the counts. */
  boolean hearNothing() {
    return listeners.isEmpty();
  }

  void tell(Consumer<TokenListener> event) {
    event.accept(audit);
    event.accept(counts);
    tellOthers(event);
  }

  /** Of something that holds on to a record while it waits. */
  void tell(TokenRecord record, Consumer<TokenListener> event) {
    event.accept(audit);
    event.accept(counts);
    tellOthers(event, WeighedEvent.LEAST + HeapSize.of(record));
  }

  void tellRefused(TokenRejectedException refused, ClientAddress client) {
    audit.refused(refused, client);
    tellOthers(listener -> listener.refused(refused.rejection(), refused.why(), client));
  }

  /** Of ends that this node has made. */
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
   * Of ends that the store names; those of them that this node has made are told already. Not the
   * audit log: it would hold each end once for each node. Where the store does not say how one
   * ended, nothing is told, and it must be named once more.
   *
   * @param question how the store is asked for a record
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
        LOG.debug("Why tokens ended elsewhere is asked for again", unknown);
        // What will not be answered later either, such as a record that cannot be read, is alone.
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

  /** Whatever becomes of it, the request goes on. */
  private void handOn(Runnable event, long bytes) {
    try {
      executor.execute(new WeighedEvent(event, bytes));
    } catch (Throwable refused) {
      notices.warn(
          LOG,
          "executor of listeners",
          "The token listeners do not hear of an event, since their executor does not take it: {}",
          refused.toString());
    }
  }

  private void tell(TokenListener listener, Consumer<TokenListener> event) {
    try {
      event.accept(listener);
    } catch (Throwable e) {
      // Also what no method declares: listeners are written in other languages, too.
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
