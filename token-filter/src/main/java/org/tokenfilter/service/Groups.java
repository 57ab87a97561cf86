package org.tokenfilter.service;

import org.jspecify.annotations.Nullable;
import org.tokenfilter.store.TokenRecord;

/** The names of groups: records that share a limit. Columns of a store hold them, so they stay. */
final class Groups {

  private static final String SEPARATOR = ":";
  private static final String API_CLIENT = "c" + SEPARATOR;

  private Groups() {}

  /** A subject's open sessions, of all families. */
  static String sessionsOf(String subject) {
    return "s:" + subject;
  }

  /**
   * The one live token of an API client.
   *
   * @throws IllegalArgumentException if one of the first two has a colon: two clients could then
   *     share a name
   */
  static String apiClient(String environment, String client, String subject) {
    if (environment.contains(SEPARATOR) || client.contains(SEPARATOR)) {
      throw new IllegalArgumentException("an environment or a client's name with a colon");
    }
    return API_CLIENT + environment + SEPARATOR + client + SEPARATOR + subject;
  }

  static boolean isApiClient(TokenRecord record) {
    @Nullable String group = record.group();
    return group != null && group.startsWith(API_CLIENT);
  }
}
