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

/** Keeps successful uses: in memory until it is their turn, then in the store. */
final class TokenRenewer {

  private static final Logger LOG = LoggerFactory.getLogger(TokenRenewer.class);

  private final NearTokenStore store;
  private final NearTokenStore background;
  private final RenewalBuffer buffer;
  private final Clock clock;
  private final Listeners listeners;
  private final Notices notices;

  private final ReentrantLock writing = new ReentrantLock();

  /** How many batches the store has not taken since it last took one. */
  private int failures;

  /**
   * A renewer.
   *
   * @param store written to on the threads of requests
   * @param background written to by {@link #writeDue} and {@link #writeAll}
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
            "There is no room for more uses of tokens that wait to be written: each is written at"
                + " the end of its request; give the node more heap, or raise token.memory.share");
      }
      try {
        writeThrough(used);
      } catch (RuntimeException e) {
        buffer.takeBack(used);
        throw e;
      }
    }
  }

  /** Notes a use for the next {@link #writeDue}; where there is no room, it is written at once. */
  void keep(ActiveToken used) {
    if (buffer.noteForTick(used, clock.instant())) {
      return;
    }
    try {
      var unused = renewNow(used, background);
    } catch (RuntimeException e) {
      notices.failing(LOG, "uses", "Uses of tokens could not be written; they are tried again", e);
    }
  }

  private void writeThrough(ActiveToken used) {
    TokenRecord record = used.used();
    if (record.idleTimeout() == null) {
      // It does not slide: only its last use is kept.
      var unused =
          store.renew(List.of(new Renewal(record.id(), used.usedAt(), null)), clock.instant());
    } else {
      renewNow(used);
    }
  }

  /**
   * Renews before it answers.
   *
   * @return false if it has ended meanwhile
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
   * Writes what is due. What the store does not take is tried again the next time.
   *
   * @return why it does not take it; empty if it does
   */
  Optional<Throwable> writeDue() {
    return write(false);
  }

  /** Writes all that is not written yet. */
  void writeAll() {
    var unused = write(true);
  }

  /** Where another thread is at it, which may hang in the store, this one does not hang with it. */
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
        // The others can wait for a tick, too: a store that is down is not asked for each of them.
        failures++;
        notices.failing(
            LOG, "uses", "Uses of tokens could not be written; they are tried again", e);
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
