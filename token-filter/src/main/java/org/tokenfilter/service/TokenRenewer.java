package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.notice.OperatorLog;
import org.tokenfilter.service.PendingRenewal.RenewalToWrite;
import org.tokenfilter.store.Renewal;
import org.tokenfilter.store.TokenId;
import org.tokenfilter.store.TokenRecord;
import org.tokenfilter.token.ActiveToken;

/**
 * The renewal of used tokens. It buffers successful uses in memory and writes them to the store
 * when they are due. Thread-safe.
 */
final class TokenRenewer {

  private static final Logger LOG = LoggerFactory.getLogger(TokenRenewer.class);

  private final CachingTokenStore store;
  private final CachingTokenStore background;
  private final RenewalBuffer buffer;
  private final Clock clock;
  private final TokenEvents events;
  private final OperatorLog operatorLog;

  private final ReentrantLock flushLock = new ReentrantLock();

  /** The number of batches that have failed since the last successful one. */
  private int failedBatches;

  /**
   * Creates a renewer.
   *
   * @param store the store for writes on the threads of requests
   * @param background the store for writes of {@link #flushDue} and {@link #flushAll}
   * @param buffer the buffer of uses that are not written yet
   * @param clock the clock of this node
   * @param events the receiver of renewal events
   * @param operatorLog the notices for operators
   */
  TokenRenewer(
      CachingTokenStore store,
      CachingTokenStore background,
      RenewalBuffer buffer,
      Clock clock,
      TokenEvents events,
      OperatorLog operatorLog) {
    this.store = store;
    this.background = background;
    this.buffer = buffer;
    this.clock = clock;
    this.events = events;
    this.operatorLog = operatorLog;
  }

  void renew(ActiveToken used) {
    if (!buffer.offer(used, clock.instant())) {
      if (buffer.isFull()) {
        operatorLog.warn(
            LOG,
            "no room for uses",
            "The buffer for uses of tokens is full, so each use is written at the end of its"
                + " request. Give the node more heap, or raise token.memory.share");
      }
      try {
        writeThrough(used);
      } catch (RuntimeException e) {
        buffer.undefer(used);
        throw e;
      }
    }
  }

  /** Buffers a use for the next {@link #flushDue}, or writes it at once if the buffer is full. */
  void renewInBackground(ActiveToken used) {
    if (buffer.offerForFlush(used, clock.instant())) {
      return;
    }
    try {
      var unused = renewNow(used, background);
    } catch (RuntimeException e) {
      operatorLog.reportFailure(
          LOG, "uses", "Uses of tokens could not be written; the writes are retried", e);
    }
  }

  private void writeThrough(ActiveToken used) {
    TokenRecord record = used.renewalTarget();
    if (record.idleTimeout() == null) {
      // The token does not slide, so only its last use is stored.
      var unused =
          store.renew(List.of(new Renewal(record.id(), used.usedAt(), null)), clock.instant());
    } else {
      renewNow(used);
    }
  }

  /**
   * Renews a token in the store before it returns.
   *
   * @return false if the token was revoked or has expired during the call
   */
  boolean renewNow(ActiveToken used) {
    return renewNow(used, store);
  }

  private boolean renewNow(ActiveToken used, CachingTokenStore target) {
    TokenRecord record = used.renewalTarget();
    Duration idleTimeout = record.idleTimeout();
    if (idleTimeout == null) {
      return true;
    }
    Instant until = used.usedAt().plus(idleTimeout);
    List<Renewal> renewals = new ArrayList<>(2);
    renewals.add(new Renewal(record.id(), used.usedAt(), until));
    TokenId parent = record.parent();
    if (parent != null) {
      renewals.add(new Renewal(parent, used.usedAt(), until));
    }
    boolean renewed = !target.renew(renewals, clock.instant()).contains(record.id());
    if (renewed) {
      events.publish(record, listener -> listener.tokenRenewed(record.renewed(renewals.get(0))));
    }
    return renewed;
  }

  /**
   * Writes the due renewals. Renewals that the store does not accept stay in the buffer and are
   * tried again the next time.
   *
   * @return the cause of the failure, which was reported; empty on success
   */
  Optional<Throwable> flushDue() {
    return flush(false);
  }

  /** Writes all buffered renewals, due or not. */
  void flushAll() {
    var unused = flush(true);
  }

  /** Returns at once if another thread is writing, which may hang in the store. */
  private Optional<Throwable> flush(boolean all) {
    if (!flushLock.tryLock()) {
      return Optional.empty();
    }
    try {
      return flushInBatches(all);
    } finally {
      flushLock.unlock();
    }
  }

  private Optional<Throwable> flushInBatches(boolean all) {
    int skipped = failedBatches * RenewalBuffer.BATCH_SIZE;
    for (List<RenewalToWrite> batch : buffer.collectDue(clock.instant(), all, skipped)) {
      try {
        flush(batch);
      } catch (Throwable e) {
        // The other batches wait for the next tick, so that a store that is down is not called for
        // each of them.
        failedBatches++;
        operatorLog.reportFailure(
            LOG, "uses", "Uses of tokens could not be written; the writes are retried", e);
        return Optional.of(e);
      }
      failedBatches = 0;
      operatorLog.reportRecovery(LOG, "uses", "Uses of tokens are written again");
    }
    return Optional.empty();
  }

  private void flush(List<RenewalToWrite> batch) {
    List<Renewal> renewals = batch.stream().map(RenewalToWrite::renewal).toList();
    Set<TokenId> missed = background.renew(renewals, clock.instant());
    for (RenewalToWrite toWrite : batch) {
      if (toWrite.notifiesListeners() && !missed.contains(toWrite.renewal().id())) {
        TokenRecord record = toWrite.pending().toRecord(toWrite.renewal());
        events.publish(record, listener -> listener.tokenRenewed(record));
      }
    }
  }
}
