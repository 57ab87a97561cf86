package org.tokenfilter.service;

import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.Changes;
import org.tokenfilter.store.TokenStore;

/**
 * The chain of questions for the changes of one shard:
 *
 * <ol>
 *   <li>It notes the current time, then asks for the changes since the last answer.
 *   <li>It applies the answer to this node, and only then takes the cursor of the answer. An answer
 *       that was lost, or could not be applied, is asked for again.
 *   <li>After a page that is the last one the shard is fresh, as of the time noted before this
 *       page.
 * </ol>
 *
 * <p>So after a poll that started at a time T, the cache holds no token of the shard as it was
 * before a change that was acknowledged before T. Used by one thread at a time.
 */
final class ShardFeed {

  /** The maximum number of changes on a page, some 600 KB in memory. */
  static final int PAGE_SIZE = 10_000;

  /**
   * The maximum number of pages of one poll, so that a thread can be stopped and the tokens of a
   * busy store's shard are asked for again at the usual rate.
   */
  static final int MAX_PAGES = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ShardFeed.class);

  private final int shard;
  private final TokenStore store;
  private final Freshness freshness;
  private final ClockSkewMonitor clockSkew;
  private final ChangeApplier applier;
  private @Nullable String cursor;
  private boolean failing;

  ShardFeed(
      int shard,
      TokenStore store,
      Freshness freshness,
      ClockSkewMonitor clockSkew,
      ChangeApplier applier) {
    this.shard = shard;
    this.store = store;
    this.freshness = freshness;
    this.clockSkew = clockSkew;
    this.applier = applier;
  }

  /**
   * Asks until nothing is left to ask for. A failure leaves the freshness as it was.
   *
   * @return the failure, which has been logged; empty on success
   */
  Optional<Throwable> poll() {
    try {
      askForAllPages();
      if (failing) {
        LOG.info("{} reports changes again", name());
      }
      failing = false;
      return Optional.empty();
    } catch (Throwable e) {
      if (!failing) {
        LOG.warn("{} reports no changes; requests read the store meanwhile", name(), e);
      }
      failing = true;
      return Optional.of(e);
    }
  }

  private void askForAllPages() throws TimeoutException {
    for (int pages = 0; pages < MAX_PAGES; pages++) {
      Freshness.Mark start = freshness.mark();
      Changes page = store.changes(shard, cursor, PAGE_SIZE);
      clockSkew.check(shard, start.wall(), page.storeTime());
      applier.apply(shard, page, cursor == null);
      cursor = page.cursor();
      if (!page.more()) {
        freshness.pollApplied(shard, start);
        return;
      }
    }
    throw new TimeoutException(
        "there are more changes than " + MAX_PAGES * PAGE_SIZE + "; the next poll continues");
  }

  private String name() {
    return store.shards() == 1 ? "The token store" : "Shard " + shard + " of the token store";
  }
}
