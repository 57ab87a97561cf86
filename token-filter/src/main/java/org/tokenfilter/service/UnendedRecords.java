package org.tokenfilter.service;

import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.Position;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * A subject's records that have not ended, expired ones included: what is live by the clock of any
 * node is among them, however far apart clocks are. Thread-safe.
 */
final class UnendedRecords {

  /** No deadline has passed then. */
  private static final Instant BEFORE_ALL_DEADLINES = Instant.EPOCH;

  private static final int PAGE = 1_000;

  /** Each round ends what the one before has found; others add to it no faster than that. */
  private static final int MOST_ROUNDS = 100;

  private final TokenStore store;

  /** Ends a record; answers whether this call ended it. */
  interface End {
    boolean of(TokenRecord record);
  }

  UnendedRecords(TokenStore store) {
    this.store = store;
  }

  /**
   * Ends records until none is found.
   *
   * @return whether any was ended by this call
   * @throws TokenStoreException if others make new ones faster than they can be ended
   */
  boolean end(String subject, Predicate<TokenRecord> wanted, End end) {
    boolean ended = false;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      List<TokenRecord> found = find(subject, wanted);
      if (found.isEmpty()) {
        return ended;
      }
      for (TokenRecord record : found) {
        ended |= end.of(record);
      }
    }
    throw new TokenStoreException(
        "records of a subject are made faster than they can be ended", null, true);
  }

  /** Those on the first page, the newest first, that has any; empty if there is none. */
  private List<TokenRecord> find(String subject, Predicate<TokenRecord> wanted) {
    @Nullable Position after = null;
    List<TokenRecord> page;
    do {
      page = page(store, subject, BEFORE_ALL_DEADLINES, after, PAGE);
      List<TokenRecord> found = page.stream().filter(wanted).toList();
      if (!found.isEmpty()) {
        return found;
      }
      after = page.isEmpty() ? null : Position.of(page.get(page.size() - 1));
    } while (page.size() == PAGE);
    return List.of();
  }

  /** A page of a subject's records, from a store that tells names apart. */
  static List<TokenRecord> page(
      TokenStore store, String subject, Instant now, @Nullable Position after, int limit) {
    List<TokenRecord> page = store.list(subject, now, after, limit);
    // One that compares names otherwise than we do would show somebody another one's tokens.
    if (!page.stream().allMatch(record -> record.subject().equals(subject))) {
      throw new TokenStoreException("the store listed another subject's record", null, false);
    }
    return page;
  }
}
