package org.tokenfilter.service;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;

/** Tells the application's listeners, and lets none of them stop a request. */
final class Listeners {

  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final List<TokenListener> listeners;

  Listeners(List<TokenListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  void tell(Consumer<TokenListener> event) {
    for (TokenListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (Throwable e) {
        // An Error as well, and what other languages throw undeclared: all of it is theirs.
        LOG.warn("The token listener {} failed", listener.getClass().getName(), e);
      }
    }
  }

  void tellEnded(Collection<TokenId> ids, Reason reason) {
    ids.forEach(id -> tell(listener -> listener.ended(id, reason)));
  }
}
