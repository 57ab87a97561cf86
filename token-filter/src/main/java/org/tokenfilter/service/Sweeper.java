package org.tokenfilter.service;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tokenfilter.store.Ends;
import org.tokenfilter.store.Sweep;
import org.tokenfilter.store.TokenStore;

/**
 * Ends what has expired and forgets what has been dead for longer than the retention, batch by
 * batch until nothing is due. It goes by the earlier of its own clock and the store's, and by
 * neither while they differ by more than the tolerance: one node whose clock is ahead must not end
 * what is live for all others. Run by one thread of each node; nodes may sweep at once.
 */
public final class Sweeper implements Runnable {

  /**
   * A node whose clock is ahead must not end what is live for the others. It is also how far clocks
   * may differ before nothing is swept.
   */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

  private static final Duration SHORT_WINDOW = Duration.ofMillis(1);

  private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

  private final TokenStore store;
  private final Clock clock;
  private final Duration retention;
  private final int batch;
  private final TokenService service;

  /**
   * A sweeper of the service's store.
   *
   * @param retention how long dead records are kept
   * @param batch how many records one call of the store looks at
   */
  public Sweeper(
      TokenStore store, TokenService service, Clock clock, Duration retention, int batch) {
    this.store = store;
    this.service = service;
    this.clock = clock;
    this.retention = retention;
    this.batch = batch;
  }

  @Override
  public void run() {
    var unused = sweep();
  }

  /**
   * Sweeps until nothing is due.
   *
   * @return why it failed, which was reported; empty if it did not
   */
  public Optional<Throwable> sweep() {
    try {
      Instant asked = clock.instant();
      // Asked for its time alone: the feed is not polled where the lag is zero.
      Ends ends = store.endedWithin(SHORT_WINDOW, 1);
      service.storeTime().compare(asked, ends.storeTime());
      if (clocksAgree()) {
        sweep(asked.isBefore(ends.storeTime()) ? asked : ends.storeTime());
      }
      return Optional.empty();
    } catch (Throwable e) {
      // Whatever it is: an executor gives up a task that throws, and says nothing. The next run
      // tries again; whether a token is live never depends on the sweeper.
      LOG.warn("Sweeping the token store failed", e);
      return Optional.of(e);
    }
  }

  private boolean clocksAgree() {
    Duration ahead = service.storeTime().ahead().orElse(Duration.ZERO);
    boolean agree = ahead.abs().compareTo(CLOCK_SKEW) <= 0;
    if (!agree) {
      service
          .notices()
          .warn(
              LOG,
              "sweeping-stopped",
              "This node does not sweep: its clock differs from the token store's by {}, and {} are"
                  + " allowed. Set the clock that is wrong; until then other nodes sweep, or none",
              ahead,
              CLOCK_SKEW);
    }
    return agree;
  }

  private void sweep(Instant now) {
    boolean more = true;
    while (more && !Thread.currentThread().isInterrupted()) {
      more = sweepOnce(now);
    }
    service.tellExpiredElsewhere(now.minus(CLOCK_SKEW));
  }

  private boolean sweepOnce(Instant now) {
    Sweep sweep = store.sweep(now.minus(CLOCK_SKEW), now.minus(retention), batch);
    service.swept(sweep.expired());
    if (sweep.deleted() > 0 || !sweep.expired().isEmpty()) {
      LOG.debug("Swept: {} expired, {} deleted", sweep.expired().size(), sweep.deleted());
    }
    return sweep.more();
  }
}
