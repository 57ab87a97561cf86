package org.tokenfilter.service;

import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** A token and those that came of it by refreshes, of which one at most is live. */
final class TokenFamily {

  /** One that is longer than this within the retention is no client's. */
  private static final int MOST_SUCCESSORS = 1_000;

  private final TokenStore store;
  private final Clock clock;
  private final Listeners listeners;

  TokenFamily(TokenStore store, Clock clock, Listeners listeners) {
    this.store = store;
    this.clock = clock;
    this.listeners = listeners;
  }

  /**
   * Ends a token, or the one that has taken its place, and its children. The store decides which
   * one is live: this may race with a refresh of it.
   *
   * @return whether this call ended one
   */
  boolean close(TokenId first) {
    @Nullable TokenId member = first;
    for (int i = 0; i < MOST_SUCCESSORS && member != null; i++) {
      List<TokenId> ended = store.end(member, Ending.of(Reason.CLOSED, clock.instant()));
      listeners.tellEnded(ended, Reason.CLOSED);
      if (!ended.isEmpty()) {
        return true;
      }
      member = store.find(member).map(TokenRecord::ending).map(Ending::successor).orElse(null);
    }
    return false;
  }
}
