package org.tokenfilter.service;

import java.time.Duration;
import org.slf4j.Logger;
import org.tokenfilter.notice.Notices;

/** A reporter that counts how often a node cleared its cache, and logs the cause. */
final class FeedTrouble {

  private final Notices notices;
  private final TokenCounts counts;

  FeedTrouble(Notices notices, TokenCounts counts) {
    this.notices = notices;
    this.counts = counts;
  }

  void tooManyEnds(Logger log, int most, Duration window) {
    counts.empty(TokenCounts.Emptying.TOO_MANY_ENDS);
    notices.warn(
        log,
        "memory-emptied-too-many-ends",
        "All tokens were removed from the cache because the store reports more than {} revocations"
            + " for the last {}. Requests read the store until the cache is filled again. Find out"
            + " what revokes so many tokens, and see operations.md, Many revocations",
        most,
        window);
  }

  void gap(Logger log, Duration longest) {
    counts.empty(TokenCounts.Emptying.GAP);
    notices.warn(
        log,
        "memory-emptied-gap",
        "All tokens were removed from the cache because for more than {} the store was not polled"
            + " for revocations or did not answer, or because its clock was changed. Requests read"
            + " the store until the cache is filled again",
        longest);
  }
}
