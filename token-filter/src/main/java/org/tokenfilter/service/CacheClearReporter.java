package org.tokenfilter.service;

import java.time.Duration;
import org.slf4j.Logger;
import org.tokenfilter.notice.OperatorLog;

/** A reporter that counts how often a node cleared its cache, and logs the cause. */
final class CacheClearReporter {

  private final OperatorLog operatorLog;
  private final TokenStatistics statistics;

  CacheClearReporter(OperatorLog operatorLog, TokenStatistics statistics) {
    this.operatorLog = operatorLog;
    this.statistics = statistics;
  }

  void tooManyRevocations(Logger log, int most, Duration window) {
    statistics.recordCacheClear(TokenStatistics.CacheClearCause.TOO_MANY_ENDS);
    operatorLog.warn(
        log,
        "memory-emptied-too-many-ends",
        "All tokens were removed from the cache because the store reports more than {} revocations"
            + " for the last {}. Requests read the store until the cache is filled again. Find out"
            + " what revokes so many tokens, and see operations.md, Many revocations",
        most,
        window);
  }

  void missedRevocations(Logger log, Duration longest) {
    statistics.recordCacheClear(TokenStatistics.CacheClearCause.GAP);
    operatorLog.warn(
        log,
        "memory-emptied-gap",
        "All tokens were removed from the cache because for more than {} the store was not polled"
            + " for revocations or did not answer, or because its clock was changed. Requests read"
            + " the store until the cache is filled again",
        longest);
  }
}
