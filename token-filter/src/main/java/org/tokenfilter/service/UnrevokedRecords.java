package org.tokenfilter.service;

import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * A reader of the records of a subject that are not revoked, including expired ones. So it finds
 * all records that are live by the clock of any node, even if the clocks differ. Thread-safe.
 */
final class UnrevokedRecords {

  /** A time before all deadlines. */
  private static final Instant BEFORE_ALL_DEADLINES = Instant.EPOCH;

  private static final int PAGE_SIZE = 1_000;

  /**
   * The most rounds of finding and revoking. Other requests normally do not add records faster than
   * a round revokes them.
   */
  private static final int MAX_ROUNDS = 100;

  private final TokenStore store;

  /** An action that revokes a record and returns true if this call revoked it. */
  interface RevokeAction {
    boolean revoke(TokenRecord record);
  }

  UnrevokedRecords(TokenStore store) {
    this.store = store;
  }

  /**
   * Revokes matching records until none is found.
   *
   * @param subject the name of the subject
   * @param wanted the condition for the records to revoke
   * @param action the action that revokes one record
   * @return true if this call revoked at least one record
   * @throws TokenStoreException if other requests issue records faster than they can be revoked
   */
  boolean revokeAll(String subject, Predicate<TokenRecord> wanted, RevokeAction action) {
    boolean ended = false;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      List<TokenRecord> found = find(subject, wanted);
      if (found.isEmpty()) {
        return ended;
      }
      for (TokenRecord record : found) {
        ended |= action.revoke(record);
      }
    }
    throw new TokenStoreException(
        "records of the subject are issued faster than they can be revoked", null, true);
  }

  /**
   * Returns the matching records of the first page that has any, the newest first; empty if no page
   * has any.
   */
  private List<TokenRecord> find(String subject, Predicate<TokenRecord> wanted) {
    @Nullable PageCursor after = null;
    List<TokenRecord> page;
    do {
      page = page(store, subject, BEFORE_ALL_DEADLINES, after, PAGE_SIZE);
      List<TokenRecord> found = page.stream().filter(wanted).toList();
      if (!found.isEmpty()) {
        return found;
      }
      after = page.isEmpty() ? null : PageCursor.of(page.get(page.size() - 1));
    } while (page.size() == PAGE_SIZE);
    return List.of();
  }

  /**
   * Returns a page of a subject's records.
   *
   * @throws TokenStoreException if the store returned a record of another subject
   */
  static List<TokenRecord> page(
      TokenStore store, String subject, Instant now, @Nullable PageCursor after, int limit) {
    List<TokenRecord> page = store.list(subject, now, after, limit);
    // A store that compares names by other rules would show a user the tokens of another one.
    if (!page.stream().allMatch(record -> record.subject().equals(subject))) {
      throw new TokenStoreException("the store returned a record of another subject", null, false);
    }
    return page;
  }
}
