package org.tokenfilter.service;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.PageCursor;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.store.TokenStore;
import org.tokenfilter.store.TokenStoreException;

/**
 * The records of a subject: the groups that they belong to, and those that are not revoked,
 * including expired ones. So all records are found that are live by the clock of any node, even if
 * the clocks differ. Thread-safe.
 *
 * <p>A group is a set of records that share a limit. Stores hold the names of groups in columns, so
 * they must not change.
 */
final class SubjectRecords {

  private static final String SEPARATOR = ":";
  private static final String API_CLIENT = "c" + SEPARATOR;

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

  SubjectRecords(TokenStore store) {
    this.store = store;
  }

  /** Returns the group of a subject's open sessions, of all families. */
  static String sessionsGroup(String subject) {
    return "s:" + subject;
  }

  /**
   * Returns the group of the one live token of an API client.
   *
   * @throws IllegalArgumentException if the environment or the client contains a colon, since two
   *     clients could then share a name
   */
  static String apiClientGroup(String environment, String client, String subject) {
    if (environment.contains(SEPARATOR) || client.contains(SEPARATOR)) {
      throw new IllegalArgumentException("environment and client must not contain a colon");
    }
    return API_CLIENT + environment + SEPARATOR + client + SEPARATOR + subject;
  }

  static boolean isApiClient(TokenRecord record) {
    @Nullable String group = record.group();
    return group != null && group.startsWith(API_CLIENT);
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

  /** Passes all live records of a subject to an action, page by page, the newest first. */
  static void forEachLive(
      TokenStore store, String subject, Clock clock, Consumer<TokenRecord> action) {
    @Nullable PageCursor after = null;
    List<TokenRecord> page;
    do {
      page = page(store, subject, clock.instant(), after, PAGE_SIZE);
      for (TokenRecord record : page) {
        after = PageCursor.of(record);
        action.accept(record);
      }
    } while (page.size() == PAGE_SIZE);
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
