package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.token.ActiveToken;

/** Keeps successful uses. */
final class TokenRenewer {

  /** How often the last use of a token that does not slide is kept; it is for showing alone. */
  private static final Duration SHOWN_EVERY = Duration.ofMinutes(1);

  private final TokenStore store;
  private final Clock clock;
  private final Listeners listeners;

  TokenRenewer(TokenStore store, Clock clock, Listeners listeners) {
    this.store = store;
    this.clock = clock;
    this.listeners = listeners;
  }

  void renew(ActiveToken used) {
    if (used.passive()) {
      return;
    }
    TokenRecord record = used.used();
    Duration idleTimeout = record.idleTimeout();
    if (idleTimeout != null) {
      slide(record, used.usedAt(), used.usedAt().plus(idleTimeout));
    } else if (!used.usedAt().isBefore(record.lastUsedAt().plus(SHOWN_EVERY))) {
      store.renew(List.of(new Renewal(record.id(), used.usedAt(), null)), clock.instant());
    }
  }

  /**
   * Renews before it answers.
   *
   * @return false if it has ended meanwhile
   */
  boolean renewNow(ActiveToken used) {
    TokenRecord record = used.used();
    Duration idleTimeout = record.idleTimeout();
    return idleTimeout == null || slide(record, used.usedAt(), used.usedAt().plus(idleTimeout));
  }

  private boolean slide(TokenRecord record, Instant usedAt, Instant until) {
    List<Renewal> renewals = new ArrayList<>(2);
    renewals.add(new Renewal(record.id(), usedAt, until));
    TokenId parent = record.parent();
    if (parent != null) {
      renewals.add(new Renewal(parent, usedAt, until));
    }
    boolean renewed = !store.renew(renewals, clock.instant()).contains(record.id());
    if (renewed) {
      listeners.tell(listener -> listener.renewed(record.renewed(renewals.get(0))));
    }
    return renewed;
  }
}
