package org.tokenfilter.store.jdbc;

import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.TokenId;

/** Reports records that cannot be read, each once, as far as they are remembered. Thread-safe. */
final class UnreadableRecords {

  private static final Logger log = LoggerFactory.getLogger(UnreadableRecords.class);
  private static final int MOST = 1_000;
  private static final int HANDLE = 8;

  private final Set<TokenId> reported = new LinkedHashSet<>();

  void report(TokenId id, UnreadableRecordException why) {
    if (isNew(id)) {
      log.warn(
          "The record {} cannot be read: {}. Lists pass over it, whoever presents its token is"
              + " answered 503, and it can be ended and expires as any other. Where a newer version"
              + " has written it, update this node; else delete its row",
          id.toString().substring(0, HANDLE),
          why.getMessage());
    }
  }

  private synchronized boolean isNew(TokenId id) {
    boolean first = reported.add(id);
    if (reported.size() > MOST) {
      reported.remove(reported.iterator().next());
    }
    return first;
  }
}
