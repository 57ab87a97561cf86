package org.tokenfilter.service;

import java.time.Duration;
import org.slf4j.Logger;
import org.tokenfilter.notice.Notices;

/** Counts how often a node had to forget what it had in memory, and tells operators why. */
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
        "All live tokens were taken out of memory: the store names more than {} ends where it was"
            + " asked for those of the last {}. Requests read the store until memory is filled"
            + " again; find out who ends so many, and see operations.md, Many ends",
        most,
        window);
  }

  void gap(Logger log, Duration longest) {
    counts.empty(TokenCounts.Emptying.GAP);
    notices.warn(
        log,
        "memory-emptied-gap",
        "All live tokens were taken out of memory: for more than {} the store was not asked for"
            + " ends, or did not answer, or its clock was set. Requests read the store until memory"
            + " is filled again",
        longest);
  }
}
