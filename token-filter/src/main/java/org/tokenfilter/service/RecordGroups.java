package org.tokenfilter.service;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/**
 * The names of groups, which are sets of records that share a limit. Stores hold these names in
 * columns, so they must not change.
 */
final class RecordGroups {

  private static final String SEPARATOR = ":";
  private static final String API_CLIENT = "c" + SEPARATOR;

  private RecordGroups() {}

  /** Returns the group of a subject's open sessions, of all families. */
  static String sessionsOf(String subject) {
    return "s:" + subject;
  }

  /**
   * Returns the group of the one live token of an API client.
   *
   * @throws IllegalArgumentException if the environment or the client contains a colon, since two
   *     clients could then share a name
   */
  static String apiClient(String environment, String client, String subject) {
    if (environment.contains(SEPARATOR) || client.contains(SEPARATOR)) {
      throw new IllegalArgumentException("environment and client must not contain a colon");
    }
    return API_CLIENT + environment + SEPARATOR + client + SEPARATOR + subject;
  }

  static boolean isApiClient(TokenRecord record) {
    @Nullable String group = record.group();
    return group != null && group.startsWith(API_CLIENT);
  }
}
