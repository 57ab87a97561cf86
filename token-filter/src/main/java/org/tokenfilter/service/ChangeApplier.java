package org.tokenfilter.service;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.store.Change;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.TokenStore;

/**
 * The effect of the store's changes on this node. A token that has ended leaves the cache, is
 * remembered as ended, and is reported to the listeners. A token with new details leaves the cache
 * unless it has them already. If changes may be missing, all tokens of the shard leave the cache.
 * Thread-safe.
 */
final class ChangeApplier {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeApplier.class);

  private final TokenStore store;
  private final TokenCache cache;
  private final TokenEvents events;
  private final TokenStatistics statistics;
  private final OperatorLog operatorLog;

  ChangeApplier(
      TokenStore store,
      TokenCache cache,
      TokenEvents events,
      TokenStatistics statistics,
      OperatorLog operatorLog) {
    this.store = store;
    this.cache = cache;
    this.events = events;
    this.statistics = statistics;
    this.operatorLog = operatorLog;
  }

  /**
   * Applies an answer of the store. An answer may be applied twice.
   *
   * @param first whether the answer begins a chain, so that earlier changes are not known
   */
  void apply(int shard, Changes page, boolean first) {
    if (first) {
      forget(shard);
    } else if (!page.known()) {
      reportGap();
      forget(shard);
    }
    // Remembered before they leave the cache: a later read of the store is then refused.
    List<Change> untold = events.remember(page.changes());
    for (Change change : page.changes()) {
      if (change.revoked() == null) {
        cache.amend(change.id(), change.version());
      } else {
        cache.invalidate(change.id());
      }
    }
    events.publishRemoteRevocations(untold);
  }

  private void forget(int shard) {
    if (store.shards() == 1) {
      cache.invalidateAll();
    } else {
      cache.invalidateAll(id -> store.shardOf(id) == shard);
    }
  }

  private void reportGap() {
    statistics.recordCacheClear(TokenStatistics.CacheClearCause.GAP);
    operatorLog.warn(
        LOG,
        "memory-emptied-gap",
        "Tokens were removed from the cache because the store does not know which of its changes"
            + " this node has seen: the node has not asked for minutes, or the database was"
            + " restored or failed over. Requests read the store until the cache is filled again");
  }
}
