package org.tokenfilter.store.jdbc;

import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenId;

/**
 * A log of records that cannot be read. Each record is logged once, as long as it is among the last
 * 1,000. Thread-safe.
 */
final class UnreadableRecordLog {

  private static final Logger log = LoggerFactory.getLogger(UnreadableRecordLog.class);
  private static final int MAX_REMEMBERED = 1_000;
  private static final int SHOWN_ID_LENGTH = 8;

  private final Set<TokenId> reported = new LinkedHashSet<>();

  void report(TokenId id, UnreadableRecordException why) {
    if (isNew(id)) {
      log.warn(
          "The record {} cannot be read: {}. Lists skip it, requests with its token are answered"
              + " 503, and it can still be revoked and expires as usual. If a newer version wrote"
              + " it, update this node; otherwise delete its row",
          id.toString().substring(0, SHOWN_ID_LENGTH),
          why.getMessage());
    }
  }

  private synchronized boolean isNew(TokenId id) {
    boolean first = reported.add(id);
    if (reported.size() > MAX_REMEMBERED) {
      reported.remove(reported.iterator().next());
    }
    return first;
  }
}
