package org.tokenfilter.store.base;

import java.util.LinkedHashSet;
import java.util.Set;
import org.tokenfilter.store.TokenId;

/**
 * A log of records that cannot be read. Each record is logged once, as long as it is among the last
 * 1,000. Thread-safe.
 */
final class UnreadableRecordLog {

  private static final System.Logger log = System.getLogger(UnreadableRecordLog.class.getName());
  private static final int MAX_REMEMBERED = 1_000;

  private final Set<TokenId> reported = new LinkedHashSet<>();

  void report(TokenId id, UnreadableRecordException why) {
    if (isNew(id)) {
      log.log(
          System.Logger.Level.WARNING,
          "The record {0} cannot be read: {1}. Lists skip it, and requests with its token are"
              + " answered 503. If a newer version wrote it, update this node; otherwise delete"
              + " the row with the key {2}",
          id,
          why.getMessage(),
          RowKeys.record(id));
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
