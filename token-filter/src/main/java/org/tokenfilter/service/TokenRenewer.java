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
import org.tokenfilter.notice.Notices;
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

  private final NearTokenStore store;
  private final NearTokenStore background;
  private final RenewalBuffer buffer;
  private final Clock clock;
  private final Listeners listeners;
  private final Notices notices;

  private final ReentrantLock writing = new ReentrantLock();

  /** The number of batches that have failed since the last successful one. */
  private int failures;

  /**
   * Creates a renewer.
   *
   * @param store the store for writes on the threads of requests
   * @param background the store for writes of {@link #writeDue} and {@link #writeAll}
   * @param buffer the buffer of uses that are not written yet
   * @param clock the clock of this node
   * @param listeners the receiver of renewal events
   * @param notices the notices for operators
   */
  TokenRenewer(
      NearTokenStore store,
      NearTokenStore background,
      RenewalBuffer buffer,
      Clock clock,
      Listeners listeners,
      Notices notices) {
    this.store = store;
    this.background = background;
    this.buffer = buffer;
    this.clock = clock;
    this.listeners = listeners;
    this.notices = notices;
  }

  void renew(ActiveToken used) {
    if (!buffer.note(used, clock.instant())) {
      if (buffer.isFull()) {
        notices.warn(
            LOG,
            "no room for uses",
            "The buffer for uses of tokens is full, so each use is written at the end of its"
                + " request. Give the node more heap, or raise token.memory.share");
      }
      try {
        writeThrough(used);
      } catch (RuntimeException e) {
        buffer.takeBack(used);
        throw e;
      }
    }
  }

  /** Buffers a use for the next {@link #writeDue}, or writes it at once if the buffer is full. */
  void keep(ActiveToken used) {
    if (buffer.noteForTick(used, clock.instant())) {
      return;
    }
    try {
      var unused = renewNow(used, background);
    } catch (RuntimeException e) {
      notices.failing(
          LOG, "uses", "Uses of tokens could not be written; the writes are retried", e);
    }
  }

  private void writeThrough(ActiveToken used) {
    TokenRecord record = used.used();
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

  private boolean renewNow(ActiveToken used, NearTokenStore by) {
    TokenRecord record = used.used();
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
    boolean renewed = !by.renew(renewals, clock.instant()).contains(record.id());
    if (renewed) {
      listeners.tell(record, listener -> listener.renewed(record.renewed(renewals.get(0))));
    }
    return renewed;
  }

  /**
   * Writes the due renewals. Renewals that the store does not accept stay in the buffer and are
   * tried again the next time.
   *
   * @return the cause of the failure, which was reported; empty on success
   */
  Optional<Throwable> writeDue() {
    return write(false);
  }

  /** Writes all buffered renewals, due or not. */
  void writeAll() {
    var unused = write(true);
  }

  /** Returns at once if another thread is writing, which may hang in the store. */
  private Optional<Throwable> write(boolean all) {
    if (!writing.tryLock()) {
      return Optional.empty();
    }
    try {
      return writeInBatches(all);
    } finally {
      writing.unlock();
    }
  }

  private Optional<Throwable> writeInBatches(boolean all) {
    int skipped = failures * RenewalBuffer.BATCH;
    for (List<DueRenewal> batch : buffer.due(clock.instant(), all, skipped)) {
      try {
        write(batch);
      } catch (Throwable e) {
        // The other batches wait for the next tick, so that a store that is down is not called for
        // each of them.
        failures++;
        notices.failing(
            LOG, "uses", "Uses of tokens could not be written; the writes are retried", e);
        return Optional.of(e);
      }
      failures = 0;
      notices.works(LOG, "uses", "Uses of tokens are written again");
    }
    return Optional.empty();
  }

  private void write(List<DueRenewal> batch) {
    List<Renewal> renewals = batch.stream().map(DueRenewal::renewal).toList();
    Set<TokenId> missed = background.renew(renewals, clock.instant());
    for (DueRenewal due : batch) {
      if (due.told() && !missed.contains(due.renewal().id())) {
        TokenRecord record = due.use().record(due.renewal());
        listeners.tell(record, listener -> listener.renewed(record));
      }
    }
  }
}
