package org.tokenfilter.service;

import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Ending;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.Reason;
import org.tokenfilter.store.Selection;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;

/** The operations on all tokens and sessions of one subject. */
final class SubjectTokens {

  /** The number of records that one call of the store revokes or lists. */
  private static final int BATCH = 1_000;

  private final TokenStore store;
  private final Clock clock;
  private final Listeners listeners;
  private final TokenFamily family;
  private final UnendedRecords unended;

  SubjectTokens(TokenStore store, Clock clock, Listeners listeners, TokenFamily family) {
    this.store = store;
    this.clock = clock;
    this.listeners = listeners;
    this.family = family;
    this.unended = new UnendedRecords(store);
  }

  List<TokenRecord> list(String subject, @Nullable Position after, int limit) {
    return UnendedRecords.page(store, subject, clock.instant(), after, limit);
  }

  boolean close(String subject, TokenId id) {
    Optional<TokenRecord> own =
        store.find(id).filter(record -> record.id().equals(id) && record.subject().equals(subject));
    if (own.isPresent()) {
      family.close(id);
    }
    return own.isPresent();
  }

  int endOthers(TokenRecord current) {
    Set<TokenId> family = new HashSet<>(Set.of(current.id()));
    TokenId parent = current.parent();
    if (parent != null) {
      family.add(parent);
    }
    @Nullable Position after = null;
    List<TokenRecord> page;
    do {
      page = list(current.subject(), after, BATCH);
      for (TokenRecord record : page) {
        after = Position.of(record);
        if (Objects.equals(record.parent(), current.id())) {
          family.add(record.id());
        }
      }
    } while (page.size() == BATCH);
    return endAll(current.subject(), family);
  }

  /**
   * Revokes all records that exist at the time of the call, and possibly records that are issued
   * during it. The store selects by the time of issue, which comes from the issuing node, whose
   * clock may be far ahead. The remaining records are therefore listed and revoked one by one.
   *
   * @param except the ids of the records to keep
   * @return the number of records that this call revoked
   */
  int endAll(String subject, Set<TokenId> except) {
    Selection selection = new Selection(subject, except);
    AtomicInteger count = new AtomicInteger();
    while (ended(store.endAll(selection, closed(), BATCH), count)) {
      // Repeats until nothing is left, because a concurrent refresh may have inserted a successor.
    }
    unended.end(
        subject,
        record -> !except.contains(record.id()),
        record -> ended(store.end(record.id(), closed()), count));
    return count.get();
  }

  private Ending closed() {
    return Ending.of(Reason.CLOSED, clock.instant());
  }

  private boolean ended(List<TokenId> ids, AtomicInteger count) {
    listeners.tellEnded(ids, Reason.CLOSED);
    count.addAndGet(ids.size());
    return !ids.isEmpty();
  }
}
