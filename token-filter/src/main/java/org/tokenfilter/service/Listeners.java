package org.tokenfilter.service;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.token.ClientAddress;
import org.tokenfilter.token.TokenRejectedException;

/**
 * Tells the audit log at once, and the application's listeners by an executor, so that none of them
 * can stop or delay a request.
 */
final class Listeners {

  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final AuditLog audit = new AuditLog();
  private final List<TokenListener> listeners;
  private final Executor executor;

  Listeners(List<TokenListener> listeners, Executor executor) {
    this.listeners = new CopyOnWriteArrayList<>(listeners);
    this.executor = executor;
  }

  void add(TokenListener listener) {
    listeners.add(listener);
  }

  void remove(TokenListener listener) {
    listeners.remove(listener);
  }

  void tell(Consumer<TokenListener> event) {
    event.accept(audit);
    tellOthers(event);
  }

  void tellRefused(TokenRejectedException refused, ClientAddress client) {
    audit.refused(refused, client);
    tellOthers(listener -> listener.refused(refused.rejection(), refused.why(), client));
  }

  void tellEnded(Collection<TokenId> ids, Reason reason) {
    ids.forEach(id -> tell(listener -> listener.ended(id, reason)));
  }

  private void tellOthers(Consumer<TokenListener> event) {
    if (!listeners.isEmpty()) {
      executor.execute(() -> listeners.forEach(listener -> tell(listener, event)));
    }
  }

  private static void tell(TokenListener listener, Consumer<TokenListener> event) {
    try {
      event.accept(listener);
    } catch (Throwable e) {
      // Also what no method declares: listeners are written in other languages, too.
      LOG.warn("The token listener {} failed", listener.getClass().getName(), e);
    }
  }
}
